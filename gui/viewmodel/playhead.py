"""The clock of the scrolling picture: steady, although frames arrive in bursts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...realtime.frame import PitchFrame

SLEW = 0.02  # share of a deviation that is made up per burst: devices drift by parts per million only
JUMP = 0.25  # s; beyond this the stream itself has jumped


class Playhead:
    """Tells which time of the stream is sounding now."""

    def __init__(self) -> None:
        self._zero = math.nan

    def observe(self, frames: Sequence[PitchFrame], clock: float) -> None:
        """Learn from frames that were fetched at `clock` (monotonic seconds) when their stream began."""
        if not frames:
            return
        newest = frames[-1]
        captured = newest.captured if math.isfinite(newest.captured) else clock
        error = captured - newest.time - self._zero
        if not abs(error) < JUMP:  # also at the first frames, when the error is NaN
            self._zero = captured - newest.time
        else:
            self._zero += SLEW * error

    def now(self, clock: float) -> float:
        """Time of the stream at `clock`, in seconds; NaN before the first frame."""
        return clock - self._zero
