"""What moves over the bars: the line of now, and what is counted before the first note."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from ..look.theme import blend
from ..plot.pitch_view import PitchView
from ..plot.scale import Scale

HEAD = 6.0  # px, half the width of the triangle at the top of the line
NUMBER, DOT, APART = 96, 7.0, 30.0  # px: height of the figure, radius of a beat's dot, from one to the next


class Now:
    """A layer of the roll."""

    def __init__(self, view: PitchView) -> None:
        self._view = view
        self.position = math.nan
        """Second of the target; NaN for none."""
        self.count, self.beats = 0, 0
        """Beats of the count-in that are left, this one included; of how many."""

    def __call__(self, painter: QPainter, scale: Scale) -> None:
        """Draw both."""
        if math.isnan(self.position):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, area = scale.x(self.position), scale.area
        colour = QColor(self._view.shown_theme.text)
        painter.setPen(QPen(colour, 1.5))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(
            QPolygonF(
                [QPointF(x - HEAD, area.top()), QPointF(x + HEAD, area.top()), QPointF(x, area.top() + 1.5 * HEAD)]
            )
        )
        if self.count:
            self._paint_count(painter, QRectF(area.left(), area.top(), x - area.left(), area.height()))

    def _paint_count(self, painter: QPainter, area: QRectF) -> None:
        """Left of now, where nothing is to come."""
        theme, middle = self._view.shown_theme, area.center()
        beat = self.beats - self.count + 1  # counted upwards, as musicians do
        half = min(90.0, area.width() / 2 - 8)
        box = QRectF(middle.x() - half, middle.y() - 84, 2 * half, 168)
        painter.setPen(QPen(QColor(theme.border)))
        painter.setBrush(QColor(theme.card))
        painter.drawRoundedRect(box, 18, 18)
        font = QFont(painter.font())
        font.setPixelSize(NUMBER)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(theme.accent))
        painter.drawText(box.adjusted(0, 6, 0, -38), Qt.AlignmentFlag.AlignCenter, str(beat))
        self._paint_dots(painter, QPointF(middle.x(), box.bottom() - 26), beat)

    def _paint_dots(self, painter: QPainter, centre: QPointF, beat: int) -> None:
        apart = min(APART, 120.0 / max(self.beats, 1))
        painter.setPen(Qt.PenStyle.NoPen)
        for place in range(self.beats):
            painter.setBrush(
                QColor(self._view.shown_theme.accent)
                if place < beat
                else blend(self._view.shown_theme.muted, self._view.shown_theme.card, 0.4)
            )
            x = centre.x() + (place - (self.beats - 1) / 2) * apart
            painter.drawEllipse(QPointF(x, centre.y()), min(DOT, apart / 3), min(DOT, apart / 3))
