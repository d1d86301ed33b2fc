import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.practice.temperament import EQUAL, JUST, MEANTONE, PYTHAGOREAN, TEMPERAMENTS, Temperament
from livepitch.practice.tuning import Tuning

PELOG = Temperament("pelog", "Pelog", (0.0, 120.0, 270.0, 540.0, 670.0, 785.0, 950.0), 1215.0)
BOHLEN_PIERCE = Temperament("bp", "Bohlen-Pierce", tuple(1901.955 / 13 * step for step in range(13)), 1901.955)
SLENDRO = Temperament("slendro", "Five equal", (0.0, 240.0, 480.0, 720.0, 960.0))
ONE = Temperament("one", "Octaves", (0.0,))
WIDE = Temperament("wide", "Lopsided", (0.0, 1.0, 2.0, 1199.0))

temperaments = st.sampled_from([*TEMPERAMENTS.values(), PELOG, BOHLEN_PIERCE, SLENDRO, ONE, WIDE])
tunings = st.builds(Tuning, st.floats(392.0, 466.0), temperaments, st.integers(0, 11))
pitches = st.floats(-10.0, 140.0)


def test_equal_temperament_has_midi_numbers_for_pitches():
    tuning = Tuning(root=7)
    np.testing.assert_allclose(tuning.pitch(np.arange(128)), np.arange(128), atol=1e-12)
    assert tuning.hz(60) == pytest.approx(261.6256, abs=1e-4)
    assert Tuning(442.0).hz(69) == 442.0
    assert tuning.row(60) == (59.5, 60.5)
    assert tuning.widest == 50.0


def test_just_thirds_and_fifths_in_a_key():
    in_d = Tuning(440.0, JUST, root=2)
    assert in_d.hz(69) == pytest.approx(440.0)  # A, the fifth of D
    assert in_d.hz(62) == pytest.approx(440.0 * 2 / 3)
    assert in_d.hz(66) == pytest.approx(440.0 * 2 / 3 * 5 / 4)  # F♯
    assert 100 * (in_d.pitch(66) - in_d.pitch(62)) == pytest.approx(386.314, abs=5e-4)


def test_meantone_and_pythagorean_on_c_at_a_440():
    # Published: C4 of quarter-comma meantone is 263.18 Hz, of Pythagorean tuning 260.74 Hz, when A is 440 Hz.
    assert Tuning(440.0, MEANTONE).hz(60) == pytest.approx(263.18, abs=0.01)
    assert Tuning(440.0, PYTHAGOREAN).hz(60) == pytest.approx(260.74, abs=0.01)


@given(st.floats(392.0, 466.0), st.sampled_from(list(TEMPERAMENTS.values())), st.integers(0, 11))
def test_a4_is_the_concert_pitch_in_every_key(a4, temperament, root):
    assert Tuning(a4, temperament, root).hz(69) == pytest.approx(a4)


@pytest.mark.parametrize(("root", "pitch"), [(0, 60), (6, 66), (7, 55), (9, 57), (11, 59)])
def test_other_temperaments_count_from_the_root_next_to_middle_c(root, pitch):
    tuning = Tuning(440.0, SLENDRO, root)
    assert tuning.pitch(60) == pitch
    assert tuning.pitch([61, 65, 59, 55]) == pytest.approx([pitch + 2.4, pitch + 12, pitch - 2.4, pitch - 12])
    assert not tuning.twelve
    assert tuning.widest == pytest.approx(120.0)


def test_a_period_other_than_the_octave_repeats():
    tuning = Tuning(440.0, BOHLEN_PIERCE)
    assert tuning.hz(73) == pytest.approx(3 * tuning.hz(60))
    assert tuning.hz(47) == pytest.approx(tuning.hz(60) / 3)


@given(tunings, st.integers(-50, 300))
def test_every_note_is_nearest_to_its_own_pitch(tuning, note):
    found, cents = tuning.nearest(tuning.pitch(note))
    assert found == note
    assert cents == pytest.approx(0.0, abs=1e-6)


@given(tunings, st.integers(0, 127))
def test_rows_tile_the_axis(tuning, note):
    low, high = tuning.row(note)
    assert low < tuning.pitch(note) < high
    assert tuning.row(note + 1)[0] == high
    assert 100.0 * max(high - tuning.pitch(note), tuning.pitch(note) - low) <= tuning.widest + 1e-6


@given(tunings, pitches)
def test_a_pitch_belongs_to_the_row_it_lies_in(tuning, midi):
    note, cents = tuning.nearest(midi)
    low, high = tuning.row(note)
    assert low - 1e-9 <= midi <= high + 1e-9
    assert tuning.pitch(note) + cents / 100.0 == pytest.approx(midi)
    assert all(abs(cents) <= abs(100.0 * (midi - tuning.pitch(other))) + 1e-6 for other in (note - 1, note + 1))


@given(tunings, pitches, st.floats(0.0, 30.0))
def test_the_notes_of_a_stretch_cover_it_and_no_more(tuning, low, span):
    notes = tuning.notes(low, low + span)
    assert tuning.row(notes[0])[0] - 1e-9 <= low <= tuning.row(notes[0])[1] + 1e-9
    assert tuning.row(notes[-1])[0] - 1e-9 <= low + span <= tuning.row(notes[-1])[1] + 1e-9


def test_notes_between_two_pitches():
    assert Tuning().notes(59.6, 62.4) == range(60, 63)
    assert Tuning().notes(59.4, 62.6) == range(59, 64)
    assert len(Tuning().notes(62.0, 60.0)) == 0
    with pytest.raises(ValueError, match="nan"):
        Tuning().notes(math.nan, 60.0)


@given(tunings, st.lists(st.one_of(pitches, st.sampled_from([math.nan, math.inf, -math.inf])), max_size=20))
def test_arrays_give_what_scalars_give(tuning, midi):
    notes, cents = tuning.nearest(np.array(midi))
    assert notes.dtype == np.int64
    for value, note, off in zip(midi, notes, cents, strict=True):
        one, one_off = tuning.nearest(value)
        assert note == (0 if one is None else one)
        assert math.isnan(off) == (one is None) == (not math.isfinite(value))
        assert one is None or off == one_off


@pytest.mark.parametrize("settings", [{"a4": 0.0}, {"a4": math.nan}, {"root": 12}, {"root": -1}])
def test_impossible_tunings_are_refused(settings):
    (name, value), *_ = settings.items()
    with pytest.raises(ValueError, match=f"{name} must be .* not {value}"):
        Tuning(temperament=EQUAL, **settings)
