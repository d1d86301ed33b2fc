"""Small signs at a bar: how its note is to be sung, and whether it counts twice."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF

from ...practice.target.target import Manner, TargetNote

STAR = 6.0  # px, radius
WAVE, WAVES = 7.0, 4  # px; most of them
GAP = 6.0  # px over a bar


def paint_star(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A star at the right end of a golden bar, or over a short one."""
    centre = QPointF(box.right() - STAR - 4, box.center().y())
    if box.width() < 4 * STAR:
        centre = QPointF(box.center().x(), box.top() - STAR - 2)
    points = []
    for corner in range(10):
        radius, turn = STAR * (1.0 if corner % 2 == 0 else 0.45), math.pi * (corner / 5 - 0.5)
        points.append(centre + QPointF(radius * math.cos(turn), radius * math.sin(turn)))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF(points))


def paint_manner(painter: QPainter, box: QRectF, note: TargetNote, colour: QColor) -> None:
    """A dot for staccato, a wave for vibrato, a swelling hairpin, as they stand over notes on paper."""
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(colour)
    top = box.top() - GAP
    if note.manner is Manner.STACCATO:
        painter.drawEllipse(QPointF(box.left() + min(box.width() / 2, 10.0), top + 1), 2.2, 2.2)
    elif note.manner is Manner.VIBRATO:
        steps = 8 * WAVES
        wave = [
            QPointF(box.left() + 4 + WAVE * step / 8, top - 3 * math.sin(math.tau * step / 8))
            for step in range(steps + 1)
        ]
        painter.drawPolyline(QPolygonF(wave))
    elif note.manner is Manner.SWELL:
        middle, y = box.center().x(), box.top() - 10.0
        for end in (box.left() + 4, box.right() - 4):
            painter.drawLine(QPointF(end, y), QPointF(middle, y - 5))
            painter.drawLine(QPointF(end, y), QPointF(middle, y + 5))
