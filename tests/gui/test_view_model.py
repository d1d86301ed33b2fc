import itertools
import math

import pytest

from livepitch.gui.look.wording import (
    cents_text,
    latency_text,
    level_text,
    mute_hint,
    sentence,
    skipped_text,
    verdict,
)
from livepitch.gui.plot.rows import time_step
from livepitch.gui.viewmodel.clock import clock_text
from livepitch.gui.viewmodel.loudness import FLOOR, Loudness
from livepitch.gui.viewmodel.note_range import NoteRange
from livepitch.gui.viewmodel.playhead import Playhead
from livepitch.gui.viewmodel.reading import CurrentNote
from livepitch.practice.music import Music
from livepitch.realtime.frame import Percentiles, StreamStats


def follow(notes, midi, seconds):
    """Let the voice stay at `midi`; the lowest note on screen after each 16 ms."""
    lows = []
    for _ in range(round(seconds / 0.016)):
        notes.follow(midi, 0.016)
        lows.append(notes.low)
    return lows


def test_first_pitch_is_centred_at_once():
    notes = NoteRange(span=24)
    notes.follow(50.0, 0.016)
    assert (notes.low, notes.high) == (38.0, 62.0)


def test_range_rests_while_the_voice_is_inside_or_silent():
    notes = NoteRange(span=24)
    notes.follow(60.0, 0.016)
    for midi in (52.0, 68.0, math.nan, 60.0):
        assert set(follow(notes, midi, 0.5)) == {48.0}


@pytest.mark.parametrize("midi", [80.0, 40.0])
def test_range_follows_smoothly_and_then_rests(midi):
    notes = NoteRange(span=24)
    notes.follow(60.0, 0.016)
    lows = follow(notes, midi, 2.0)
    steps = [abs(b - a) for a, b in itertools.pairwise(lows)]
    assert max(steps) < 1.5
    assert steps[-1] == 0
    assert notes.low + 4 < midi < notes.high - 4


def test_range_stays_within_what_people_sing():
    notes = NoteRange(span=24)
    notes.follow(126.0, 0.016)
    assert notes.high <= 115
    notes = NoteRange(span=24)
    notes.follow(1.0, 0.016)
    assert notes.low >= 12


def test_zoom_keeps_the_middle_and_its_limits():
    notes = NoteRange(span=24, centre=60)
    notes.zoom(-4)
    assert (notes.low, notes.high) == (50.0, 70.0)
    for _ in range(20):
        notes.zoom(-4)
    assert notes.span == 12
    for _ in range(20):
        notes.zoom(4)
    assert notes.span == 72


def test_playhead_is_steady_although_frames_come_in_bursts(frame):
    playhead = Playhead()
    assert math.isnan(playhead.now(5.0))
    for burst in range(50):
        jitter = 0.004 * (burst % 3)
        times = [0.05 * burst + 0.01 * i for i in range(5)]
        playhead.observe([frame(t, captured=100.0 + t + jitter) for t in times], 100.0)
    assert playhead.now(103.0) == pytest.approx(3.0, abs=0.006)


def test_playhead_follows_a_jump_at_once(frame):
    playhead = Playhead()
    playhead.observe([frame(1.0, captured=11.0)], 11.05)
    playhead.observe([frame(2.0, captured=15.0)], 15.05)  # three seconds were lost
    assert playhead.now(15.0) == pytest.approx(2.0)


def test_playhead_takes_arrival_where_nothing_was_stamped(frame):
    playhead = Playhead()
    playhead.observe([frame(1.0)], 11.0)
    assert playhead.now(11.5) == pytest.approx(1.5)


def test_reading_names_the_note_and_holds_it(tone, frame):
    note = CurrentNote()
    note.observe(tone(440.0 * 2 ** (12 / 1200), 0.2), clock=10.0)
    reading = note.read(10.0, Music())
    assert (reading.name, reading.held) == ("A4", False)
    assert reading.cents == pytest.approx(12.0)
    assert reading.needle == pytest.approx(12.0)
    note.observe([frame(0.2 + 0.01 * i) for i in range(50)], clock=10.5)
    assert note.read(10.5, Music()).name == "A4"
    assert note.read(10.5, Music()).held
    note.observe([frame(0.7 + 0.01 * i) for i in range(30)], clock=10.8)
    assert note.read(10.8, Music()).name == "–"


