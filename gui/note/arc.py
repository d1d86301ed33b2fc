"""The measures of a dial's arc, which its size decides."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PyQt6.QtCore import QLineF, QPointF, QRectF

SWEEP = 110.0  # degrees from the top to either end
TRACK = 0.13  # of the radius: width of the arc
LABEL = 0.12  # of half the dial: height of the figures
LABELS = 11, 36  # px, smallest and largest
SAG = -math.cos(math.radians(SWEEP))  # how far the ends hang below the centre, in radii
NEEDLE, GAP = 0.4, 0.8  # of the arc's width: the needle's, and that of the ground round it


@dataclass(frozen=True)
class Arc:
    """All in px; the whole, with room for figures round the arc, lies in the middle of its widget."""

    label: int
    """Height of the figures."""
    radius: float
    track: float
    centre: QPointF

    @classmethod
    def within(cls, width: int, height: int) -> Arc:
        """The largest that a widget has room for."""
        low, high = LABELS
        label = round(min(max(LABEL * min(width / 2, height / (1 + SAG)), low), high))
        margin = 2.4 * label + 2
        radius = max(min(width / 2 - margin, (height - 2 * margin) / (1 + SAG)), 10.0)
        top = (height - radius * (1 + SAG)) / 2
        return cls(label, radius, max(TRACK * radius, 8.0), QPointF(width / 2, top + radius))

    @property
    def box(self) -> QRectF:
        """Of the whole circle."""
        centre, radius = self.centre, self.radius
        return QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)

    @property
    def inner(self) -> float:
        """Radius that the needle stays out of."""
        return self.radius - 1.45 * self.track - 2

    def at(self, share: float, radius: float) -> QPointF:
        """The point at `share` of the way from the top to an end (-1 to 1), so far from the centre."""
        angle = math.radians(SWEEP * share)
        return QPointF(self.centre.x() + radius * math.sin(angle), self.centre.y() - radius * math.cos(angle))

    def figure(self, share: float) -> QRectF:
        """Where a figure stands."""
        middle = self.at(share, self.radius + self.track / 2 + 1.45 * self.label)
        return QRectF(middle.x() - 2 * self.label, middle.y() - 0.75 * self.label, 4 * self.label, 1.5 * self.label)

    def needle(self, share: float) -> QLineF:
        """The needle, from inside out."""
        return QLineF(self.at(share, self.inner + GAP * self.track / 2), self.at(share, self.tip))

    @property
    def tip(self) -> float:
        """Radius of the needle's outer end."""
        return self.radius + self.track / 2 + 4
