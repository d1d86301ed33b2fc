from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.model.convert import bin_to_cents, cents_to_hz, hz_to_cents, hz_to_midi, midi_to_hz

HZ = st.floats(20.0, 4000.0)


@given(HZ)
def test_round_trips(hz: float) -> None:
    assert cents_to_hz(hz_to_cents(hz)) == pytest.approx(hz, rel=1e-12)
    assert midi_to_hz(hz_to_midi(hz, 442.0), 442.0) == pytest.approx(hz, rel=1e-12)


def test_known_values() -> None:
    assert hz_to_midi(440.0) == 69.0
    assert hz_to_midi(415.3047, a4=415.3047) == 69.0
    assert hz_to_cents(20.0) == 1200.0
    assert cents_to_hz(float(bin_to_cents(0))) == pytest.approx(31.70, abs=0.01)


def test_arrays_keep_their_shape_and_nan() -> None:
    result = hz_to_midi(np.array([[440.0, np.nan], [880.0, 0.0]]))
    assert result.shape == (2, 2)
    assert result[0, 0] == 69.0
    assert result[1, 0] == 81.0
    assert np.isnan(result[0, 1])
    assert result[1, 1] == -np.inf
