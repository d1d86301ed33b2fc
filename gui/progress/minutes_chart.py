"""Minutes of practice, by day or by week."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter

from ..look.theme import Theme
from ..viewmodel.progress_charts import WEEKS_FROM, Bar, bars, minutes_text
from ..viewmodel.progress_found import Found
from .chart import Chart, Mark, most_days, paint_days, paint_rung

TOPS = (1, 2, 4, 6, 10, 20, 30, 40, 60, 80, 120, 180, 240, 360, 480, 720, 1440, 2880, 10080)  # min, of the axis


class MinutesChart(Chart):
    """One bar for each day on which something was sung."""

    _found: Found | None = None
    bars: tuple[Bar, ...] = ()

    def show_found(self, found: Found) -> None:
        """Show how long was practised."""
        self._found, self.bars = found, bars(found)
        self.title = "Minutes a week" if found.axis.days > WEEKS_FROM else "Minutes a day"
        self.show_marks([Mark(bar.x, bar.said) for bar in self.bars], minutes_text(found))

    @property
    def top(self) -> int:
        """Minutes at the top of the axis."""
        most = max((bar.minutes for bar in self.bars), default=1.0)
        return next((top for top in TOPS if top >= most), TOPS[-1])

    def paint(self, painter: QPainter, field: QRectF, theme: Theme) -> None:
        """Paint the bars."""
        assert self._found is not None
        for share in (0.0, 0.5, 1.0):
            y = field.bottom() - share * field.height()
            paint_rung(painter, field, y, f"{share * self.top:g}", theme, strong=share == 0)
        paint_days(painter, field, self._found.axis.ticks(most_days(field)), theme)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, bar in enumerate(self.bars):
            painter.setBrush(QColor(theme.text if place == self.current else theme.accent))
            width = min(max(0.8 * bar.width * field.width(), 2.0), 28.0)
            height = max(min(bar.minutes / self.top, 1.0) * field.height(), 2.0)
            left = field.left() + bar.x * field.width() - width / 2
            painter.drawRect(QRectF(left, field.bottom() - height, width, height))
        painter.setBrush(Qt.BrushStyle.NoBrush)
