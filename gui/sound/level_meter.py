"""The input level: a bar in dBFS with a line at the held peak."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ..look.theme import LIGHT, Theme
from ..look.wording import MINUS, level_text
from ..viewmodel.loudness import FLOOR, HOT, Loudness

WARM = -14.0  # dBFS; the bar turns amber
SCALE = (-60, -48, -36, -24, -12, 0)  # dBFS
MARGIN = 12.0  # px
BAR_HEIGHT = 12.0  # px


class LevelBar(QWidget):
    """The painted bar."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.level = self.peak = FLOOR
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for bar and labels."""
        return QSize(220, 34)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def show_level(self, level: float, peak: float) -> None:
        """Show level and held peak in dBFS; repaints only what a person could see."""
        shown = round(level, 1), round(peak, 1)
        if shown != (self.level, self.peak):
            self.level, self.peak = shown
            self.update()

    def at(self, level: float) -> float:
        """Position of a level in px."""
        share = (min(max(level, FLOOR), 0.0) - FLOOR) / -FLOOR
        return MARGIN + share * (self.width() - 2 * MARGIN)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw bar, peak and scale."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setPen(QPen(QColor(theme.border)))
        painter.setBrush(QColor(theme.row_black))
        painter.drawRoundedRect(QRectF(self.at(FLOOR), 1, self.at(0) - self.at(FLOOR), BAR_HEIGHT), 4, 4)
        for start, end, colour in (
            (FLOOR, WARM, theme.in_tune),
            (WARM, HOT, theme.near),
            (HOT, 0.0, theme.far),
        ):
            if self.level > start:
                left, right = self.at(start), self.at(min(self.level, end))
                painter.fillRect(QRectF(left, 3, right - left, BAR_HEIGHT - 4), QColor(colour))
        if self.peak > FLOOR:
            painter.fillRect(QRectF(self.at(self.peak) - 1, 1, 2, BAR_HEIGHT), QColor(theme.text))
        self._paint_scale(painter)

    def _paint_scale(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QPen(QColor(self._theme.muted)))
        for level in SCALE:
            x = round(self.at(level)) + 0.5
            painter.drawLine(QPointF(x, BAR_HEIGHT + 3), QPointF(x, BAR_HEIGHT + 6))
            label = f"{MINUS}{-level}" if level else "0"
            box = QRectF(x - 20, BAR_HEIGHT + 6, 40, 15)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)


class LevelMeter(QWidget):
    """The bar with its figure, and a warning in words when the input is too loud."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = LevelBar()
        self.heading = QLabel("Input level")
        self.heading.setObjectName("heading")
        self.figure = QLabel()
        self.figure.setObjectName("muted")
        self.setAccessibleName("Input level")
        self.setToolTip("Loudness of the input (RMS); the line marks the loudest moment of the last second")
        top = QHBoxLayout()
        top.addWidget(self.heading)
        top.addStretch()
        top.addWidget(self.figure)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        self.set_theme(LIGHT)
        self.show_loudness(Loudness())

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.bar.set_theme(theme)
        self.figure.setStyleSheet("")

    def show_loudness(self, loudness: Loudness) -> None:
        """Show the level of the moment."""
        self.bar.show_level(loudness.level, loudness.peak)
        text = "▲ too loud" if loudness.hot else level_text(loudness.peak, FLOOR)
        if text != self.figure.text():
            self.figure.setText(text)
            self.figure.setStyleSheet(f"color: {self._theme.far}; font-weight: bold" if loudness.hot else "")
            self.setAccessibleDescription(text)
