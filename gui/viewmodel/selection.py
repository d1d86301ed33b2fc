"""The stretch of time that the user selected."""

from __future__ import annotations

import math

SHORTEST = 0.02  # s; less is a click, not a stretch


class Selection:
    """One stretch or none. `start` and `stop` in seconds, NaN without one; an edge alone is one waiting for another."""

    def __init__(self) -> None:
        self._first = self._second = math.nan

    @property
    def start(self) -> float:
        """Where it begins."""
        return min(self._first, self._second)

    @property
    def stop(self) -> float:
        """Where it ends."""
        return max(self._first, self._second)

    @property
    def edge(self) -> float:
        """The first edge while there is no second, NaN otherwise."""
        return self._first if math.isnan(self._second) else math.nan

    @property
    def empty(self) -> bool:
        """Whether nothing is selected; an edge alone selects nothing."""
        return not self.stop - self.start >= SHORTEST

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Start and stop, None without a selection."""
        return None if self.empty else (self.start, self.stop)

    def select(self, start: float, stop: float) -> None:
        """Select from one moment to another, in either order."""
        self._first, self._second = start, stop

    def set_edge(self, time: float) -> None:
        """Set the first edge, then the second; a third begins another selection."""
        if math.isnan(self.edge):
            self._first, self._second = time, math.nan
        else:
            self._second = time

    def clear(self) -> bool:
        """Select nothing; whether there was a selection or an edge."""
        was = not math.isnan(self._first)
        self._first = self._second = math.nan
        return was
