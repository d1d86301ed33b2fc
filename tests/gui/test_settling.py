"""What the user sees of settling: the curve is corrected in place, and only the thin part may still change."""

import numpy as np
import pytest

from livepitch.gui.look.theme import LIGHT
from livepitch.gui.plot.trace import Pens, strokes
from livepitch.gui.sound.transport import State
from livepitch.gui.viewmodel.chosen_model import SETTLES
from livepitch.gui.viewmodel.history import CENTRE, PitchHistory
from livepitch.gui.viewmodel.intonation import STYLES
from livepitch.gui.viewmodel.live import Live
from livepitch.model.convert import hz_to_midi
from livepitch.practice.music import Music
from livepitch.practice.tuning import Tuning

A4, A5 = 440.0, 880.0


def drawn(view, instant):
    """The points that lines of the picture lead to, thin ones or others: s and MIDI number."""
    view.grab()
    scale = view.roll.scale_on_screen
    made = strokes(view.roll.voices[0].history, scale, Tuning())
    ends = made.lines[(made.style >= STYLES) == instant, 2:]
    return {(round(scale.time_at(x), 3), round(scale.midi_at(y), 3)) for x, y in ends.tolist()}


def test_the_trace_moves_to_where_it_settles_and_is_thick_there(running, studio, tone):
    view = running.stage.view
    studio.stream.ready = tone(A5, 2.0, settled=False)
    running.listening.tick()
    assert {y for _, y in drawn(view, instant=True)} == {81.0}
    assert drawn(view, instant=False) == set()
    studio.stream.ready = tone(A4, 1.0)
    running.listening.tick()
    assert {(x < 0.995, y) for x, y in drawn(view, instant=False)} == {(True, 69.0)}
    assert {(x > 0.995, y) for x, y in drawn(view, instant=True)} == {(True, 81.0)}
    assert running.listening.live.history.newest == pytest.approx(1.99)


def test_what_settles_unvoiced_disappears(running, studio, tone):
    studio.stream.ready = tone(A4, 1.0, settled=False)
    running.listening.tick()
    studio.stream.ready = tone(np.nan, 1.0)
    running.listening.tick()
    view = running.stage.view
    assert drawn(view, instant=True) | drawn(view, instant=False) == set()


def test_instant_lines_are_thinner():
    widths = [pen.widthF() for pen in Pens(LIGHT)._pens]
    assert all(thin < 0.6 * thick for thick, thin in zip(widths[:STYLES], widths[STYLES:], strict=True))


def test_centres_are_found_again_where_frames_settle(frame):
    time = 0.01 * np.arange(300)
    f0 = A4 * 2 ** (45 / 1200 * np.sin(2 * np.pi * 5.5 * time))
    once, twice = PitchHistory(seconds=2.0), PitchHistory(seconds=2.0)
    once.extend([frame(t, f) for t, f in zip(time, f0, strict=True)])
    for start in range(0, 300, 50):
        part = slice(start, start + 50)
        twice.extend([frame(t, A5, 0.2, settled=False) for t in time[part]])
        twice.extend([frame(t, f) for t, f in zip(time[part], f0[part], strict=True)])
    for name in ("time", "f0", "confidence", "centre", "settled"):
        # the oldest centres of `once` had no frames before them any more
        np.testing.assert_array_equal(getattr(twice, name)[CENTRE:], getattr(once, name)[CENTRE:], err_msg=name)
    # one that settles alone moves the centres as far as they reach, to either side
    before = twice.centre.copy()
    twice.extend([frame(time[200], np.nan)])
    changed = np.flatnonzero(~np.isclose(twice.centre, before))
    assert 100 - CENTRE <= changed.min() <= changed.max() <= 100 + CENTRE


def test_a_frame_settles_as_long_as_it_is_remembered(tone, frame):
    history = PitchHistory(seconds=60.0)
    history.extend(tone(A4, 70.0, settled=False))
    history.extend([frame(9.99, A5), frame(10.0, A5), frame(69.99, A5)])
    assert history.f0[0] == history.f0[-1] == A5
    assert np.all(history.f0[1:-1] == A4)
    assert history.settled.sum() == 2


def test_frames_that_come_and_settle_between_two_ticks(tone):
    history = PitchHistory()
    assert len(history.extend([*tone(A5, 1.0, settled=False), *tone(A4, 0.5)])) == 100
    np.testing.assert_allclose(history.f0[-100:], [A4] * 50 + [A5] * 50)


def test_note_level_and_time_hear_instant_frames_alone(tone, frame):
    live = Live()
    live.observe([frame(0.01 * i, A5, settled=False, captured=50 + 0.01 * i) for i in range(100)], 51.0)
    before = live.note.read(51.0, Music()), live.loudness.level, live.playhead.now(51.0)
    late = [frame(0.01 * i, A4, level=-3.0, captured=50 + 0.01 * i) for i in range(50)]
    live.observe(late, 51.0)
    assert (live.note.read(51.0, Music()), live.loudness.level, live.playhead.now(51.0)) == before
    assert hz_to_midi(live.history.recent_f0()) == 81


def wait_for(qtbot, window, studio, number):
    qtbot.waitUntil(lambda: len(studio.streams) == number and window.listening.transport.state is State.RUNNING)
    return studio.stream


def test_the_user_turns_settling_on_and_off(running, studio, qtbot):
    action, legend = running.listening.choosing.settle_action, running.stage.legend
    assert not action.isChecked()
    assert studio.stream.settle is None
    thin = legend.samples[-1]
    assert not thin.isVisible()
    action.trigger()
    assert wait_for(qtbot, running, studio, 2).settle == SETTLES
    assert action.isChecked()
    assert thin.isVisible()
    assert "Ctrl+E" in action.toolTip()
    action.trigger()
    assert wait_for(qtbot, running, studio, 3).settle is None
    assert not thin.isVisible()


def test_what_the_command_line_named_settles_from_the_beginning(qtbot, studio):
    from livepitch.gui.window import Window
    from tests.gui.conftest import FakeSource

    settler = object()
    window = Window(FakeSource(), "stream", make_stream=studio.make, settle=settler)
    qtbot.addWidget(window)
    window.start()
    assert wait_for(qtbot, window, studio, 1).settle is settler
    window.listening.choosing.settle_action.trigger()
    assert wait_for(qtbot, window, studio, 2).settle is None
    window.close()
