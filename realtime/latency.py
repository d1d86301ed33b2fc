"""Streaming histograms of durations: fixed memory however long the session, percentiles within 1 %."""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import accumulate

from .frame import Percentiles

SHORTEST = 1e-5  # s; anything shorter shares the first bin
LONGEST = 1e3  # s; anything longer shares the last
RATIO = 1.02  # between the edges of a bin: its middle is within 1 % of everything in it
SCALE = 1 / math.log(RATIO)
BINS = math.ceil(math.log(LONGEST / SHORTEST) * SCALE) + 1  # 932; bin 0 holds the shortest alone


class Histogram:
    """Counts of durations in log-spaced bins. One thread adds; any thread may ask for the percentiles."""

    def __init__(self) -> None:
        self._counts = [0] * BINS  # a list: counting in it is several times cheaper than in an array
        self._longest = -math.inf

    def add(self, seconds: float) -> None:
        """Count one duration in seconds; negative ones count as the shortest, NaN not at all."""
        if math.isnan(seconds):
            return
        inside = min(max(seconds, SHORTEST), LONGEST)
        self._counts[math.ceil(math.log(inside / SHORTEST) * SCALE)] += 1
        if seconds > self._longest:
            self._longest = seconds

    def percentiles(self) -> Percentiles:
        """Nearest-rank percentiles in milliseconds; NaN while empty. `max` is exact."""
        # `copy` is one step under the GIL: the counts belong together although their owner goes on adding.
        counts, longest = self._counts.copy(), self._longest
        total = sum(counts)
        if not total:
            return Percentiles()
        p50, p95, p99 = (min(_quantile(counts, total, q), max(longest, 0.0)) for q in (0.5, 0.95, 0.99))
        return Percentiles(1e3 * p50, 1e3 * p95, 1e3 * p99, 1e3 * longest)


def _quantile(counts: list[int], total: int, quantile: float) -> float:
    """Middle of the bin that holds the value of nearest rank, in seconds."""
    rank = max(math.ceil(quantile * total), 1)
    place = bisect_left(list(accumulate(counts)), rank)
    return SHORTEST * math.pow(RATIO, place - 0.5)
