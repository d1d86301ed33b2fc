"""The reference tone on the roll: a thin line at its pitch, with its name."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ..look.theme import Theme
from ..plot.scale import Scale

DASHES = [6.0, 4.0]


class ToneLine:
    """A layer of the roll; shows nothing while `name` is empty."""

    def __init__(self, theme: Callable[[], Theme]) -> None:
        self.midi, self.name = 69.0, ""
        self._theme = theme

    def __call__(self, painter: QPainter, scale: Scale) -> None:
        """Draw the line where it is in sight."""
        if not self.name or not scale.low < self.midi < scale.high:
            return
        y = round(scale.y(self.midi)) + 0.5
        pen = QPen(QColor(self._theme().text), 1.0)
        pen.setDashPattern(DASHES)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        painter.drawLine(QPointF(scale.area.left(), y), QPointF(scale.area.right(), y))
        self._paint_name(painter, scale, y)

    def _paint_name(self, painter: QPainter, scale: Scale, y: float) -> None:
        font = QFont(painter.font())
        font.setPixelSize(12)
        font.setBold(True)
        painter.setFont(font)
        width = QFontMetricsF(font).horizontalAdvance(self.name) + 10
        above = y - 18 >= scale.area.top()
        box = QRectF(scale.area.left() + 8, y - 18 if above else y + 2, width, 16)
        painter.fillRect(box, QColor(self._theme().card))
        painter.setPen(QColor(self._theme().text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.name)
