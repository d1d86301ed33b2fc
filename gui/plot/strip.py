"""The two scales beside the roll have this in common: they paint themselves, and only in their own place."""

from __future__ import annotations

import pyqtgraph as pg
from PyQt6.QtCore import QRectF


class Strip(pg.AxisItem):  # type: ignore[misc]
    """An axis that paints itself, within its own place only."""

    def boundingRect(self) -> QRectF:  # noqa: N802
        """Its place in the layout; pyqtgraph adds room for ticks, which would repaint it with every frame."""
        place: QRectF = self.mapRectFromParent(self.geometry())
        return place
