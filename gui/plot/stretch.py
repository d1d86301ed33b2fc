"""The selected stretch of time on the roll."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ..look.theme import LIGHT, Theme
from ..viewmodel.clock import length_text
from ..viewmodel.selection import Selection
from .scale import Scale

SHADE = 0.16  # of the accent
HEIGHT, PAD, UP = 18.0, 6.0, 44.0  # px, of the label; over the note that the picture is paused


class Stretch:
    """A layer of the roll."""

    def __init__(self, selection: Selection) -> None:
        self.theme: Theme = LIGHT
        self.selection = selection

    def __call__(self, painter: QPainter, scale: Scale) -> None:
        """Draw the stretch with its length, or the first edge of one."""
        chosen = self.selection
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if not math.isnan(chosen.edge):
            self._paint_edge(painter, scale, chosen.edge)
        if chosen.empty or chosen.stop < scale.left or chosen.start > scale.right:
            return
        left, right = max(scale.x(chosen.start), scale.area.left()), min(scale.x(chosen.stop), scale.area.right())
        area = QRectF(round(left), scale.area.top(), round(right) - round(left), scale.area.height())
        shade = QColor(self.theme.accent)
        shade.setAlphaF(SHADE)
        painter.fillRect(area, shade)
        for time in (chosen.start, chosen.stop):
            self._paint_edge(painter, scale, time)
        self._paint_length(painter, area, length_text(chosen.stop - chosen.start))

    def _paint_edge(self, painter: QPainter, scale: Scale, time: float) -> None:
        x = round(scale.x(time))
        painter.setPen(QPen(QColor(self.theme.accent)))
        painter.drawLine(QPointF(x, scale.area.top()), QPointF(x, scale.area.bottom()))

    def _paint_length(self, painter: QPainter, area: QRectF, text: str) -> None:
        font = QFont(painter.font())
        font.setPixelSize(12)
        width = QFontMetricsF(font).horizontalAdvance(text) + 2 * PAD
        if width > area.width():
            return
        box = QRectF(round(area.center().x() - width / 2), area.bottom() - HEIGHT - UP, round(width), HEIGHT)
        painter.fillRect(box, QColor(self.theme.accent))
        painter.setFont(font)
        painter.setPen(QColor(self.theme.on_accent))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
