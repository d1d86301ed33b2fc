"""How long the worker is likely to have nothing to do: judged by the gaps between the blocks that came before."""

from __future__ import annotations

import math
from collections import deque

KEPT = 128  # gaps; of 10 ms each a little more than a second
FEWEST = 8  # gaps that must have been longer than the present one for a judgement
ALLOWED = 1e-4  # s by which a block would have waited on average, had it been so every time


class Gaps:
    """The gaps between the blocks that mattered, each from one arrival to the next."""

    def __init__(self) -> None:
        self._gaps: deque[float] = deque(maxlen=KEPT)
        self._last = math.nan

    def note(self, arrived: float) -> None:
        """A block that mattered came at this instant, s."""
        if not math.isnan(self._last):
            self._gaps.append(arrived - self._last)
        self._last = arrived

    def free(self, now: float, seconds: float) -> bool:
        """Whether `seconds` of work from `now` on would hardly delay the next.

        By the gaps that lasted as long as the present one has: how long would the blocks that ended them have waited?
        That holds for blocks that come evenly, in bursts or any way, and where nothing is known it says no.
        """
        passed = now - self._last
        longer = [gap for gap in self._gaps if gap > passed]
        waited = sum(max(0.0, passed + seconds - gap) for gap in longer)
        return len(longer) >= FEWEST and waited <= ALLOWED * len(longer)
