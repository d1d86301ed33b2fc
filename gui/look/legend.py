"""What the colours and widths of the trace mean."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

from ..viewmodel.intonation import BANDS, IN_TUNE, NEAR
from .theme import DASH, INSTANT_WIDTH, LIGHT, TRACE_WIDTHS, Theme

MEANINGS = (f"in tune, within {IN_TUNE:.0f} cents", f"near, within {NEAR:.0f} cents", "between two notes")
INSTANT = "thin: may still be corrected"


class Sample(QWidget):
    """A short piece of trace."""

    def __init__(self, band: int, share: float = 1.0) -> None:
        super().__init__()
        self._band, self._width = band, share * TRACE_WIDTHS[band]
        self._theme = LIGHT
        self.setFixedSize(30, 16)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the line as the trace draws it."""
        painter = QPainter(self)
        pen = QPen(QColor(self._theme.bands[self._band]), self._width)
        if self._band == BANDS - 1:
            pen.setDashPattern([DASH / self._width, DASH / self._width])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(3, 8), QPointF(27, 8))


class Legend(QWidget):
    """The styles of the trace with their meanings."""

    def __init__(self) -> None:
        super().__init__()
        self.samples = [*(Sample(band) for band in range(BANDS)), Sample(0, INSTANT_WIDTH)]
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(3)
        for row, meaning in enumerate((*MEANINGS, INSTANT)):
            label = QLabel(meaning)
            label.setObjectName("muted")
            layout.addWidget(self.samples[row], row, 0)
            layout.addWidget(label, row, 1, Qt.AlignmentFlag.AlignLeft)
        self._instant = self.samples[-1], label
        self.show_instant(False)
        layout.setColumnStretch(1, 1)
        self.setToolTip("Colour and width of the line: distance from the nearest note. Faint lines are unsure.")

    def show_instant(self, on: bool) -> None:
        """Explain the thin line, which is there where the curve is settled."""
        for part in self._instant:
            part.setVisible(on)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for sample in self.samples:
            sample.set_theme(theme)
