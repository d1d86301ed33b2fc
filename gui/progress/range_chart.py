"""The range over time: a band from the lowest to the highest note."""

from __future__ import annotations

import math
from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF

from ...practice.music import Music
from ...practice.progress.records import RangeFound
from ..look.theme import Theme, blend
from ..viewmodel.progress_found import Found
from ..viewmodel.progress_words import counted, day_text
from .chart import Chart, Mark, most_days, paint_cursor, paint_days, paint_rung

ROOM = 2  # semitones above and below
LETTERS = 18.0  # px between two names of notes


class RangeChart(Chart):
    """Holds from one finding to the next, and from the last to today."""

    empty = "Practice › Find your range"

    _found: Found | None = None

    def __init__(self, title: str, theme: Callable[[], Theme], music: Callable[[], Music]) -> None:
        super().__init__(title, theme)
        self._music = music

    def show_found(self, found: Found) -> None:
        """Show the ranges of what was found."""
        self._found = found
        marks = [
            Mark(found.axis.share(each.when), f"{day_text(each.when.date())}: {self._text(each)}")
            for each in found.ranges
        ]
        self.show_marks(marks, f"last {self._text(found.ranges[-1])}" if marks else "")

    def paint(self, painter: QPainter, field: QRectF, theme: Theme) -> None:
        """Paint the band."""
        assert self._found is not None
        ranges = self._found.ranges
        low = math.floor(min(each.low for each in ranges)) - ROOM
        high = math.ceil(max(each.high for each in ranges)) + ROOM

        def y(midi: float) -> float:
            return field.bottom() - (midi - low) / (high - low) * field.height()

        for midi in self._rungs(low, high, field.height()):
            paint_rung(painter, field, y(midi), self._music().name(midi), theme)
        paint_days(painter, field, self._found.axis.ticks(most_days(field)), theme)
        spots = [self.place(mark) for mark in self.marks]
        until = [*spots[1:], field.right()]
        self._paint_band(painter, spots, until, [(y(each.low), y(each.high)) for each in ranges], theme)
        if self.current is not None:
            paint_cursor(painter, field, spots[self.current], theme)

    def _paint_band(
        self, painter: QPainter, left: list[float], right: list[float], ends: list[tuple[float, float]], theme: Theme
    ) -> None:
        for begin, end, (low, high) in zip(left, right, ends, strict=True):
            painter.fillRect(QRectF(begin, high, end - begin, low - high), blend(theme.accent, theme.card, 0.22))
        painter.setPen(QPen(QColor(theme.accent), 2.0))
        for side in (0, 1):
            steps = zip(left, right, ends, strict=True)
            line = [QPointF(x, pair[side]) for begin, end, pair in steps for x in (begin, end)]
            painter.drawPolyline(QPolygonF(line))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent))
        for begin, pair in zip(left, ends, strict=True):
            for y in pair:
                painter.drawEllipse(QPointF(begin, y), 4.0, 4.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _rungs(self, low: int, high: int, height: float) -> list[int]:
        """C, or C and F sharp …: as many notes as there is room for."""
        step = next((step for step in (3, 4, 6, 12, 24) if (high - low) / step * LETTERS <= height), 48)
        return [midi for midi in range(low, high + 1) if midi % step == 0]

    def _text(self, found: RangeFound) -> str:
        low, high = (self._music().name(round(midi)) for midi in (found.low, found.high))
        return f"{low} to {high}, {counted(round(found.semitones), 'semitone')}"
