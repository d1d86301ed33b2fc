"""Minutes and seconds under the roll, moving with it."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter

from ..look.theme import LIGHT, Theme
from .rows import clock_text, marked_seconds, time_step
from .scale import Scale
from .strip import Strip

HEIGHT = 26  # px


class TimeStrip(Strip):
    """The labels of the seconds in sight."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.theme: Theme = LIGHT
        self.left, self.seconds = 0.0, 1.0
        """The stretch of time above it, s."""
        self.setHeight(HEIGHT)

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw the labels."""
        area = self.boundingRect()
        font = QFont(painter.font())
        font.setPixelSize(12)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.muted))
        painter.setClipRect(area)
        scale = Scale(area, self.left, self.seconds, 0.0, 1.0)
        for second in marked_seconds(scale, time_step(self.seconds, area.width())):
            x = scale.x(float(second))
            if area.left() + 14 <= x <= area.right() - 14:
                label = QRectF(x - 40, area.top(), 80, area.height())
                painter.drawText(label, Qt.AlignmentFlag.AlignCenter, clock_text(second))
