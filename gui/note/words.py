"""A line of text that is painted as it is: to change it costs a small repaint, and no new layout of the window."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget


class Words(QWidget):
    """One line in the middle; of several wordings the first that fits, the last cut short if none does."""

    def __init__(self, parent: QWidget | None = None, bold: bool = False) -> None:
        super().__init__(parent)
        self._wordings: tuple[str, ...] = ("",)
        self._colour = QColor()
        self._font = QFont(self.font())
        self._font.setBold(bold)
        self._metrics = QFontMetricsF(self._font)

    def text(self) -> str:
        """What is shown, whole."""
        width = self._metrics.horizontalAdvance
        return next((text for text in self._wordings if width(text) <= self.width()), self._wordings[-1])

    def say(self, *wordings: str) -> None:
        """Show the first of these that fits."""
        if wordings != self._wordings:
            self._wordings = wordings
            self.update()

    def set_look(self, colour: QColor) -> None:
        """Take a colour."""
        if colour != self._colour:
            self._colour = colour
            self.update()

    def set_height(self, px: int) -> None:
        """Take letters of a size."""
        self._font.setPixelSize(px)
        self._metrics = QFontMetricsF(self._font)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """As large as the text."""
        return QSize(round(self._metrics.horizontalAdvance(self.text())), round(self._metrics.height()))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw it."""
        painter = QPainter(self)
        painter.setFont(self._font)
        painter.setPen(self._colour)
        text = self._metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() + 1)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
