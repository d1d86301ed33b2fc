"""The streaming histogram against the exact percentiles of the same durations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.realtime.latency import BINS, Histogram


def nearest_rank(values, quantile):
    return sorted(values)[max(math.ceil(quantile * len(values)), 1) - 1]


@given(st.lists(st.floats(1e-5, 900), min_size=1, max_size=300))
def test_percentiles_within_one_percent(values):
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    result = histogram.percentiles()
    for got, quantile in ((result.p50, 0.5), (result.p95, 0.95), (result.p99, 0.99)):
        assert got == pytest.approx(1e3 * nearest_rank(values, quantile), rel=0.0101)
    assert result.max == 1e3 * max(values)
    assert result.p50 <= result.p95 <= result.p99 <= result.max


def test_known_distribution():
    histogram = Histogram()
    for value in np.random.default_rng(3).permutation(np.linspace(0.001, 0.1, 1000)):
        histogram.add(value)
    result = histogram.percentiles()
    assert result.p50 == pytest.approx(50.5, rel=0.011)
    assert result.p99 == pytest.approx(99.0, rel=0.011)
    assert result.max == pytest.approx(100.0)


def test_empty_is_nan():
    result = Histogram().percentiles()
    assert math.isnan(result.p50)
    assert math.isnan(result.max)


def test_extremes_stay_inside_and_memory_is_fixed():
    histogram = Histogram()
    for value in (-1.0, 0.0, 1e-9, math.nan, 1e9, math.inf):
        histogram.add(value)
    assert histogram.total == 5
    assert len(histogram._counts) == BINS
    assert histogram.percentiles().max == math.inf


def test_a_negative_only_distribution_reports_zero_percentiles():
    histogram = Histogram()
    histogram.add(-0.002)
    assert histogram.percentiles().p50 == 0
    assert histogram.percentiles().max == -2
