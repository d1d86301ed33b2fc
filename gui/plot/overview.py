"""A slim bar under the roll: where in all that was heard the picture is; press it to look elsewhere."""

from __future__ import annotations

import math

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from ..look.theme import LIGHT, Theme, blend
from ..viewmodel.markers import Markers
from ..viewmodel.selection import Selection
from ..viewmodel.time_window import TimeWindow

HEIGHT, GAP = 10, 4  # px; between it and the time strip
SHORTEST = 12.0  # px, of the part that stands for the picture
TIP = "Where in all that was heard the picture is: drag it to look elsewhere"


class Overview(QWidget):
    """The bar; nothing stands on it while all is in sight."""

    wanted = pyqtSignal(float)
    """The user wants to look at this moment, s."""

    def __init__(self, parent: QWidget, window: TimeWindow, markers: Markers, selection: Selection) -> None:
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self._window, self._markers, self._selection = window, markers, selection
        self._grabbed = 0.0  # s from the middle of the picture to where it was taken hold of
        self._drawn: tuple[int, ...] = ()
        self.setToolTip(TIP)
        self.setAccessibleName("Overview")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def refresh(self) -> None:
        """Draw again if anything has moved by a pixel."""
        if self._marks() != self._drawn:
            self.update()

    @property
    def thumb(self) -> QRectF:
        """What stands for the picture, px; as long as the bar while all is in sight."""
        window = self._window
        left = min(max(self._x(window.left), 0.0), self.width() - SHORTEST)
        right = max(min(self._x(window.right), float(self.width())), left + SHORTEST)
        return QRectF(left, GAP, right - left, HEIGHT - GAP)

    def _x(self, time: float) -> float:
        span = self._window.stop - self._window.start
        return self.width() * (time - self._window.start) / span if span > 0 and math.isfinite(span) else 0.0

    def _time(self, x: float) -> float:
        return self._window.start + (self._window.stop - self._window.start) * x / max(self.width(), 1)

    def _marks(self) -> tuple[int, ...]:
        if not math.isfinite(self._window.start) or self._window.whole:
            return ()
        chosen = self._selection.bounds or ()
        times = [*(marker.time for marker in self._markers), *chosen]
        return round(self.thumb.left()), round(self.thumb.right()), *(round(self._x(time)) for time in times)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the picture's place, the selection and the markers."""
        painter, theme = QPainter(self), self.theme
        self._drawn = self._marks()
        painter.fillRect(self.rect(), QColor(theme.card))
        if not self._drawn:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(0, GAP, self.width(), HEIGHT - GAP)
        for area, colour in ((groove, QColor(theme.window)), (self.thumb, blend(theme.muted, theme.card, 0.55))):
            painter.setBrush(colour)
            painter.drawRoundedRect(area, 3, 3)
        shade = QColor(theme.accent)
        if (chosen := self._selection.bounds) is not None:
            left, right = map(self._x, chosen)
            shade.setAlphaF(0.5)
            painter.fillRect(QRectF(left, GAP, max(right - left, 1.0), HEIGHT - GAP), shade)
        for marker in self._markers:
            painter.fillRect(QRectF(round(self._x(marker.time)), GAP, 2, HEIGHT - GAP), QColor(theme.accent))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Take hold of the picture, or bring it here."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton and self._drawn:
            x, middle = event.position().x(), self._window.left + self._window.seconds / 2
            held = self.thumb.left() <= x <= self.thumb.right()
            self._grabbed = self._time(x) - middle if held else 0.0
            if not held:
                self.wanted.emit(self._time(x))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Draw the picture along."""
        if event is not None and event.buttons() & Qt.MouseButton.LeftButton and self._drawn:
            self.wanted.emit(self._time(event.position().x()) - self._grabbed)