def test_reading_fades_when_the_input_is_lost(tone):
    note = CurrentNote()
    note.observe(tone(440.0, 0.2), clock=10.0)
    assert not note.read(10.3, Music()).held
    assert note.read(11.0, Music()).held
    assert note.read(12.0, Music()).name == "–"


def test_needle_moves_before_the_name(tone):
    note = CurrentNote()
    note.observe([*tone(440.0, 0.2), *tone(440.0 * 2 ** (60 / 1200), 0.04, start=0.2)], clock=10.0)
    reading = note.read(10.0, Music())
    assert reading.name == "A4"
    assert reading.cents == pytest.approx(0.0)
    assert reading.needle == pytest.approx(60.0)


def test_a_new_note_after_silence_forgets_the_old_one(tone):
    note = CurrentNote()
    note.observe([*tone(440.0, 0.2), *tone(220.0, 0.02, start=0.5)], clock=10.0)
    assert note.read(10.0, Music()).name == "A3"


def test_level_falls_slowly_and_its_peak_stays(frame):
    loudness = Loudness()
    loudness.observe([frame(0.01 * i, level=-10.0) for i in range(10)])
    loudness.observe([frame(0.1 + 0.01 * i, level=-60.0) for i in range(50)])
    assert loudness.peak == -10.0
    assert loudness.level == pytest.approx(-10.0 - 24 * 0.5)
    loudness.observe([frame(0.6 + 0.01 * i, level=-60.0) for i in range(500)])
    assert loudness.level == loudness.peak == FLOOR


def test_too_loud_is_remembered_for_a_moment(frame):
    loudness = Loudness()
    loudness.observe([frame(0.0, level=-3.0), *(frame(0.01 * i, level=-30.0) for i in range(1, 100))])
    assert loudness.hot
    loudness.observe([frame(1.0 + 0.01 * i, level=-30.0) for i in range(100)])
    assert not loudness.hot


def test_mute_means_two_seconds_of_exact_zeros(frame):
    loudness = Loudness()
    loudness.observe([frame(0.01 * i, level=-math.inf) for i in range(190)])
    assert not loudness.mute
    loudness.observe([frame(1.9 + 0.01 * i, level=-math.inf) for i in range(20)])
    assert loudness.mute
    loudness.observe([frame(2.1, level=-80.0)])
    assert not loudness.mute


def test_words_and_figures():
    assert cents_text(12.4) == "+12 cents"
    assert cents_text(-12.4) == "−12 cents"
    assert cents_text(-0.8) == "−1 cent"
    assert cents_text(0.3) == "0 cents"
    assert (verdict(3.0), verdict(-20.0), verdict(20.0), verdict(math.nan)) == (
        "in tune",
        "flat",
        "sharp",
        "",
    )
    assert level_text(-23.4, -60.0) == "−23 dBFS"
    assert level_text(-60.0, -60.0) == "–"
    assert "Privacy" in mute_hint("Darwin")
    assert "muted" in mute_hint("Linux")


def test_errors_become_sentences():
    assert sentence("no input device:\nplug one in") == "No input device: plug one in"
    assert sentence("song.wav: no sound") == "song.wav: no sound"
    assert sentence("pulse: cannot be opened") == "pulse: cannot be opened"
    assert sentence("") == ""


def test_latency_says_what_no_computer_can_shorten():
    stats = StreamStats(stages={"sound_to_frame": Percentiles(47.4, 50, 60, 80)})
    assert latency_text(stats, 0.032) == "latency 47 ms (32 ms algorithmic)"
    assert latency_text(stats, math.nan) == "latency 47 ms"
    assert latency_text(StreamStats(), 0.032) == "latency –"


def test_skipped_audio_in_seconds():
    assert skipped_text(StreamStats(skipped=24_000, dropped=4_800), 48_000) == "skipped 0.6 s"
    assert skipped_text(StreamStats(), 48_000) == "skipped 0 s"
    assert skipped_text(StreamStats(), 0) == "skipped 0 s"


@pytest.mark.parametrize(("seconds", "width", "step"), [(8, 900, 1), (8, 400, 2), (30, 900, 5), (30, 100, 30)])
def test_time_labels_have_room(seconds, width, step):
    assert time_step(seconds, width) == step


def test_clock():
    assert [clock_text(second) for second in (0, 9, 65, 600, 3905)] == ["0:00", "0:09", "1:05", "10:00", "1:05:05"]
