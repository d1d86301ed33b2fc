"""The name of the note in large letters, its accidental and octave smaller beside it."""

from __future__ import annotations

import re

from PyQt6.QtCore import QPointF, QSize
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from ...practice.music import Music
from ...practice.notes import NO_NOTE

SMALL = 0.5  # of the letters' height
PARTS = re.compile(r"([A-Za-z]+|\d+(?=·)|.)(.*)")  # letters, or a degree before its period
SUNG = range(36, 85)  # notes whose longest name decides the size


def name_parts(name: str) -> tuple[str, str]:
    """What of a name is large, and what small: "Sol", "♯4"; "Cis", "4"; "3", "·4"."""
    found = PARTS.fullmatch(name)
    return (found[1], found[2]) if found else (name, "")


class NoteName(QWidget):
    """All names of one music have the same size, so that it does not jump from note to note."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = NO_NOTE
        self._colour = QColor()
        self._fonts = QFont(self.font()), QFont(self.font())
        self._names = [NO_NOTE]
        self.set_limits(10, 100.0)

    def text(self) -> str:
        """The name."""
        return self._name

    def say(self, name: str) -> None:
        """Show a name."""
        if name != self._name:
            self._name = name
            self.update()

    def set_colour(self, colour: QColor) -> None:
        """Take a colour."""
        if colour != self._colour:
            self._colour = colour
            self.update()

    def set_music(self, music: Music) -> None:
        """Leave room for the names of the notes of a music."""
        self._names = sorted({music.name(note) for note in SUNG})
        self.set_limits(*self._limits)

    def set_limits(self, height: int, width: float) -> None:
        """Take letters of `height` px, or smaller ones if the longest name is wider than `width` px."""
        self._limits = height, width
        self._set_height(height)
        longest = max(map(self._width, self._names))
        self._set_height(max(int(height * min((width - 2) / longest, 1.0)), 8))
        self.update()

    def _set_height(self, px: int) -> None:
        for font, share in zip(self._fonts, (1.0, SMALL), strict=True):
            font.setPixelSize(max(round(share * px), 8))
            font.setBold(True)
        self._metrics = [QFontMetricsF(font) for font in self._fonts]

    def _width(self, name: str) -> float:
        parts = zip(self._metrics, name_parts(name), strict=True)
        return sum(metrics.horizontalAdvance(part) for metrics, part in parts)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As large as the name."""
        return QSize(round(self._width(self._name)), round(self._metrics[0].capHeight()))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw it, its capitals in the middle."""
        painter = QPainter(self)
        painter.setPen(self._colour)
        x = (self.width() - self._width(self._name)) / 2
        base = (self.height() + self._metrics[0].capHeight()) / 2
        for font, metrics, part in zip(self._fonts, self._metrics, name_parts(self._name), strict=True):
            painter.setFont(font)
            painter.drawText(QPointF(x, base), part)
            x += metrics.horizontalAdvance(part)
