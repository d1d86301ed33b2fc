from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st

from livepitch.realtime.resample import Resampler

RATES = [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000]


def whole(audio: np.ndarray, rate: int) -> np.ndarray:
    resampler = Resampler(rate)
    return np.concatenate((resampler.push(audio), resampler.flush()))


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_keeps_its_place_and_level(rate: int) -> None:
    time = np.arange(rate) / rate
    result = whole(np.sin(2 * np.pi * 440 * time).astype(np.float32), rate)
    assert len(result) == 16_000
    expected = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    assert np.abs(result - expected)[200:-200].max() < 1e-3


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_agrees_with_soxr_on_what_voices_hold(rate: int) -> None:
    rng = np.random.default_rng(0)
    time = np.arange(rate) / rate
    audio = sum(
        np.sin(2 * np.pi * f * time + p) for f, p in zip(range(150, 6000, 190), rng.uniform(0, 6, 40), strict=False)
    )
    audio = (0.02 * audio).astype(np.float32)
    difference = whole(audio, rate) - soxr.resample(audio, rate, 16_000, quality="VHQ")
    assert np.abs(difference)[300:-300].max() < 1e-3


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_what_lies_above_8_khz_does_not_fold_back(rate: int) -> None:
    time = np.arange(rate) / rate
    assert np.abs(whole(np.sin(2 * np.pi * 10_000 * time).astype(np.float32), rate))[300:-300].max() < 2e-3


@given(rate=st.sampled_from(RATES), n=st.integers(0, 3_000), cuts=st.lists(st.integers(0, 3_000), max_size=6))
def test_any_split_gives_the_same_samples(rate: int, n: int, cuts: list[int]) -> None:
    audio = np.random.default_rng(1).normal(size=n).astype(np.float32)
    edges, resampler = [0, *sorted(min(cut, n) for cut in cuts), n], Resampler(rate)
    parts = [resampler.push(audio[a:b]) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate([*parts, resampler.flush()]), whole(audio, rate))


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_the_delay_is_what_it_says(rate: int) -> None:
    resampler, given_out = Resampler(rate), 0
    for pushed in range(1, 2_000):
        given_out += len(resampler.push(np.zeros(1, np.float32)))
        ready = (pushed / rate - resampler.delay) * 16_000
        assert abs(given_out - max(0.0, ready)) <= 1.0 + 1e-9
    assert resampler.delay <= 0.0016


def test_16_khz_passes_through() -> None:
    audio = np.random.default_rng(0).normal(size=100).astype(np.float32)
    np.testing.assert_array_equal(whole(audio, 16_000), audio)
