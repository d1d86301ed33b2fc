"""A line under the picture: what to do now, or the words with the syllable that is sung."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame

from ..plot.pitch_view import PitchView

LARGE, SMALL, SMALLEST = 22, 14, 13  # px
PAD = 14.0  # px
HEIGHT, HIGHER = 44, 66  # px, without and with a line to come


class Prompt(QFrame):
    """Paints itself; nothing to press."""

    def __init__(self, view: PitchView) -> None:
        super().__init__()
        self.setObjectName("card")
        self._view = view
        self.text = ""
        """What it says; of a line of words all of them."""
        self.lit = -1
        """Place of the syllable that is sung, -1 for none."""
        self.coming = ""
        self._syllables: tuple[str, ...] = ()
        self.setFixedHeight(HEIGHT)
        self.hide()

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as there is room."""
        return QSize(200, self.height())

    def say(self, text: str) -> None:
        """Show a sentence."""
        if (text, ()) != (self.text, self._syllables):
            self._take(text, ())

    def show_words(self, syllables: Sequence[str], lit: int, coming: str = "") -> None:
        """Show a line of words, one syllable of it lit, and the next line."""
        syllables = tuple(syllables)
        if (syllables, coming) != (self._syllables, self.coming):
            self._take("".join(syllables).strip(), syllables, coming)
        if lit != self.lit:
            self.lit = lit
            self.update()

    def make_room(self, words: bool) -> None:
        """Be high enough for two lines of words, or for a sentence."""
        self.setFixedHeight(HIGHER if words else HEIGHT)

    def _take(self, text: str, syllables: tuple[str, ...], coming: str = "") -> None:
        self.text, self._syllables, self.coming, self.lit = text, syllables, coming, -1
        self.setAccessibleName(text)
        self.setToolTip("" if syllables else text)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw it."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        if self._syllables:
            self._paint_words(painter)
        else:
            self._paint_sentence(painter)

    def _paint_sentence(self, painter: QPainter) -> None:
        area = self.rect().adjusted(round(PAD), 2, -round(PAD), -2)
        font, size = QFont(self.font()), 16
        font.setPixelSize(size)
        while size > SMALLEST and QFontMetricsF(font).horizontalAdvance(self.text) > area.width():
            size -= 1
            font.setPixelSize(size)
        painter.setFont(font)
        painter.setPen(QColor(self._view.shown_theme.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.text)

    def _paint_words(self, painter: QPainter) -> None:
        font, room = QFont(self.font()), self.width() - 2 * PAD
        font.setPixelSize(LARGE)
        whole = QFontMetricsF(font).horizontalAdvance(self.text)
        if whole > room:
            font.setPixelSize(max(int(LARGE * room / whole), 10))
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        y = (self.height() - (SMALL + 8 if self.coming else 0)) / 2 + metrics.capHeight() / 2
        before = 0.0
        left = (self.width() - metrics.horizontalAdvance(self.text)) / 2
        for place, syllable in enumerate(self._syllables):
            place_of = QPointF(left + before, y)
            shown = syllable.rstrip()
            width = metrics.horizontalAdvance(shown)
            if place == self.lit:
                painter.fillRect(
                    round(place_of.x()) - 1, round(y + 5), round(width) + 2, 3, QColor(self._view.shown_theme.accent)
                )
            done = QColor(self._view.shown_theme.muted if place < self.lit else self._view.shown_theme.text)
            painter.setPen(QColor(self._view.shown_theme.accent) if place == self.lit else done)
            painter.drawText(place_of, shown)
            before += metrics.horizontalAdvance(syllable)
        if self.coming:
            font.setPixelSize(SMALL)
            painter.setFont(font)
            painter.setPen(QColor(self._view.shown_theme.muted))
            area = self.rect().adjusted(round(PAD), 0, -round(PAD), -6)
            text = QFontMetricsF(font).elidedText(self.coming, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, text)
