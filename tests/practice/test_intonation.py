import math

import numpy as np
import pytest

from livepitch.model.convert import midi_to_hz
from livepitch.practice.intonation import summary
from livepitch.practice.scales import Key
from livepitch.practice.temperament import JUST, Temperament
from livepitch.practice.tuning import Tuning

HOP = 0.01


def sung(*notes: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Times and Hz of notes given as (fractional MIDI number or NaN, seconds)."""
    midi = np.concatenate([np.full(round(seconds / HOP), pitch) for pitch, seconds in notes])
    return np.arange(len(midi)) * HOP, midi_to_hz(midi)


def test_a_phrase():
    found = summary(*sung((60.05, 1.0), (math.nan, 0.5), (64.2, 0.5), (62.7, 0.5)), Tuning(), Key(0, "major"))
    assert found.duration == pytest.approx(2.5)
    assert found.voiced == pytest.approx(2.0)
    assert (found.lowest, found.highest, found.most_sung) == (60, 64, 60)
    assert found.lowest_hz == pytest.approx(midi_to_hz(60.05))
    assert found.highest_hz == pytest.approx(midi_to_hz(64.2))
    assert found.semitones == pytest.approx(4.15)
    assert found.in_tune == pytest.approx(0.5)  # 5 cents off for one second of two
    assert found.within_25 == pytest.approx(0.75)
    assert found.within_50 == 1.0
    assert found.median_cents == pytest.approx(5.0)
    assert found.outside_key == pytest.approx(0.25)  # D♯, 30 cents flat


def test_the_tolerance_is_the_callers():
    track = sung((60.05, 1.0), (64.2, 1.0))
    assert summary(*track, Tuning(), tolerance=4.0).in_tune == 0.0
    assert summary(*track, Tuning(), tolerance=21.0).in_tune == 1.0


def test_slips_and_scoops_do_not_widen_the_range():
    slip = [(60.0, 1.0), (72.0, 0.05), (60.0, 0.5), (48.0, 0.09), (60.0, 0.5), (math.nan, 0.1), (84.0, 0.06)]
    found = summary(*sung(*slip), Tuning())
    assert (found.lowest, found.highest) == (60, 60)
    assert found.semitones == pytest.approx(0.0, abs=1e-9)


def test_a_note_held_for_a_tenth_of_a_second_counts():
    found = summary(*sung((60.0, 5.0), (67.0, 0.1), (60.0, 5.0), (55.0, 0.1)), Tuning())
    assert (found.lowest, found.highest) == (55, 67)


def test_vibrato_shows_as_spread_not_as_range():
    time = np.arange(300) * HOP
    found = summary(time, midi_to_hz(69.1 + 0.3 * np.sin(2 * np.pi * 6 * time)), Tuning())
    assert (found.lowest, found.highest) == (69, 69)
    assert found.median_cents == pytest.approx(10.0, abs=2.0)
    assert found.spread_cents == pytest.approx(2 * 30 * math.sin(math.pi / 4), rel=0.1)  # of a sine, 0.71 of its height


def test_a_gap_in_time_breaks_a_note():
    time, hz = sung((60.0, 1.0), (72.0, 0.1), (60.0, 1.0))
    assert summary(time, hz, Tuning()).highest == 72
    time[105:] += 3.0  # half of the high note is another take's
    found = summary(time, hz, Tuning())
    assert found.highest == 60
    assert found.duration == pytest.approx(5.1)
    assert found.voiced == pytest.approx(2.1)


def test_in_tune_is_by_the_tuning():
    pure_third = sung((63.86314, 1.0))
    assert summary(*pure_third, Tuning()).median_cents == pytest.approx(-13.686, abs=1e-3)
    just = Tuning(440.0 * 2 ** ((JUST.cents[9] - 900) / 1200), JUST)  # C as in equal temperament
    retuned = summary(pure_third[0], pure_third[1], just)
    assert retuned.most_sung == 64
    assert retuned.median_cents == pytest.approx(0.0, abs=1e-3)


def test_wide_notes_can_be_missed_by_more_than_half_a_semitone():
    slendro = Tuning(temperament=Temperament("slendro", "Five equal", (0.0, 240.0, 480.0, 720.0, 960.0)))
    found = summary(*sung((60.0, 1.0), (61.0, 1.0)), slendro, Key(0, "major"))
    assert found.most_sung == 60
    assert found.within_50 == pytest.approx(0.5)
    assert math.isnan(found.outside_key)  # five notes have no key of twelve


@pytest.mark.parametrize("track", [([], []), ([0.0, 0.01], [math.nan, 0.0]), (np.arange(50) * HOP, np.full(50, -1.0))])
def test_silence_has_no_statistics(track):
    found = summary(*track, Tuning(), Key(0, "major"))
    assert found.voiced == 0.0
    assert found.duration == pytest.approx(len(track[0]) * HOP)
    assert found.lowest is found.highest is found.most_sung is None
    for value in (found.lowest_hz, found.highest_hz, found.semitones, found.in_tune, found.within_25):
        assert math.isnan(value)
    for value in (found.within_50, found.median_cents, found.spread_cents, found.outside_key):
        assert math.isnan(value)


def test_a_single_frame_lasts_one_hop_and_holds_no_note():
    found = summary([3.0], [440.0], Tuning())
    assert found.duration == found.voiced == pytest.approx(HOP)
    assert found.most_sung == 69
    assert found.lowest is None


def test_arrays_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match=r"\(2,\) and \(1,\)"):
        summary([0.0, 0.1], [440.0], Tuning())
    with pytest.raises(ValueError, match="ascend"):
        summary([0.1, 0.0], [440.0, 440.0], Tuning())
