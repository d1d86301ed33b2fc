"""What the colours and widths of the trace mean."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

from .history import BANDS, IN_TUNE, NEAR
from .theme import LIGHT, TRACE_WIDTHS, Theme

MEANINGS = (f"in tune, within {IN_TUNE:.0f} cents", f"near, within {NEAR:.0f} cents", "between two notes")


class Sample(QWidget):
    """A short piece of trace."""

    def __init__(self, band: int) -> None:
        super().__init__()
        self._band = band
        self._theme = LIGHT
        self.setFixedSize(30, 16)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the line as the trace draws it."""
        painter = QPainter(self)
        painter.setPen(QPen(QColor(self._theme.bands[self._band]), TRACE_WIDTHS[self._band]))
        painter.drawLine(QPointF(3, 8), QPointF(27, 8))


class Legend(QWidget):
    """The three styles of the trace with their meanings."""

    def __init__(self) -> None:
        super().__init__()
        self.samples = [Sample(band) for band in range(BANDS)]
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(3)
        for band, meaning in enumerate(MEANINGS):
            label = QLabel(meaning)
            label.setObjectName("muted")
            layout.addWidget(self.samples[band], band, 0)
            layout.addWidget(label, band, 1, Qt.AlignmentFlag.AlignLeft)
        layout.setColumnStretch(1, 1)
        self.setToolTip("Colour and width of the line: distance from the nearest note. Faint lines are unsure.")

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for sample in self.samples:
            sample.set_theme(theme)
