from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.model.convert import bin_to_cents, hz_to_cents
from livepitch.model.decode import decode, run_lengths, voicing


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
    assert voicing(confidence, 0.5, 0.4).tolist() == [False, False, True, True, True, False, False, True]
    assert run_lengths(confidence, 0.5, 0.4).tolist() == [0, 0, 1, 2, 3, 0, 0, 1]
    assert run_lengths(confidence[1:3], 0.5, 0.4, before=7).tolist() == [8, 9]
    assert run_lengths(confidence[:2], 0.5, 0.4, before=7).tolist() == [0, 0]


FLASH = np.array([0.1, 0.6, 0.1, 0.1, 0.0, 0.1, 0.6, 0.3, 0.1, 0.6, 0.1], np.float32)


@pytest.mark.parametrize(
    ("hold", "floor", "expected"),
    [
        (0, 0.0, [0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0]),
        (1, 0.0, [0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0]),
        (3, 0.0, [0, 1, 2, 3, 0, 0, 1, 2, 3, 4, 0]),
        (3, 0.5, [0, 1, 0, 0, 0, 0, 1, 2, 0, 1, 0]),
        (3, 1.0, [0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0]),
    ],
)
def test_a_young_run_is_held_down_to_the_floor(hold: int, floor: float, expected: list[int]) -> None:
    assert run_lengths(FLASH, 0.5, 0.4, hold, floor).clip(0).tolist() == expected


CONFIDENCES = st.lists(st.floats(0, 1, width=32), max_size=40)


@given(CONFIDENCES, st.integers(0, 9))
def test_no_run_but_the_last_is_shorter_than_the_hold(values: list[float], hold: int) -> None:
    lengths = run_lengths(np.array(values, np.float32), 0.6, 0.4, hold)
    ends = lengths[:-1][(lengths[:-1] > 0) & (lengths[1:] <= 0)]
    assert (ends >= hold).all()


@given(CONFIDENCES, st.integers(0, 9), st.floats(0, 1))
def test_a_hold_only_adds_voiced_frames_and_never_begins_a_run_late(
    values: list[float], hold: int, floor: float
) -> None:
    confidence = np.array(values, np.float32)
    held, plain = run_lengths(confidence, 0.6, 0.4, hold, floor), run_lengths(confidence, 0.6, 0.4)
    assert (held.clip(0) >= plain).all()
    assert (confidence[held == 1] >= np.float32(0.6)).all()


@given(CONFIDENCES, st.integers(0, 9), st.floats(0.6, 1))
def test_a_dip_that_is_as_short_as_the_hold_ends_only_where_confidence_is_high(
    values: list[float], hold: int, again: float
) -> None:
    confidence = np.array(values, np.float32)
    lengths = run_lengths(confidence, 0.6, 0.4, hold, 0.0, again)
    begins = np.flatnonzero(lengths == 1)
    ends = np.flatnonzero((lengths[:-1] > 0) & (lengths[1:] <= 0)) + 1
    for begin in begins[1:]:
        pause = begin - ends[ends <= begin].max()
        assert pause >= hold or confidence[begin] >= np.float32(again)


def test_frames_of_a_dip_are_counted() -> None:
    confidence = np.array([0.9, 0.1, 0.7, 0.7, 0.7, 0.9, 0.1, 0.1, 0.95], np.float32)
    assert run_lengths(confidence, 0.6, 0.4, 4, 1.0, 0.93).tolist() == [1, -1, -2, -3, 0, 1, -1, -2, 1]
    assert run_lengths(confidence, 0.6, 0.4, 0, 1.0, 0.93).tolist() == [1, 0, 1, 2, 3, 4, 0, 0, 1]


@given(CONFIDENCES, st.integers(0, 40), st.integers(0, 9), st.floats(0, 1), st.floats(0, 1))
def test_voicing_may_be_cut_anywhere(values: list[float], cut: int, hold: int, floor: float, again: float) -> None:
    confidence = np.array(values, np.float32)
    whole = run_lengths(confidence, 0.6, 0.4, hold, floor, again)
    left = run_lengths(confidence[:cut], 0.6, 0.4, hold, floor, again)
    right = run_lengths(confidence[cut:], 0.6, 0.4, hold, floor, again, int(left[-1]) if len(left) else 0)
    np.testing.assert_array_equal(np.concatenate((left, right)), whole)
