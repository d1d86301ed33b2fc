"""A value that moves to its target in a straight line, a sample at a time, so that no change of it clicks."""

from __future__ import annotations

import numpy as np

from ..ring import Floats


class Ramp:
    """One thread only: where the value is, and where it goes."""

    def __init__(self, value: float, length: int) -> None:
        """Begin at rest. length: samples that every change takes, at least 1."""
        self.value = self.target = value
        self.left = 0
        """Samples until the target is reached."""
        self._length = max(1, length)

    def aim(self, target: float) -> None:
        """Go there from here; nothing if it is on its way already."""
        if target != self.target:
            self.target, self.left = target, self._length

    def jump(self, value: float) -> None:
        """Be there at once."""
        self.value = self.target = value
        self.left = 0

    def next(self, size: int) -> Floats | float:
        """The values of the next samples: float32 `(size,)`, or a number while it rests."""
        if not self.left or not size:
            return self.value
        steps = np.arange(1, size + 1, dtype=np.float64)
        values = self.value + (self.target - self.value) / self.left * np.minimum(steps, self.left)
        self.left = max(0, self.left - size)
        self.value = float(values[-1]) if self.left else self.target
        return values.astype(np.float32)
