"""Scores over days: dots for takes, lines through the means of days, the trend of one exercise."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF

from ..look.theme import Theme, blend
from ..viewmodel.progress_charts import Series, Trend, series, trend, trend_text
from ..viewmodel.progress_found import Found
from .chart import Chart, Mark, Side, most_days, paint_cursor, paint_days, paint_rung

BOTTOMS = (75, 50, 25, 0)  # where the axis may begin: a line shows its course better from near
RUNG = 25  # points between two lines across
LETTERS = 17.0  # px that a figure needs
ROW = 19.0  # px, of the legend
EDGE = 12.0  # px at its sides
SAMPLE = 32.0  # px beside each name
DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.NoPen)
FAINT = 0.45  # of a dot's colour: the line is read first


class ScoreChart(Chart):
    """Told apart by shape and dashes as well as by colour."""

    _found: Found | None = None
    lines: tuple[Series, ...] = ()
    trend: Trend | None = None

    def show_found(self, found: Found) -> None:
        """Show the scores of what was found."""
        self._found, self.lines = found, series(found)
        alone = len(self.lines) == 1
        self.trend = trend(self.lines[0], found.axis) if alone else None
        points = [point for line in self.lines for point in (line.takes if alone else line.means)]
        points.sort(key=lambda point: point.x)
        self.show_marks([Mark(point.x, point.said) for point in points], trend_text(found))

    @property
    def bottom(self) -> int:
        """Score where the axis begins."""
        least = min((take.score for line in self.lines for take in line.takes), default=0.0)
        return next(bottom for bottom in BOTTOMS if least >= bottom)

    def paint(self, painter: QPainter, field: QRectF, theme: Theme) -> None:
        """Paint lines, dots and what they mean."""
        assert self._found is not None
        if len(self.lines) > 1:
            field = field.adjusted(0, self._paint_legend(painter, field, theme), 0, 0)
        rungs = (100 - self.bottom) // RUNG
        step = RUNG if field.height() >= rungs * LETTERS else 100 - self.bottom
        for score in range(self.bottom, 101, step):
            paint_rung(painter, field, self._y(field, score), str(score), theme, strong=score == self.bottom)
        paint_days(painter, field, self._found.axis.ticks(most_days(field)), theme)
        if self.current is not None:
            paint_cursor(painter, field, self.place(self.marks[self.current]), theme)
        if self.trend is not None:
            self._paint_trend(painter, field, self.trend, theme)
        for place, line in reversed(list(enumerate(self.lines))):
            self._paint_line(painter, field, place, line, theme)

    def _paint_trend(self, painter: QPainter, field: QRectF, course: Trend, theme: Theme) -> None:
        painter.save()
        painter.setClipRect(field)
        painter.setPen(QPen(blend(theme.text, theme.card, 0.6), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(
            QPointF(field.left(), self._y(field, course.left)), QPointF(field.right(), self._y(field, course.right))
        )
        painter.restore()

    def _paint_line(self, painter: QPainter, field: QRectF, place: int, line: Series, theme: Theme) -> None:
        colour = _colours(theme)[place]
        if len(self.lines) == 1:
            for take in line.takes:
                spot = QPointF(field.left() + take.x * field.width(), self._y(field, take.score))
                paint_shape(painter, spot, place, blend(colour, theme.card, FAINT).name(), 2.5)
        spots = [QPointF(field.left() + day.x * field.width(), self._y(field, day.score)) for day in line.means]
        painter.setPen(QPen(QColor(colour), 2.0, DASHES[place]))
        painter.drawPolyline(QPolygonF(spots))
        for spot in spots:
            paint_shape(painter, spot, place, colour, 4.0 if len(spots) < 40 else 3.0)

    def _paint_legend(self, painter: QPainter, field: QRectF, theme: Theme) -> float:
        """In one row if all names fit into it, else in two of two; how high it is."""
        metrics, room = painter.fontMetrics(), self.width() - 2 * EDGE
        widths = [metrics.horizontalAdvance(line.name) + SAMPLE for line in self.lines]
        if one_row := sum(widths) <= room:
            lefts = [EDGE + sum(widths[:place]) for place in range(len(widths))]
        else:
            lefts = [EDGE + place % 2 * room / 2 for place in range(len(widths))]
            widths = [room / 2] * len(widths)
        for place, line in enumerate(self.lines):
            y = field.top() + 5 + (0 if one_row else place // 2 * ROW)
            self._paint_sample(painter, lefts[place], y, place, theme)
            name = metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, int(widths[place] - SAMPLE + 2))
            painter.setPen(QColor(theme.text))
            where = QRectF(lefts[place] + 20, y - 9, widths[place], 18)
            painter.drawText(where, Side.AlignLeft | Side.AlignVCenter, name)
        return ROW if one_row or len(self.lines) < 3 else 2 * ROW

    def _paint_sample(self, painter: QPainter, left: float, y: float, place: int, theme: Theme) -> None:
        colour = _colours(theme)[place]
        painter.setPen(QPen(QColor(colour), 2.0, DASHES[place]))
        painter.drawLine(QPointF(left, y), QPointF(left + 16, y))
        paint_shape(painter, QPointF(left + 8, y), place, colour, 4.0)

    def _y(self, field: QRectF, score: float) -> float:
        return field.bottom() - (score - self.bottom) / (100 - self.bottom) * field.height()


def paint_shape(painter: QPainter, spot: QPointF, place: int, colour: str, size: float) -> None:
    """A dot, a square, a triangle or a diamond."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    x, y = spot.x(), spot.y()
    if place == 0:
        painter.drawEllipse(spot, size, size)
    elif place == 1:
        painter.drawRect(QRectF(x - size, y - size, 2 * size, 2 * size))
    else:
        bottom = [(0, 1.3)] if place == 3 else []
        corners = [(0, -1.3), (1.3, 0 if place == 3 else 1), *bottom, (-1.3, 0 if place == 3 else 1)]
        painter.drawPolygon(QPolygonF([QPointF(x + size * dx, y + size * dy) for dx, dy in corners]))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _colours(theme: Theme) -> tuple[str, str, str, str]:
    return theme.accent, theme.near, theme.text, theme.muted
