"""Which second of the target the singer heard when a sound of the stream was made."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ...realtime.frame import PitchFrame
from ...realtime.playing.even_clock import FASTEST, EvenClock
from .time_map import Floats, TimeMap

FEWEST = 20  # frames, a fifth of a second
GRID = 0.05  # s between two places that are looked at
MOST = 300  # of them that tell the drift
EVEN = 0.003  # s from a straight line from which the sound must have stopped meanwhile
LONG = 10.0  # s from which the drift of two devices is more than the noise of their claims


class Timing:
    """The clock of the stream, by its frames, against that of what was heard, by the accompaniment.

    Both average over the claims that the devices make about single blocks, which jitter.
    """

    def __init__(self, position_at: Callable[[float], float], offset: float = 0.0) -> None:
        """position_at: second of the target that is heard at a monotonic instant. offset: as measured, s."""
        self._position_at, self._offset = position_at, offset
        self._clock = EvenClock()
        self._first, self._last, self._count = math.nan, -math.inf, 0

    def note(self, frame: PitchFrame) -> None:
        """Take a frame's instant in; those of frames that settle earlier ones are known already."""
        if frame.time > self._last and not math.isnan(frame.captured):
            self._clock.note(frame.time, frame.captured)
            self._first = frame.time if not self._count else self._first
            self._last = frame.time
            self._count += 1

    def second_of(self, stream: float) -> float:
        """Second of the target that was heard at a second of the stream, NaN while that is not known."""
        return self._position_at(self._clock.instant_of(stream)) - self._offset

    def map(self) -> TimeMap:
        """The stream's seconds against the target's. ValueError with fewer than a fifth of a second of frames."""
        if self._count < FEWEST:
            raise ValueError(f"{self._count} frames are too few to know when it was sung")
        stream = np.arange(self._first, self._last + GRID, GRID)
        target = np.array([self.second_of(second) for second in stream])
        known = ~np.isnan(target)
        if not known.any():
            raise ValueError("nobody knows when the guide was heard")
        stream, target = stream[known], target[known]
        rate = _rate(stream, target)
        zero = float(np.median(stream - target / rate))
        if np.abs(stream - target / rate - zero).max() < EVEN:
            return TimeMap((zero, zero + 1.0), (0.0, rate))
        return TimeMap(tuple(stream.round(6).tolist()), tuple(np.maximum.accumulate(target).round(6).tolist()))


def _rate(stream: Floats, target: Floats) -> float:
    """Seconds of the target per second of the stream, by Theil and Sen."""
    if np.ptp(stream) <= LONG:
        return 1.0
    few = np.linspace(0, len(stream) - 1, min(len(stream), MOST)).astype(int)
    before, after = np.triu_indices(len(few), 1)
    slopes = np.diff(target[few][[before, after]], axis=0) / np.diff(stream[few][[before, after]], axis=0)
    return float(np.clip(np.median(slopes), 1 - FASTEST, 1 + FASTEST))
