"""The picture painted at once, for a file: no tiles, no cursor, no light on what is sung now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QColor, QPainter, QPen

from ..look.theme import Theme
from .flags import Flags
from .rows import time_step
from .scale import Scale
from .time_strip import HEIGHT as CLOCK_HEIGHT

if TYPE_CHECKING:
    from .pitch_view import PitchView


def paint_picture(view: PitchView, painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """Grid, voices, markers and selection, with keys at the right and times below."""
    window, notes = view.time_window, view.note_range
    right, bottom = rect.right() - view.keys.breadth, rect.bottom() - CLOCK_HEIGHT
    area = QRectF(rect.topLeft(), QPointF(right, bottom))
    scale = Scale(area, window.left, window.seconds, notes.low, notes.high)
    painter.fillRect(rect, QColor(theme.card))
    painter.save()
    painter.setClipRect(area)
    painter.fillRect(area, QColor(theme.row))
    view.roll.paint_in(painter, scale, time_step(scale.seconds, area.width()))
    flags = Flags(view.markers)  # its own: those of the view know where the mouse finds them on the screen
    flags.theme = theme
    for layer in (view.stretch, flags):
        layer(painter, scale)
    painter.restore()
    keys = QRectF(area.topRight(), QPointF(rect.right(), bottom))
    painter.save()
    painter.setClipRect(keys)
    view.keys.paint_in(painter, Scale(keys, 0.0, 1.0, notes.low, notes.high))
    painter.restore()
    # SVG knows no clipping: what reaches down over the edge is covered.
    painter.fillRect(QRectF(area.bottomLeft(), rect.bottomRight()), QColor(theme.card))
    clock = QRectF(area.bottomLeft(), QPointF(right, rect.bottom()))
    view.clock.paint_in(painter, Scale(clock, window.left, window.seconds, 0.0, 1.0))
    painter.setPen(QPen(QColor(theme.octave_line)))
    painter.drawLine(area.topRight(), area.bottomRight())
