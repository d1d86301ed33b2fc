"""A piano keyboard along the note scale, with the names of the notes; the sung key is coloured."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPen

from ...practice.music import Music
from ..look.theme import LIGHT, Theme
from .rows import begins_octave, is_black
from .strip import Strip

WIDTH = 62  # px
BLACK_SHARE = 0.64  # of the strip's width


class KeyStrip(Strip):
    """The keys of the notes in sight."""

    def __init__(self) -> None:
        super().__init__("right")
        self.theme: Theme = LIGHT
        self.music = Music()
        self.lit: int | None = None
        """The note that is sung."""
        self.lit_colour = LIGHT.accent
        self.setWidth(WIDTH)
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)  # its neighbour repaints with every frame

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw the visible keys."""
        area = self.boundingRect()
        low, high = self.range
        painter.setClipRect(area)
        painter.fillRect(area, QColor(self.theme.key_white))
        scale = area.height() / (high - low)
        for black in (False, True):  # the black keys lie over the white ones
            for note in self.music.tuning.notes(low, high):
                if is_black(self.music, note) == black:
                    bottom, top = (area.bottom() - (border - low) * scale for border in self.music.tuning.row(note))
                    self._paint_key(painter, note, QRectF(area.left(), top, area.width(), bottom - top))

    def _paint_key(self, painter: QPainter, note: int, row: QRectF) -> None:
        theme, lit = self.theme, note == self.lit
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if is_black(self.music, note):
            key = QRectF(row.left(), row.top(), row.width() * BLACK_SHARE, row.height())
            middle = round(row.center().y())
            painter.setPen(QPen(QColor(theme.octave_line)))
            painter.drawLine(QPointF(key.right(), middle), QPointF(row.right(), middle))
            painter.fillRect(key, QColor(self.lit_colour if lit else theme.key_black))
            self._paint_name(painter, note, key, theme.row if lit else theme.on_key_black)
            return
        if lit:
            painter.fillRect(row, QColor(self.lit_colour))
        if not is_black(self.music, note - 1):
            painter.setPen(QPen(QColor(theme.octave_line)))
            painter.drawLine(QPointF(row.left(), round(row.bottom())), QPointF(row.right(), round(row.bottom())))
        self._paint_name(painter, note, row, theme.row if lit else theme.on_key_white)

    def _paint_name(self, painter: QPainter, note: int, key: QRectF, colour: str) -> None:
        area, black = self.boundingRect(), is_black(self.music, note)
        cut = key.center().y() - area.top() < 6 or area.bottom() - key.center().y() < 6
        if cut or key.height() < 9 or (key.height() < 14 and black):
            return
        font = QFont(painter.font())
        font.setPixelSize(round(min(max(0.62 * key.height(), 9), 14)) - int(black))
        font.setBold(begins_octave(self.music, note) or note == self.lit)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        side = Qt.AlignmentFlag.AlignHCenter if black else Qt.AlignmentFlag.AlignRight
        place = key.adjusted(0, -2, 0 if black else -5, 2)
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, self.music.name(note))
