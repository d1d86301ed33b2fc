"""The painted level: a bar in dBFS, a line at the held peak, and the gate, which the mouse moves."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ..look.theme import LIGHT, Theme
from ..look.wording import MINUS
from ..viewmodel.loudness import FLOOR, HOT

WARM = -14.0  # dBFS; the bar turns amber
SCALE = (-60, -48, -36, -24, -12, 0)  # dBFS
MARGIN = 12.0  # px
TOP, BAR_HEIGHT = 7.0, 12.0  # px; above the bar is the gate's grip
GRIP = 5.0  # px, half its width


class LevelBar(QWidget):
    """Where the gate is off, its grip stands at the left end."""

    gated = pyqtSignal(float)
    """The user moved the gate, dBFS; -inf for off."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.level = self.peak = FLOOR
        self.gate = -math.inf
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else the card below is painted with every frame

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for grip, bar and labels."""
        return QSize(220, 40)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def show_level(self, level: float, peak: float) -> None:
        """Show level and held peak in dBFS; repaints only what a person could see."""
        shown = round(level, 1), round(peak, 1)
        if shown != (self.level, self.peak):
            self.level, self.peak = shown
            self.update(0, 0, self.width(), math.ceil(TOP + BAR_HEIGHT) + 1)  # the scale stays

    def show_gate(self, gate: float) -> None:
        """Show the gate, dBFS."""
        self.gate = gate
        self.update()

    def at(self, level: float) -> float:
        """Position of a level in px."""
        share = (min(max(level, FLOOR), 0.0) - FLOOR) / -FLOOR
        return MARGIN + share * (self.width() - 2 * MARGIN)

    def level_at(self, x: float) -> float:
        """The level at a place, in whole dBFS; -inf at the left end and beyond."""
        level = round(FLOOR - FLOOR * (x - MARGIN) / (self.width() - 2 * MARGIN))
        return -math.inf if level <= FLOOR else min(float(level), 0.0)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Bring the gate here."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.gated.emit(self.level_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Drag the gate along."""
        if event is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.gated.emit(self.level_at(event.position().x()))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw bar, peak, gate and scale."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.card))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setPen(QPen(QColor(theme.border)))
        painter.setBrush(QColor(theme.row_black))
        painter.drawRoundedRect(QRectF(self.at(FLOOR), TOP, self.at(0) - self.at(FLOOR), BAR_HEIGHT), 4, 4)
        for start, end, colour in (
            (FLOOR, WARM, theme.in_tune),
            (WARM, HOT, theme.near),
            (HOT, 0.0, theme.far),
        ):
            if self.level > start:
                left, right = self.at(start), self.at(min(self.level, end))
                shown = QColor(colour if self.level >= self.gate else theme.octave_line)  # too quiet to be heard
                painter.fillRect(QRectF(left, TOP + 2, right - left, BAR_HEIGHT - 4), shown)
        if self.peak > FLOOR:
            painter.fillRect(QRectF(self.at(self.peak) - 1, TOP, 2, BAR_HEIGHT), QColor(theme.text))
        self._paint_gate(painter)
        if event is None or event.rect().bottom() > TOP + BAR_HEIGHT + 1:
            self._paint_scale(painter)

    def _paint_gate(self, painter: QPainter) -> None:
        x, on = self.at(self.gate), self.gate > -math.inf
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.accent if on else self._theme.muted))
        painter.drawPolygon(QPolygonF([QPointF(x - GRIP, 0), QPointF(x + GRIP, 0), QPointF(x, TOP)]))
        if on:
            painter.fillRect(QRectF(x - 0.75, TOP, 1.5, BAR_HEIGHT), QColor(self._theme.accent))

    def _paint_scale(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QPen(QColor(self._theme.muted)))
        below = TOP + BAR_HEIGHT
        for level in SCALE:
            x = round(self.at(level)) + 0.5
            painter.drawLine(QPointF(x, below + 2), QPointF(x, below + 5))
            label = f"{MINUS}{-level}" if level else "0"
            painter.drawText(QRectF(x - 20, below + 5, 40, 15), Qt.AlignmentFlag.AlignCenter, label)
