"""A piano keyboard along the note scale, with the names of the notes; the sung key is coloured."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPen

from ...practice.music import Music
from ..look.theme import LIGHT, Theme, blend
from ..viewmodel.key_names import named_keys, text_size
from .rows import begins_octave, has_key, is_black
from .scale import Scale
from .strip import Strip

WIDTH = 62  # px
BLACK_SHARE = 0.64  # of the strip's width
TONIC_WIDTH = 4.0  # px, the bar beside the tonic
LOWEST_BLACK = 12.0  # px, of a black key that bears its name
FADED = 0.45  # of the names of notes outside the key


class KeyStrip(Strip):
    """The keys of the notes in sight."""

    def __init__(self) -> None:
        super().__init__("right")
        self.theme: Theme = LIGHT
        self.music = Music()
        self.plain = False
        """Whether it shows a ladder of names, without black keys."""
        self.lit: int | None = None
        """The note that is sung."""
        self.lit_colour = LIGHT.accent
        self._growth = 1.0
        self.setWidth(WIDTH)
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)  # its neighbour repaints with every frame

    def grow(self, factor: float) -> None:
        """Be so many times as wide, with larger names, for who sits far away."""
        self._growth = factor
        self.setWidth(self.breadth)
        self.update()

    @property
    def breadth(self) -> float:
        """Width in px."""
        return WIDTH * self._growth

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw the visible keys."""
        low, high = self.range
        area = self.boundingRect()
        painter.setClipRect(area)
        self.paint_in(painter, Scale(area, 0.0, 1.0, low, high))

    def paint_in(self, painter: QPainter, scale: Scale) -> None:
        """Draw the keys of a stretch of notes in its area."""
        notes = self.music.tuning.notes(scale.low, scale.high)
        rows = {note: self._row(scale, note) for note in notes}
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(scale.area, QColor(self.theme.key_white))
        for black in (False, True):  # the black keys lie over the white ones
            for note, row in rows.items():
                if self._black(note) == black:
                    self._paint_key(painter, note, row)
        self._paint_names(painter, scale.area, rows)

    def _row(self, scale: Scale, note: int) -> QRectF:
        low, high = self.music.tuning.row(note)
        top, bottom = scale.y(high), scale.y(low)
        row = QRectF(scale.area.left(), top, scale.area.width(), bottom - top)
        if self._black(note):
            row.setWidth(BLACK_SHARE * row.width())
        return row

    def _black(self, note: int) -> bool:
        return not self.plain and is_black(self.music, note)

    def _paint_key(self, painter: QPainter, note: int, row: QRectF) -> None:
        theme, right = self.theme, self._right(row, note)
        painter.setPen(QPen(QColor(theme.octave_line)))
        if self._black(note):
            middle = round(row.center().y())
            painter.drawLine(QPointF(row.right(), middle), QPointF(right, middle))
            painter.fillRect(row, QColor(self.lit_colour if note == self.lit else theme.key_black))
        else:
            if note == self.lit:
                painter.fillRect(row, QColor(self.lit_colour))
            if not self._black(note - 1):
                painter.drawLine(QPointF(row.left(), round(row.bottom())), QPointF(right, round(row.bottom())))
        if self._tonic(note):
            bar = QRectF(row.left(), row.top(), TONIC_WIDTH, row.height())
            painter.fillRect(bar, QColor(theme.row if note == self.lit else theme.accent))

    def _right(self, row: QRectF, note: int) -> float:
        return row.left() + row.width() / (BLACK_SHARE if self._black(note) else 1.0)

    def _paint_names(self, painter: QPainter, area: QRectF, rows: dict[int, QRectF]) -> None:
        size = text_size([row.height() for row in rows.values()], self._growth)
        places = {
            note: row.center().y()
            for note, row in rows.items()
            if area.top() + 6 <= row.center().y() <= area.bottom() - 6
            and (note == self.lit or not self._black(note) or row.height() >= LOWEST_BLACK)
        }
        font = QFont(painter.font())
        for note in named_keys(places, self.music, self.lit, size + 1.0):
            black = self._black(note)
            font.setPixelSize(max(size - int(black), 9))
            font.setBold(begins_octave(self.music, note) or note == self.lit or self._tonic(note))
            side = Qt.AlignmentFlag.AlignHCenter if black else Qt.AlignmentFlag.AlignRight
            if note == self.lit and rows[note].height() < size:
                self._widen_lit(painter, rows[note], size)
            place = QRectF(rows[note].left(), places[note] - 10, rows[note].width() - (0 if black else 5), 20)
            painter.setFont(font)
            painter.setPen(self._name_colour(note))
            painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, self.music.name(note))

    def _widen_lit(self, painter: QPainter, row: QRectF, size: int) -> None:
        """Give the name of the sung note a ground where its key is too low for it."""
        more = (size + 2 - row.height()) / 2
        painter.fillRect(row.adjusted(0, -more, 0, more), QColor(self.lit_colour))

    def _tonic(self, note: int) -> bool:
        return has_key(self.music) and self.music.tonic(note)

    def _name_colour(self, note: int) -> QColor:
        theme = self.theme
        if note == self.lit:
            return QColor(theme.row)
        black = self._black(note)
        colour, ground = (theme.on_key_black, theme.key_black) if black else (theme.on_key_white, theme.key_white)
        return blend(colour, ground, 1.0 if self.music.contains(note) else FADED)
