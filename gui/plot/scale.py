"""Where a time and a pitch lie on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF

Place = TypeVar("Place", float, NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class Scale:
    """A stretch of time and of pitch (MIDI numbers), laid over an area in px."""

    area: QRectF
    left: float
    """Time at the left edge, s."""
    seconds: float
    low: float
    high: float

    @property
    def right(self) -> float:
        """Time at the right edge, s."""
        return self.left + self.seconds

    @property
    def px_per_second(self) -> float:
        """How fast time runs."""
        return self.area.width() / self.seconds

    @property
    def px_per_semitone(self) -> float:
        """Height of a semitone."""
        return self.area.height() / (self.high - self.low)

    def x(self, time: Place) -> Place:
        """Times (s) as px from the left."""
        return self.area.left() + (time - self.left) * self.px_per_second

    def y(self, midi: Place) -> Place:
        """Pitches as px from the top."""
        return self.area.top() + (self.high - midi) * self.px_per_semitone

    def time_at(self, x: float) -> float:
        """The time at a place."""
        return self.left + (x - self.area.left()) / self.px_per_second

    def midi_at(self, y: float) -> float:
        """The pitch at a place."""
        return self.high - (y - self.area.top()) / self.px_per_semitone
