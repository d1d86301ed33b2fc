"""Whether a thread is still busy with what should long be done: it says beforehand how long a step may take."""

from __future__ import annotations

import math

from ..model.errors import LivepitchError
from .roles import Clock


class HangingError(LivepitchError):
    """A thread that does not come back from what it does."""


class Watch:
    """One thread's present step. Any thread may look: what it reads is one float that only the worker replaces."""

    def __init__(self, clock: Clock) -> None:
        """Nothing is expected yet."""
        self._clock, self._until = clock, math.inf

    def expect(self, seconds: float) -> None:
        """Worker: the next step takes no longer than so many seconds."""
        self._until = self._clock() + seconds

    def rest(self) -> None:
        """Worker: from now on it waits for others, as long as that may be."""
        self._until = math.inf

    @property
    def until(self) -> float:
        """Instant by which the present step should be done; inf while nothing is expected."""
        return self._until

    @property
    def overdue(self) -> bool:
        """Whether the present step takes longer than it may."""
        return self._clock() > self._until
