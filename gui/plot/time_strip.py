"""Minutes and seconds under the roll, moving with it."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPolygonF, QStaticText, QTransform

from ..look.theme import LIGHT, Theme
from ..viewmodel.clock import clock_text
from ..viewmodel.markers import Markers
from .rows import marked_seconds, time_step
from .scale import Scale
from .strip import Strip

HEIGHT = 26  # px
MOST_LABELS = 100  # that are kept
TIP = 4.5  # px, half the width of a marker's sign


class TimeStrip(Strip):
    """The labels of the seconds in sight."""

    def __init__(self, markers: Markers) -> None:
        super().__init__("bottom")
        self.theme: Theme = LIGHT
        self.markers = markers
        self.left, self.seconds = 0.0, 1.0
        """The stretch of time above it, s."""
        self._labels: dict[int, QStaticText] = {}
        self.setHeight(HEIGHT)

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw the labels."""
        area = self.boundingRect()
        painter.setClipRect(area)
        self.paint_in(painter, Scale(area, self.left, self.seconds, 0.0, 1.0))

    def paint_in(self, painter: QPainter, scale: Scale) -> None:
        """Draw the labels of a stretch of time in its area."""
        area = scale.area
        font = QFont(painter.font())
        font.setPixelSize(12)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.muted))
        for second in marked_seconds(scale, time_step(scale.seconds, area.width())):
            x = scale.x(float(second))
            if area.left() + 14 <= x <= area.right() - 14:
                label = self._label(second, font)
                size = label.size()
                painter.drawStaticText(QPointF(x - size.width() / 2, area.center().y() - size.height() / 2), label)
        self._paint_markers(painter, scale)

    def _label(self, second: int, font: QFont) -> QStaticText:
        """Laid out once: that takes longer than to draw it."""
        if second not in self._labels:
            if len(self._labels) >= MOST_LABELS:
                self._labels.clear()
            label = self._labels[second] = QStaticText(clock_text(second))
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.prepare(QTransform(), font)
        return self._labels[second]

    def _paint_markers(self, painter: QPainter, scale: Scale) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.accent))
        top = scale.area.top()
        for marker in self.markers:
            if scale.left <= marker.time <= scale.right:
                x = scale.x(marker.time)
                tips = (QPointF(x, top), QPointF(x + TIP, top + 1.6 * TIP), QPointF(x - TIP, top + 1.6 * TIP))
                painter.drawPolygon(QPolygonF(tips))
