"""The markers on the roll: an upright line, and at its top a flag with number or name."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ..look.theme import LIGHT, Theme
from ..viewmodel.markers import Marker, Markers
from .scale import Scale

HEIGHT, PAD, WIDEST = 18.0, 5.0, 140.0  # px
ROWS = 4  # of flags that would lie over each other


class Flags:
    """A layer of the roll."""

    def __init__(self, markers: Markers) -> None:
        self.theme: Theme = LIGHT
        self.markers = markers
        self.places: list[tuple[Marker, QRectF]] = []
        """Flags in sight and where they were drawn last, px."""

    def at(self, place: QPointF) -> Marker | None:
        """The marker whose flag is there."""
        return next((marker for marker, box in reversed(self.places) if box.contains(place)), None)

    def box(self, marker: Marker) -> QRectF | None:
        """Where a marker's flag is, if it is in sight."""
        return next((box for other, box in self.places if other == marker), None)

    def __call__(self, painter: QPainter, scale: Scale) -> None:
        """Draw those in sight."""
        self.places = []
        if not len(self.markers):
            return
        font = QFont(painter.font())
        font.setPixelSize(12)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        ends = [scale.area.left() - WIDEST] * ROWS
        for marker in self.markers:
            x = round(scale.x(marker.time))
            if x > scale.area.right():
                break
            if x + WIDEST >= scale.area.left():
                text = metrics.elidedText(marker.label, Qt.TextElideMode.ElideRight, WIDEST - 2 * PAD)
                width = max(metrics.horizontalAdvance(text) + 2 * PAD, HEIGHT)
                left = x if x + width <= scale.area.right() else x - width  # it is never cut
                row = next((row for row, end in enumerate(ends) if end < left), 0)
                ends[row] = left + width
                box = QRectF(left, scale.area.top() + row * (HEIGHT + 2), width, HEIGHT)
                self.places.append((marker, box))
                self._paint_line(painter, x, box.bottom(), scale.area.bottom())
                self._paint_flag(painter, marker, box, text)

    def _paint_line(self, painter: QPainter, x: int, top: float, bottom: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(self.theme.accent), 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))

    def _paint_flag(self, painter: QPainter, marker: Marker, box: QRectF, text: str) -> None:
        theme, current = self.theme, marker == self.markers.current
        painter.setPen(QPen(QColor(theme.accent)))
        painter.setBrush(QColor(theme.accent if current else theme.card))
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.setPen(QColor(theme.on_accent if current else theme.accent))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
