import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.practice.notes import cents_off, is_black_key, midi_name, nearest_note, note_name


@pytest.mark.parametrize(
    ("hz", "name"),
    [
        (440.0, "A4"),
        (261.626, "C4"),
        (185.0, "F♯3"),
        (27.5, "A0"),
        (82.41, "E2"),
        (1046.5, "C6"),
        (466.16, "A♯4"),
    ],
)
def test_names_at_concert_pitch(hz, name):
    assert note_name(hz) == name


@pytest.mark.parametrize("hz", [math.nan, 0.0, -100.0, math.inf])
def test_no_pitch_has_no_note(hz):
    assert note_name(hz) == "–"
    midi, cents = nearest_note(hz)
    assert midi is None
    assert math.isnan(cents)


def test_concert_pitch_moves_the_names():
    assert note_name(415.3, a4=440.0) == "G♯4"
    assert note_name(415.3, a4=415.3) == "A4"
    assert nearest_note(440.0, a4=442.0)[1] == pytest.approx(-7.85, abs=0.01)


def test_cents_tell_sharp_from_flat():
    assert nearest_note(440.0 * 2 ** (20 / 1200)) == (69, pytest.approx(20.0))
    assert nearest_note(440.0 * 2 ** (-30 / 1200)) == (69, pytest.approx(-30.0))
    assert nearest_note(440.0 * 2 ** (60 / 1200)) == (70, pytest.approx(-40.0))


def test_concert_pitch_must_be_a_frequency():
    with pytest.raises(ValueError, match="not 0"):
        nearest_note(440.0, a4=0)


@given(st.integers(0, 127), st.floats(-49.0, 49.0), st.floats(392.0, 466.0))
def test_note_and_cents_give_the_frequency_back(midi, cents, a4):
    hz = a4 * 2 ** ((midi - 69) / 12 + cents / 1200)
    found, off = nearest_note(hz, a4)
    assert found == midi
    assert off == pytest.approx(cents, abs=1e-6)


def test_cents_off_of_arrays():
    np.testing.assert_allclose(cents_off([69.0, 69.2, 68.6, np.nan]), [0.0, 20.0, -40.0, np.nan], atol=1e-9)
    assert cents_off(60.25) == pytest.approx(25.0)


def test_an_octave_of_the_keyboard():
    names = [midi_name(midi) for midi in range(60, 72)]
    assert names == ["C4", "C♯4", "D4", "D♯4", "E4", "F4", "F♯4", "G4", "G♯4", "A4", "A♯4", "B4"]
    assert [is_black_key(midi) for midi in range(60, 72)] == ["♯" in name for name in names]
