"""Streaming histograms of durations: fixed memory however long the session, percentiles within 1 %."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .frame import Percentiles

SHORTEST = 1e-5  # s; anything shorter shares the first bin
LONGEST = 1e3  # s; anything longer shares the last
RATIO = 1.02  # between the edges of a bin: its middle is within 1 % of everything in it
SCALE = 1 / math.log(RATIO)
BINS = math.ceil(math.log(LONGEST / SHORTEST) * SCALE) + 1  # 932; bin 0 holds the shortest alone


class Histogram:
    """Counts of durations in log-spaced bins. One thread adds at a time; any thread may ask for the percentiles."""

    def __init__(self) -> None:
        self._counts = np.zeros(BINS, np.int64)
        self._longest = -math.inf

    def add(self, seconds: ArrayLike) -> None:
        """Count one duration in seconds, or many; negative ones count as the shortest, NaN not at all."""
        values = np.atleast_1d(np.asarray(seconds, np.float64))
        values = values[~np.isnan(values)]
        if not len(values):
            return
        inside = np.clip(values, SHORTEST, LONGEST)
        places = np.ceil(np.log(inside / SHORTEST) * SCALE).astype(np.intp)
        # A new array takes the old one's place in one step: who reads has counts that belong together.
        self._counts = self._counts + np.bincount(places, minlength=BINS)
        self._longest = max(self._longest, float(values.max()))

    @property
    def total(self) -> int:
        """Durations counted."""
        return int(self._counts.sum())

    def percentiles(self) -> Percentiles:
        """Nearest-rank percentiles in milliseconds; NaN while empty. `max` is exact."""
        counts, longest = self._counts, self._longest
        if not counts.any():
            return Percentiles()
        p50, p95, p99 = (min(_quantile(counts, q), max(longest, 0.0)) for q in (0.5, 0.95, 0.99))
        return Percentiles(1e3 * p50, 1e3 * p95, 1e3 * p99, 1e3 * longest)


def _quantile(counts: NDArray[np.int64], quantile: float) -> float:
    """Middle of the bin that holds the value of nearest rank, in seconds."""
    reached = np.cumsum(counts)
    rank = max(math.ceil(quantile * int(reached[-1])), 1)
    return SHORTEST * math.pow(RATIO, int(np.searchsorted(reached, rank)) - 0.5)
