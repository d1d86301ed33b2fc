"""Practice in the window: by keys alone, sung into a stream that the test feeds."""

import math

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt

from livepitch.gui.practice import scene as scene_module
from livepitch.gui.practice.bars import FILL, SUNG, _mixed
from livepitch.gui.practice.shelf import OFFER
from livepitch.practice.exercise.vocal_range import VocalRange
from livepitch.practice.progress.place import default_file
from livepitch.practice.progress.store import Progress
from livepitch.practice.rehearsal.state import State
from livepitch.realtime.devices import DeviceError

from .conftest import make_frame
from .plotting import SHIFT, Hand, pixels, where
from .practising import Singer, hz

SONG = """#TITLE:Two lines
#ARTIST:Nobody
#BPM:240
#GAP:0
: 0 8 2 Hel
: 8 8 4 lo
- 18
* 24 16 7 moon
F 44 8 0 hey
E
"""


@pytest.fixture
def singer(window, studio, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("LIVEPITCH_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("LIVEPITCH_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(scene_module, "TEXT_EVERY", 0.0)
    return Singer(window, studio, qtbot, tmp_path / "takes")


def titles(shelf):
    items = [shelf.list.item(row) for row in range(shelf.list.count())]
    return [item.text() for item in items if item.data(OFFER) is not None]


def picture(singer):
    singer.paint()
    return pixels(singer.view.viewport().grab().toImage())


# the shelf


def test_the_shelf_is_searched_by_letters_and_walked_by_arrows(singer):
    singer.press("F3")
    shelf = singer.room.choosing.shelf
    assert shelf.isVisible()
    assert "Five-note scale" in titles(shelf)
    assert titles(shelf)[-3:] == ["Open a song …", "Type notes …", "From a recording …"]
    first = shelf.current
    singer.press("Down", shelf.search)
    assert shelf.current is not first
    assert shelf.hint.text() == shelf.current.sentence
    singer.press("Up", shelf.search)
    assert shelf.current is first
    singer.type("siren")
    assert titles(shelf)
    assert {shelf.current.group} == {"Sirens"}
    singer.type(" zzz")
    assert titles(shelf) == []
    assert shelf.hint.text() == "Nothing is called “siren zzz”."
    singer.press("Escape", shelf.search)
    assert not shelf.isVisible()


def test_what_is_chosen_is_shown_ready_to_be_sung(singer):
    singer.practise("five-note scale")
    assert not singer.room.choosing.shelf.isVisible()
    name = singer.strip.name.toolTip()
    assert name.startswith("Five-note scale, ")
    assert " · 1 of " in name
    assert "Space begins" in singer.prompt.text
    assert singer.window.listening.start_button.text() == "Begin"
    singer.press("F3")
    shelf = singer.room.choosing.shelf
    heads = [shelf.list.item(row).text() for row in range(4)]
    assert (heads[0], heads[2]) == ("First of all", "Practised lately")  # the range is not known yet
    assert titles(shelf)[1] == "Five-note scale"


def test_notes_can_be_typed_and_a_mistake_is_told_where_it_was_made(singer):
    singer.press("Ctrl+H, T")
    singer.type("C4 X9")
    singer.press("Return", singer.window.focusWidget())
    shelf = singer.room.choosing.shelf
    singer.qtbot.waitUntil(lambda: "X9" in shelf.hint.text())
    assert shelf.notes.isVisible()
    assert shelf.notes.text() == "C4 X9"
    shelf.notes.setText("C4 D4:2")
    singer.press("Return", shelf.notes)
    singer.qtbot.waitUntil(lambda: singer.scene.on)
    assert singer.strip.name.toolTip() == "Typed notes"


@pytest.mark.parametrize("palette", ["safe", "contrast"])
def test_bars_lie_where_their_notes_are(singer, palette):
    singer.window.looks.choose_palette(palette)
    singer.practise_notes("C4:4 G4:4")
    scale = singer.paint()
    theme, seen = singer.view.shown_theme, picture(singer)
    ys, xs = where(seen, _mixed(theme.text, theme.row, FILL))
    for note in singer.scene.rehearsal.target.notes:
        mine = (np.abs(ys - scale.y(note.midi)) < scale.px_per_semitone / 2) & (xs < scale.area.right())
        assert xs[mine].min() == pytest.approx(scale.x(note.start), abs=3)
        assert xs[mine].max() == pytest.approx(scale.x(note.end), abs=4)
        assert ys[mine].mean() == pytest.approx(scale.y(note.midi), abs=2)


def test_the_range_of_notes_fits_the_target_and_lets_in_a_voice_that_is_elsewhere(singer):
    singer.practise_notes("C4 G4")
    low, high = singer.view.note_range.low, singer.view.note_range.high
    assert low < 60 - 2
    assert 67 + 2 < high < 80
    singer.begin()
    singer.sing(2.6, lambda second, asked: 45.0)
    assert singer.view.note_range.low < 45 - 2
    assert singer.view.note_range.high == pytest.approx(high, abs=0.6)


# a take


def test_a_take_from_the_count_in_to_the_result(singer):
    singer.practise_notes("C4=la D4=la E4:2=la")
    singer.begin()
    assert singer.window.listening.start_button.text() == "End"
    singer.sing(0.5, lambda second, asked: math.nan)
    scale = singer.paint()
    share = (scale.x(singer.scene.rehearsal.position) - scale.area.left()) / scale.area.width()
    assert share == pytest.approx(0.38, abs=0.01)
    assert singer.scene.showing.now.count == 3  # two seconds at 90 beats a minute
    assert singer.prompt.text == "la la la"
    singer.sing(1.7 + 0.5)
    assert singer.scene.state is State.SINGING
    assert singer.prompt.lit == 1
    assert singer.strip.points.text() == "100 % in tune"
    first, _, third = singer.scene.rehearsal.target.notes
    scale, seen = singer.paint(), picture(singer)
    theme = singer.view.shown_theme
    ys, xs = where(seen, _mixed(theme.in_tune, theme.row, SUNG))
    mine = (np.abs(ys - scale.y(60)) < scale.px_per_semitone / 2) & (xs < scale.area.right())
    assert xs[mine].min() == pytest.approx(scale.x(first.start), abs=4)
    assert xs[mine].max() == pytest.approx(scale.x(first.end), abs=6)
    assert not ((xs > scale.x(third.start)) & (xs < scale.area.right())).any()
    singer.sing(3.0)
    singer.wait_for(State.RESULT)
    assert singer.card.isVisible()
    assert float(singer.card.score.text()) >= 99
    assert singer.card.table.rowCount() == 3
    assert singer.card.table.item(2, 0).text() == "3 · E4  la"
    assert len(singer.kept) == 1


def flat_in_the_middle(second, asked):
    """The second of three notes 30 cents flat."""
    return asked - 0.3 if asked == 62 else asked


def test_the_result_says_what_to_work_on_and_shows_it(singer):
    singer.practise_notes("C4 D4 E4:2")
    singer.sing_all(flat_in_the_middle)
    card = singer.card
    assert card.work[0].text() == "2 · D4\n30 cents flat"
    assert card.table.item(1, 1).text() == "−30"
    assert card.why.text()
    assert singer.window.focusWidget() is card.work[0]
    singer.press("Return", card.work[0])
    assert not card.isVisible()
    note = singer.room.results.note
    assert note.isVisible()
    assert (note.name.text(), note.text.text()) == ("Note 2, D4", "30 cents flat")
    asked = singer.scene.rehearsal.target.notes[1]
    scale = singer.paint()
    assert scale.left < asked.start < asked.end < scale.right
    assert scale.seconds < 4
    singer.press("Ctrl+H, N")
    assert note.name.text() == "Note 3, E4"
    singer.press("Escape")
    assert card.isVisible()
    singer.press("Escape")
    assert not card.isVisible()
    assert singer.scene.on
    singer.press("Ctrl+H, Return")
    assert card.isVisible()


def test_a_row_of_the_table_shows_its_note(singer, qtbot):
    singer.practise_notes("C4 D4 E4:2")
    singer.sing_all(flat_in_the_middle)
    table = singer.card.table
    place = table.visualItemRect(table.item(2, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert singer.room.results.note.name.text() == "Note 3, E4"


def test_a_bit_is_practised_slower_and_over_again(singer):
    singer.practise_notes("C4 D4 E4 F4 G4:2")
    singer.sing_all(lambda second, asked: asked - 0.3 if asked == 64 else asked)
    singer.press("Ctrl+H, B")
    singer.wait_for(State.COUNT_IN)
    _, arrangement = singer.guides[-1]
    assert arrangement.tempo == 0.75
    assert [note.midi for note in singer.scene.rehearsal.target.notes] == [62, 64, 65]
    assert "a part of it" in singer.strip.name.toolTip()
    assert singer.strip.tempo.value() == 75
    singer.sing(2.0 + singer.scene.rehearsal.target.duration + 0.7)
    singer.wait_for(State.RESULT)
    assert not singer.card.isVisible()  # it goes on by itself
    assert singer.room._repeat.isActive()
    singer.press("Ctrl+H, L")
    assert not singer.room._repeat.isActive()
    assert len(singer.scene.rehearsal.target.notes) == 5
    assert singer.strip.tempo.value() == 100


def test_what_is_selected_on_the_plot_is_the_loop(singer, studio, qtbot):
    singer.practise_notes("C4 D4 E4 F4")
    hand = Hand(singer.window, studio, qtbot)
    hand.paint()
    target = singer.scene.rehearsal.target
    start, stop = target.notes[1].start + 0.05, target.notes[2].end - 0.05
    hand.drag(hand.at(start, 70), hand.at(stop, 70), SHIFT)
    singer.press("Ctrl+H, L")
    assert [note.midi for note in singer.scene.rehearsal.target.notes] == [62, 64]
    assert singer.room.actions.loop.isChecked()


def test_steps_tempo_and_key_go_by_keys(singer):
    singer.practise("five-note scale")
    low = singer.scene.rehearsal.target.notes[0].midi
    length = singer.scene.rehearsal.target.duration
    singer.press("F5")
    assert " · 2 of " in singer.strip.name.toolTip()
    assert singer.scene.rehearsal.target.notes[0].midi == low + 1
    singer.press("F6")
    assert " · 1 of " in singer.strip.name.toolTip()
    singer.press("Ctrl+H, Left")
    singer.press("Ctrl+H, Up")
    assert singer.scene.rehearsal.target.duration == pytest.approx(length / 0.95)
    assert singer.scene.rehearsal.target.notes[0].midi == low + 1
    assert (singer.strip.tempo.text(), singer.strip.key.text()) == ("95 %", "Key +1")
    singer.strip.tempo.setValue(50)
    assert singer.scene.rehearsal.target.duration == pytest.approx(2 * length)
    singer.press("Ctrl+H, Home")
    assert singer.scene.rehearsal.target.duration == pytest.approx(length)
    assert singer.strip.key.text() == "Key ±0"


def test_guide_and_metronome_are_switched_by_keys_and_hold_for_the_next_take(singer):
    singer.practise("five-note scale")
    assert singer.room.actions.guide.isChecked()
    singer.press("F7")
    singer.press("F8")
    singer.begin()
    step, arrangement = singer.guides[-1]
    assert (step.guide, arrangement.metronome) == (False, False)


def test_space_ends_a_take_and_escape_leaves_it_unjudged(singer):
    singer.practise_notes("C4 D4 E4:2")
    singer.begin()
    singer.sing(2.0 + 0.8)
    singer.press("Space")
    singer.wait_for(State.RESULT)
    assert singer.card.table.rowCount() == 1  # what was over
    singer.press("F4")
    singer.wait_for(State.COUNT_IN)
    assert not singer.card.isVisible()
    singer.press("Escape")
    singer.wait_for(State.READY)
    assert len(singer.kept) == 1
    assert singer.scene.on


def test_without_an_output_one_may_sing_in_silence(singer):
    singer.refuse = DeviceError("no output device: plug one in")
    singer.practise_notes("C4")
    singer.press("F4")
    banner = singer.window.stage.banner
    singer.qtbot.waitUntil(lambda: "No output device" in banner.label.text())
    assert banner.button.text() == "Sing without sound"
    banner.button.click()
    singer.wait_for(State.COUNT_IN)
    assert singer.guides[-1][1].silent


def test_headphones_are_advised_once(singer):
    singer.practise_notes("C4")
    singer.begin()
    assert "headphones" in singer.window.stage.banner.label.text()
    assert singer.room.remember()["heard_advice"] is True
    singer.window.stage.banner.withdraw("headphones")
    singer.press("F4")
    singer.wait_for(State.COUNT_IN)
    assert "headphones" not in singer.window.stage.banner.label.text()


def test_a_stream_that_breaks_ends_the_take(singer, studio):
    singer.practise_notes("C4 D4 E4:2")
    singer.begin()
    singer.sing(2.9)
    studio.stream.running = False
    singer.window.listening.tick()
    singer.qtbot.waitUntil(lambda: singer.scene.state is State.RESULT and not singer.scene._waiting.busy)
    assert singer.card.table.rowCount() == 1


# songs


def test_a_song_shows_its_words_with_the_syllable_that_is_sung(singer, tmp_path):
    path = tmp_path / "Two lines.txt"
    path.write_text(SONG, encoding="utf-8")
    singer.room.open_named(str(path))
    singer.qtbot.waitUntil(lambda: singer.scene.on)
    singer.begin()
    singer.sing(2.1)
    assert singer.prompt.text.replace(" ", "") == "Hello"
    assert singer.prompt.lit == 0
    assert singer.prompt.coming.replace(" ", "") == "moonhey"
    singer.sing(0.5)
    assert singer.prompt.lit == 1
    singer.sing(6.0)
    singer.wait_for(State.RESULT)
    assert singer.card.points.text().endswith("of 10,000 points")
    assert singer.card.table.item(3, 7).text() == ""  # freestyle does not count
    assert singer.room.remember()["recent"] == [f"file:{path}"]


def test_another_part_of_a_song_is_chosen_among_the_settings(singer, tmp_path):
    path = tmp_path / "Duet.txt"
    path.write_text("#TITLE:Duet\n#BPM:240\n#P1:High\n#P2:Low\nP1\n: 0 8 12 la\nP2\n: 0 8 0 lo\nE\n", encoding="utf-8")
    singer.room.open_named(str(path))
    singer.qtbot.waitUntil(lambda: singer.scene.on)
    singer.press("Ctrl+H, S")
    part = singer.room.settings.part
    assert [part.itemText(place) for place in range(part.count())] == ["High", "Low"]
    assert singer.window.focusWidget() is part
    part.setCurrentIndex(1)
    part.activated.emit(1)
    singer.qtbot.waitUntil(lambda: singer.scene.rehearsal.target.notes[0].midi == 60)
    assert "Low" in singer.strip.name.toolTip()


def test_another_exercise_takes_the_place_of_a_take_under_way(singer):
    singer.practise_notes("C4 D4")
    singer.begin()
    singer.sing(2.2)
    singer.practise("major scale")
    singer.qtbot.waitUntil(lambda: singer.strip.name.toolTip().startswith("Major scale"))
    assert singer.scene.state is State.READY
    assert not singer.scene.under_way
    singer.begin()
    assert singer.guides[-1][0].title.startswith("Major scale")


def test_a_file_that_is_no_song_is_refused_in_a_sentence(singer, tmp_path):
    path = tmp_path / "nothing.mid"
    path.write_bytes(b"not midi")
    singer.room.open_named(str(path))
    banner = singer.window.stage.banner
    singer.qtbot.waitUntil(lambda: "nothing.mid" in banner.label.text())
    assert not singer.scene.on


def test_what_is_to_be_found_by_ear_is_not_shown_before_it_is_over(singer):
    singer.practise("hear an interval")
    rehearsal = singer.scene.rehearsal
    assert rehearsal.step.hidden
    heard = [note for note in rehearsal.target.notes if not note.scored]
    asked = [note for note in rehearsal.target.notes if note.scored]
    bars, notes = singer.scene.showing.bars, rehearsal.target.notes
    assert [note for place, note in enumerate(notes) if bars.conceals(place)] == asked
    assert heard
    singer.begin()
    singer.sing(2.2)
    assert singer.prompt.text == "Listen"
    singer.sing(asked[0].end - 0.1)
    assert [note for place, note in enumerate(notes) if bars.conceals(place)] == asked[1:]


# the singer and the settings


def test_the_range_is_found_and_used(singer):
    singer.press("Ctrl+H, G")
    card = singer.room.singer.finding.card
    assert card.isVisible()
    singer.qtbot.waitUntil(lambda: singer.window.listening.transport.stream is not None)
    singer.window.scenes.timer.stop()
    held = iter(range(100))

    def hold(*notes):
        for midi in notes:
            start = 1.3 * next(held)
            singer.studio.stream.ready = [make_frame(start + 0.01 * n, hz(midi)) for n in range(100)]
            singer.window.listening.tick()

    hold(57, 56, 55)
    assert "So far: G3–A3" in card.found.text()
    singer.press("Return", card.enough_button)
    assert "go up" in card.text.text()
    hold(58, 59)
    singer.press("Return", card.enough_button)
    assert card.use_button.isVisible()
    singer.press("Return", card.use_button)
    assert "G3–B3" in singer.window.stage.banner.label.text()
    assert singer.room.singer.known().title == "G3–B3"


def test_a_damaged_file_of_progress_is_put_aside_and_told_of(singer):
    file = default_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"SQLite format 3\0" + 500 * b"no database")
    singer.room.singer.finding.found.emit(VocalRange(50, 67))
    banner = singer.window.stage.banner.label
    singer.qtbot.waitUntil(lambda: f"{file.name}.bad" in banner.text())
    singer.qtbot.waitUntil(file.exists)
    assert [(found.low, found.high) for found in Progress().ranges()] == [(50, 67)]


def test_the_settings_card_changes_how_the_next_take_is_judged(singer):
    singer.practise_notes("C4")
    singer.press("Ctrl+H, S")
    card = singer.room.settings
    assert card.isVisible()
    card.strictness.setFocus()
    singer.press("Home", card.strictness)
    card.strictness.activated.emit(card.strictness.currentIndex())
    card.guide_volume.setValue(70)
    card.octave_free.setChecked(True)
    singer.press("Escape")
    assert not card.isVisible()
    singer.begin()
    assert singer.scene.rehearsal.judging.tolerance_cents == 25
    assert singer.scene.rehearsal.judging.octave_free
    assert singer.guides[-1][1].guide_volume == pytest.approx(0.7)


def test_choices_are_known_again_and_bad_ones_left_out(singer):
    bad = {"metronome": "loud", "timbre": 9, "recent": ["x", 3]}
    singer.room.recall({"guide_volume": 55, "strictness": "strict", **bad})
    kept = singer.room.remember()
    assert (kept["guide_volume"], kept["strictness"], kept["metronome"], kept["timbre"]) == (55, "strict", True, 0.3)
    assert kept["recent"] == ["x"]


# coming and going


def test_leaving_gives_the_live_picture_back(singer, studio, tone):
    seconds = singer.view.time_window.seconds
    singer.practise_notes("C4")
    singer.begin()
    singer.press("Escape")
    singer.wait_for(State.READY)
    singer.press("Ctrl+H, X")
    assert not singer.scene.on
    assert singer.view.time_window.seconds == seconds
    assert not singer.strip.isVisible()
    studio.stream.ready = tone(440.0, 0.3)
    singer.window.listening.tick()
    assert singer.view.roll.voices[0].history is singer.window.listening.live.history
    assert singer.window.listening.start_button.text() == "Stop"


def test_the_take_can_be_listened_to_and_practice_goes_on_after_it(singer):
    singer.practise_notes("C4 D4")
    singer.sing_all()
    singer.press("Ctrl+H, P")
    takes = singer.window.takes
    singer.qtbot.waitUntil(lambda: takes.scene.on)
    assert not singer.scene.on
    assert not singer.strip.isVisible()
    takes.cancel()
    singer.press("F4")
    singer.wait_for(State.COUNT_IN)
    assert singer.scene.on
    assert singer.strip.name.toolTip() == "Typed notes"


def test_cards_stay_inside_a_small_window(singer):
    singer.window.resize(720, 520)
    singer.practise_notes("C4 D4")
    singer.sing_all()
    stage = singer.window.stage
    assert stage.rect().contains(singer.card.geometry())
    singer.press("Escape")
    singer.press("F3")
    assert stage.rect().contains(singer.room.choosing.shelf.geometry())


def test_the_bar_of_a_glide_is_slanted(singer):
    singer.practise("siren")
    note = singer.scene.rehearsal.target.notes[0]
    assert note.glide
    scale = singer.paint()
    shape = singer.scene.showing.bars._shape(scale, note)
    near, far = (QPointF(scale.x(t), scale.y(note.midi_at(t))) for t in (note.start + 0.1, note.end - 0.1))
    assert shape.contains(near)
    assert shape.contains(far)
    assert not shape.contains(QPointF(far.x(), near.y()))
