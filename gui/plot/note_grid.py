"""The note grid behind the trace, and its two scales: a strip of piano keys and a strip of seconds."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPen

from ...practice.notes import is_black_key, midi_name
from ..look.theme import LIGHT, Theme, blend

KEYS_WIDTH = 62  # px
BLACK_SHARE = 0.64  # of the strip's width
SECONDS_HEIGHT = 26  # px
MIN_LABEL_GAP = 64  # px between two labels of time
STEPS = (1, 2, 5, 10, 15, 30)  # s


def rows(low: float, high: float) -> range:
    """MIDI numbers of the rows that touch the range; row m reaches from m - 0.5 to m + 0.5."""
    return range(math.floor(low + 0.5), math.ceil(high - 0.5) + 1)


def time_step(seconds: float, width: float) -> int:
    """Seconds between two vertical lines so that their labels have room on `width` px."""
    return next((step for step in STEPS if step * width >= MIN_LABEL_GAP * seconds), STEPS[-1])


def clock_text(second: int) -> str:
    """Time of the stream as minutes and seconds: "1:05"."""
    return f"{second // 60}:{second % 60:02d}"


class NoteGrid(pg.GraphicsObject):  # type: ignore[misc]
    """Semitone rows, the black keys' rows shaded, a strong line under every C, and a line per second."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = LIGHT
        self.now = 0.0
        self.lit: int | None = None
        """The note whose row is lit."""

    def boundingRect(self) -> QRectF:  # noqa: N802
        """What the view shows; a larger one would have Qt repaint the keys with every frame."""
        shown: QRectF = self.getViewBox().viewRect()
        return shown

    def viewRangeChanged(self) -> None:  # noqa: N802
        """Called by pyqtgraph when the view shows another part."""
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw in whole pixels, so that lines are crisp."""
        (left, right), (low, high) = self.getViewBox().viewRange()
        to_screen = painter.worldTransform()
        top_left = to_screen.map(QPointF(left, high))
        bottom_right = to_screen.map(QPointF(right, low))
        area = QRectF(top_left, bottom_right).normalized()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_seconds(painter, area, left, right)
        self._paint_rows(painter, area, low, high)
        painter.restore()

    def _paint_rows(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        height = area.height() / (high - low)
        black = QColor(self.theme.row_black)
        lit = blend(self.theme.accent, self.theme.row, 0.13)
        line, octave = QPen(QColor(self.theme.row_line)), QPen(QColor(self.theme.octave_line))
        for midi in rows(low, high):
            top = round(area.bottom() - (midi + 0.5 - low) * height)
            bottom = round(area.bottom() - (midi - 0.5 - low) * height)
            if midi == self.lit or is_black_key(midi):
                colour = lit if midi == self.lit else black
                painter.fillRect(QRectF(area.left(), top, area.width(), bottom - top), colour)
            painter.setPen(octave if midi % 12 == 0 else line)
            painter.drawLine(QPointF(area.left(), bottom), QPointF(area.right(), bottom))

    def _paint_seconds(self, painter: QPainter, area: QRectF, left: float, right: float) -> None:
        painter.setPen(QPen(QColor(self.theme.row_line)))
        for _, x in second_marks(self.now, left, right, area):
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))


def second_marks(now: float, left: float, right: float, area: QRectF) -> list[tuple[int, float]]:
    """(whole second, x in px) of every time mark in an area that shows `left` to `right` s from `now`."""
    step = time_step(right - left, area.width())
    first = max(math.ceil((now + left) / step) * step, 0)
    scale = area.width() / (right - left)
    marks = range(first, math.floor(now + right) + 1, step)
    return [(second, area.left() + (second - now - left) * scale) for second in marks]


class Strip(pg.AxisItem):  # type: ignore[misc]
    """An axis that paints itself, within its own place only."""

    def boundingRect(self) -> QRectF:  # noqa: N802
        """Its place in the layout; pyqtgraph adds room for ticks, which would repaint it with every frame."""
        place: QRectF = self.mapRectFromParent(self.geometry())
        return place


class KeyStrip(Strip):
    """A piano keyboard along the note scale, with the names of the notes; the sung key is coloured."""

    def __init__(self) -> None:
        super().__init__("right")
        self.theme: Theme = LIGHT
        self.lit: int | None = None
        self.lit_colour = LIGHT.accent
        self.setWidth(KEYS_WIDTH)
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)  # its neighbour repaints with every frame

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw the visible keys."""
        area = self.boundingRect()
        low, high = self.range
        height = area.height() / (high - low)
        painter.setClipRect(area)
        painter.fillRect(area, QColor(self.theme.key_white))
        for black in (False, True):  # the black keys lie over the white ones
            for midi in rows(low, high):
                if is_black_key(midi) == black:
                    bottom = area.bottom() - (midi - 0.5 - low) * height
                    self._paint_key(painter, midi, QRectF(area.left(), bottom - height, area.width(), height))

    def _paint_key(self, painter: QPainter, midi: int, row: QRectF) -> None:
        theme, lit = self.theme, midi == self.lit
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if is_black_key(midi):
            key = QRectF(row.left(), row.top(), row.width() * BLACK_SHARE, row.height())
            middle = round(row.center().y())
            painter.setPen(QPen(QColor(theme.octave_line)))
            painter.drawLine(QPointF(key.right(), middle), QPointF(row.right(), middle))
            painter.fillRect(key, QColor(self.lit_colour if lit else theme.key_black))
            self._paint_name(painter, midi, key, theme.row if lit else theme.on_key_black)
            return
        if lit:
            painter.fillRect(row, QColor(self.lit_colour))
        if midi % 12 in (0, 5):  # C and F: no black key below
            painter.setPen(QPen(QColor(theme.octave_line)))
            painter.drawLine(QPointF(row.left(), round(row.bottom())), QPointF(row.right(), round(row.bottom())))
        self._paint_name(painter, midi, row, theme.row if lit else theme.on_key_white)

    def _paint_name(self, painter: QPainter, midi: int, key: QRectF, colour: str) -> None:
        area = self.boundingRect()
        cut = key.center().y() - area.top() < 6 or area.bottom() - key.center().y() < 6
        if cut or key.height() < 9 or (key.height() < 14 and is_black_key(midi)):
            return
        font = QFont(painter.font())
        font.setPixelSize(round(min(max(0.62 * key.height(), 9), 14)) - (1 if is_black_key(midi) else 0))
        font.setBold(midi % 12 == 0 or midi == self.lit)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        side = Qt.AlignmentFlag.AlignHCenter if is_black_key(midi) else Qt.AlignmentFlag.AlignRight
        painter.drawText(
            key.adjusted(0, -2, -5 if side != Qt.AlignmentFlag.AlignHCenter else 0, 2),
            side | Qt.AlignmentFlag.AlignVCenter,
            midi_name(midi),
        )


class TimeStrip(Strip):
    """Minutes and seconds of the stream, moving with the trace."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.theme: Theme = LIGHT
        self.now = 0.0
        self.setHeight(SECONDS_HEIGHT)

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw the labels of the visible seconds."""
        area = self.boundingRect()
        font = QFont(painter.font())
        font.setPixelSize(12)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.muted))
        left, right = self.range
        painter.setClipRect(area)
        for second, x in second_marks(self.now, left, right, area):
            if not area.left() + 14 <= x <= area.right() - 14:
                continue
            label = QRectF(x - 40, area.top(), 80, area.height())
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, clock_text(second))
