"""What a guide sounds like: which frequencies when, without a click of its own, the same however it is cut."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livepitch.practice.sound.count_in import count_in
from livepitch.practice.sound.guide import GuideSettings, GuideSound
from livepitch.practice.target.target import Beat, Manner, Target, TargetNote
from livepitch.practice.temperament import JUST
from livepitch.practice.tuning import Tuning
from tests.realtime.test_tone import measured_hz

RATE, SLOW = 48_000, 8_000
BEATS = tuple(Beat(0.5 * number, number % 4 == 0) for number in range(8))
WALTZ = tuple(Beat(0.4 * number, number % 3 == 0) for number in range(9))
SILENT = {"metronome_volume": 0.0}


def song(*notes, beats=BEATS):
    return Target("song", notes, beats)


def heard(sound, start, end):
    """Samples from second to second."""
    first = round(start * sound.sample_rate)
    return sound.samples(first, round(end * sound.sample_rate) - first)


def loud(sound, start, end):
    return float(np.abs(heard(sound, start, end)).max())


SCALE = song(*(TargetNote(number, number + 1, 60 + 2 * number) for number in range(4)))
RICH = song(
    TargetNote(0, 1, 60.0),
    TargetNote(1, 2.5, 62.0, manner=Manner.SIREN, glide=12),
    TargetNote(2.5, 2.51, 65.0),
    TargetNote(3, 3.9, 55.0, manner=Manner.SWELL),
)


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, 3 * SLOW), max_size=6))
def test_it_is_the_same_sound_however_it_is_cut(cuts):
    sound = GuideSound(RICH, SLOW, GuideSettings(cue=(60, 64, 67), drone_midi=48, timbre="voice"))
    first, edges = round(-0.5 * SLOW), sorted({0, *cuts, 3 * SLOW})
    whole = sound.samples(first, 3 * SLOW)
    parts = [sound.samples(first + a, b - a) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("timbre", ["sine", 0.4, "voice"])
def test_every_note_is_in_tune(timbre):
    sound = GuideSound(SCALE, RATE, GuideSettings(timbre=timbre, **SILENT))
    for number in range(4):
        hz = 440 * 2 ** ((60 + 2 * number - 69) / 12)
        assert measured_hz(heard(sound, number + 0.05, number + 0.95)) == pytest.approx(hz, rel=1e-4)


def test_concert_pitch_and_temperament_move_it():
    just = GuideSettings(timbre=0, tuning=Tuning(432.0, JUST, root=0), **SILENT)
    fifth = 432 * (3 / 2) / (5 / 3)  # A4 is the sixth of C
    sound = GuideSound(song(TargetNote(0, 1, 67.0), TargetNote(1, 2, 67.5)), RATE, just)
    assert measured_hz(heard(sound, 0.05, 0.95)) == pytest.approx(fifth, rel=1e-4)
    assert measured_hz(heard(sound, 1.05, 1.95)) == pytest.approx(432 * 2 ** (-1.5 / 12), rel=1e-4)


def test_a_siren_glides_evenly_in_semitones():
    sound = GuideSound(RICH, RATE, GuideSettings(timbre="sine", **SILENT))
    for at in (1.3, 1.75, 2.2):
        hz = 440 * 2 ** ((RICH.notes[1].midi_at(at) - 69) / 12)
        assert measured_hz(heard(sound, at - 0.05, at + 0.05)) == pytest.approx(hz, rel=3e-3)


def test_no_edge_of_a_note_clicks():
    sound = GuideSound(RICH, RATE, GuideSettings(timbre="sine", guide_volume=0.5, **SILENT))
    steepest = 0.5 * 2 * np.pi * 440 * 2 ** ((74 - 69) / 12) / RATE
    assert np.abs(np.diff(heard(sound, -1.0, 5.0))).max() < 1.05 * steepest


def test_a_staccato_note_is_short_and_a_swell_is_loudest_in_its_middle():
    sound = GuideSound(
        song(TargetNote(0, 1, 60.0, manner=Manner.STACCATO), TargetNote(1, 3, 60.0, manner=Manner.SWELL)),
        RATE,
        GuideSettings(timbre="sine", **SILENT),
    )
    assert loud(sound, 0.05, 0.15) == pytest.approx(0.3, rel=1e-2)
    assert loud(sound, 0.19, 1.0) == 0.0
    assert loud(sound, 1.9, 2.1) > 2 * loud(sound, 1.0, 1.1) > 0.1


def test_without_the_guide_only_what_is_to_be_listened_to_sounds():
    notes = (TargetNote(0, 1, 60.0, manner=Manner.LISTEN), TargetNote(1, 2, 60.0), TargetNote(2, 3, float("nan")))
    off = GuideSound(song(*notes), RATE, GuideSettings(guide=False, metronome=False))
    on = GuideSound(song(*notes), RATE, GuideSettings(metronome=False))
    assert [loud(off, at, at + 1) > 0.1 for at in (0, 1, 2)] == [True, False, False]
    assert [loud(on, at, at + 1) > 0.1 for at in (0, 1, 2)] == [True, True, False]


def test_beats_click_and_downbeats_more_so():
    sound = GuideSound(song(), RATE, GuideSettings(count_in_beats=0, metronome_volume=0.5))
    levels = [loud(sound, beat.time, beat.time + 0.1) for beat in BEATS]
    assert np.allclose(levels[1:4], levels[1])
    assert levels[0] == levels[4] > 1.5 * levels[1]
    assert not heard(sound, 0.05, 0.5).any()
    assert heard(sound, 0.0, 0.001).any()


def test_the_count_in_goes_on_backwards_in_the_targets_own_bars():
    assert [(round(beat.time, 3), beat.downbeat) for beat in count_in(song(beats=WALTZ))] == [
        (-1.2, True),
        (-0.8, False),
        (-0.4, False),
    ]
    five = count_in(song(), 5)
    assert [beat.time for beat in five] == [-2.5, -2.0, -1.5, -1.0, -0.5]
    assert [beat.downbeat for beat in five] == [False, True, False, False, False]
    sound = GuideSound(song(), RATE, GuideSettings(metronome=False, count_in_beats=4))
    assert sound.begin == -2.0
    assert not heard(sound, -3.0, -2.0).any()
    assert [loud(sound, at, at + 0.1) > 0.1 for at in (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5)] == [True] * 4 + [False] * 2


def test_a_first_beat_that_comes_late_is_counted_in_all_the_way():
    pickup = song(TargetNote(0, 0.5, 60.0), beats=tuple(Beat(0.5 + 0.5 * n, n % 4 == 0) for n in range(4)))
    assert [beat.time for beat in count_in(pickup, 2)] == [-1.0, -0.5, 0.0]


def test_without_beats_the_notes_or_ninety_a_minute_tell_the_tempo():
    assert [beat.time for beat in count_in(song(*SCALE.notes, beats=()))] == [-4.0, -3.0, -2.0, -1.0]
    quick = [TargetNote(0.2 * n, 0.2 * n + 0.2, 60.0) for n in range(4)]
    assert count_in(song(*quick, beats=()))[-1].time == pytest.approx(-0.8)
    assert [beat.time for beat in count_in(song(beats=()))] == pytest.approx([-8 / 3, -2, -4 / 3, -2 / 3])
    assert count_in(song(), 0) == ()


def test_a_cue_sounds_and_then_leaves_time_to_breathe():
    sound = GuideSound(SCALE, RATE, GuideSettings(cue=(60, 64), **SILENT))
    assert loud(sound, -2.0, -0.9) > 0.2
    assert not heard(sound, -0.8, 0.0).any()
    alone = GuideSound(SCALE, RATE, GuideSettings(cue=(60,), count_in_beats=0))
    assert alone.begin == -1.5


def test_it_never_clips_however_loud_all_of_it_is():
    everything = {"guide_volume": 1.0, "metronome_volume": 1.0, "drone_volume": 1.0, "drone_midi": 48.0}
    for timbre in ("sine", "voice"):
        sound = GuideSound(RICH, SLOW, GuideSettings(cue=(60, 64, 67), timbre=timbre, **everything))
        assert 0.4 < np.abs(heard(sound, sound.begin, sound.end)).max() < 0.96


def test_settings_that_cannot_be_are_refused():
    for wrong in ({"guide_volume": 1.1}, {"timbre": -0.1}, {"timbre": "trumpet"}, {"count_in_beats": -1}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            GuideSettings(**wrong)
