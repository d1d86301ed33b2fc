from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.model.convert import bin_to_cents, hz_to_cents
from livepitch.model.decode import decode, voicing


def bump(centre: float, height: float = 0.9) -> np.ndarray:
    distance = (np.arange(360) - centre) * 20.0
    return (height * np.exp(-0.5 * (distance / 25.0) ** 2)).astype(np.float32)


@given(st.floats(5.0, 354.0))
def test_finds_the_centre_between_bins(centre: float) -> None:
    decoded = decode(bump(centre)[None])
    assert hz_to_cents(float(decoded.candidate[0])) == pytest.approx(float(bin_to_cents(centre)), abs=0.35)


@pytest.mark.parametrize("peak", [0, 1, 358, 359])
def test_at_the_ends_the_average_takes_in_what_there_is(peak: int) -> None:
    salience = np.zeros((1, 360), np.float32)
    salience[0, peak] = 0.7
    decoded = decode(salience)
    assert hz_to_cents(float(decoded.candidate[0])) == pytest.approx(float(bin_to_cents(peak)), abs=1e-3)
    assert decoded.confidence[0] == np.float32(0.7)


def test_no_salience_gives_no_confidence() -> None:
    decoded = decode(np.zeros((2, 360), np.float32))
    assert (decoded.confidence == 0).all()
    assert np.isfinite(decoded.candidate).all()


def test_empty() -> None:
    assert len(decode(np.empty((0, 360), np.float32)).candidate) == 0


def test_hysteresis() -> None:
    confidence = np.array([0.3, 0.45, 0.5, 0.45, 0.41, 0.39, 0.45, 0.5], np.float32)
    expected = [False, False, True, True, True, False, False, True]
    assert voicing(confidence, 0.5, 0.4).tolist() == expected
    assert voicing(confidence[:2], 0.5, 0.4, voiced=True).tolist() == [False, False]
    assert voicing(confidence[1:2], 0.5, 0.4, voiced=True).tolist() == [True]


@given(st.lists(st.floats(0, 1, width=32), max_size=40), st.integers(0, 40))
def test_voicing_may_be_cut_anywhere(values: list[float], cut: int) -> None:
    confidence = np.array(values, np.float32)
    whole = voicing(confidence, 0.6, 0.4)
    left = voicing(confidence[:cut], 0.6, 0.4)
    right = voicing(confidence[cut:], 0.6, 0.4, bool(left[-1]) if len(left) else False)
    np.testing.assert_array_equal(np.concatenate((left, right)), whole)
