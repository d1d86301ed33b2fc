"""Every note that was to be sung, over a keyboard: how often it was hit, and how far off it was."""

from __future__ import annotations

import math
from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen

from ...practice.music import Music
from ...practice.progress.records import NoteProgress
from ..look.theme import Theme, blend
from ..look.wording import cents_text
from ..viewmodel.intonation import band
from ..viewmodel.progress_charts import weakest
from ..viewmodel.progress_found import Found
from ..viewmodel.progress_words import counted
from .chart import Chart, Mark, Side, paint_cursor, paint_rung

KEYS = 16.0  # px, the keyboard
SHARE = 0.5  # of the height that the bars take
GAP = 16.0  # px between bars and cents
REACH = 50.0  # cents to either side
FEWEST = 12  # notes that are shown at least
BLACK = {1, 3, 6, 8, 10}
NAMED = {0, 4, 7}  # C, E, G, where there is room


class NoteChart(Chart):
    """Bars above: share of hits. Dots below: median distance, with a line for the middle eight tenths of all times."""

    def __init__(self, title: str, theme: Callable[[], Theme], music: Callable[[], Music]) -> None:
        super().__init__(title, theme)
        self._music = music
        self.notes: tuple[NoteProgress, ...] = ()
        self._low, self._count = 60, FEWEST

    def show_found(self, found: Found) -> None:
        """Show the notes of what was found."""
        self.notes = found.notes
        if self.notes:
            self._low, high = self.notes[0].midi, self.notes[-1].midi
            self._count = max(high - self._low + 1, FEWEST)
            self._low -= (self._count - (high - self._low + 1)) // 2
        worst = weakest(self.notes)
        marks = [Mark((note.midi - self._low + 0.5) / self._count, self._text(note)) for note in self.notes]
        self.show_marks(marks, "" if worst is None else self._to_work_on(worst))

    def paint(self, painter: QPainter, field: QRectF, theme: Theme) -> None:
        """Paint bars, dots and keys."""
        field = field.adjusted(0, 0, 0, -KEYS + 4)
        height = SHARE * (field.height() - GAP)
        upper = QRectF(field.left(), field.top(), field.width(), height)
        lower = QRectF(field.left(), upper.bottom() + GAP, field.width(), field.height() - GAP - height)
        for share in (0.0, 1.0):
            paint_rung(painter, upper, upper.bottom() - share * height, f"{share:.0%}", theme, strong=share == 0)
        for cents, text in ((REACH, "+50 ¢"), (0.0, "0"), (-REACH, "−50 ¢")):
            paint_rung(painter, lower, _y(lower, cents), text, theme, strong=cents == 0)
        if self.current is not None:
            paint_cursor(painter, field, self.place(self.marks[self.current]), theme)
        for note, mark in zip(self.notes, self.marks, strict=True):
            self._paint_bar(painter, upper, self.place(mark), note, theme)
            self._paint_cents(painter, lower, self.place(mark), note, theme)
        self._paint_keys(painter, QRectF(field.left(), field.bottom() + 4, field.width(), KEYS), theme)

    def _paint_bar(self, painter: QPainter, field: QRectF, x: float, note: NoteProgress, theme: Theme) -> None:
        width = min(0.7 * field.width() / self._count, 24.0)
        whole = QRectF(x - width / 2, field.top(), width, field.height())
        painter.fillRect(whole, QColor(theme.row_line))
        painter.fillRect(whole.adjusted(0, (1 - note.hit_share) * field.height(), 0, 0), QColor(theme.accent))

    def _paint_cents(self, painter: QPainter, field: QRectF, x: float, note: NoteProgress, theme: Theme) -> None:
        if math.isnan(note.cents_off):
            return
        colour = QColor(theme.bands[band(note.cents_off)])
        if not math.isnan(note.spread_cents):
            painter.setPen(QPen(blend(colour.name(), theme.card, 0.6), 2.0))
            ends = (note.cents_off + side * note.spread_cents for side in (1, -1))
            painter.drawLine(*(QPointF(x, _y(field, end)) for end in ends))
        painter.setPen(QPen(QColor(theme.card), 1.0))
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(x, _y(field, note.cents_off)), 4.5, 4.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_keys(self, painter: QPainter, row: QRectF, theme: Theme) -> None:
        width, right = row.width() / self._count, row.left()
        for place in range(self._count):
            midi = self._low + place
            key = QRectF(row.left() + place * width, row.top(), width, row.height())
            painter.setPen(QPen(QColor(theme.octave_line), 0.7))
            painter.setBrush(QColor(theme.key_black if midi % 12 in BLACK else theme.key_white))
            painter.drawRect(key)
            name = self._music().name(midi)
            needed = painter.fontMetrics().horizontalAdvance(name) + 4
            left = key.center().x() - needed / 2
            if left >= right and midi % 12 in NAMED:
                right = left + needed + 6
                painter.setPen(QColor(theme.muted))
                painter.drawText(QRectF(left, key.bottom() + 2, needed, 16), Side.AlignCenter, name)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _to_work_on(self, note: NoteProgress) -> str:
        hit = "" if note.hit_share == 1 else f", hit {note.hit_share:.0%}"
        return f"to work on: {self._music().name(note.midi)}{hit}{_cents(note)}"

    def _text(self, note: NoteProgress) -> str:
        times = counted(note.times, "time")
        return f"{self._music().name(note.midi)}, hit {note.hit_share:.0%} of {times}{_cents(note)}"


def _cents(note: NoteProgress) -> str:
    return "" if math.isnan(note.cents_off) else f", {cents_text(note.cents_off)}"


def _y(field: QRectF, cents: float) -> float:
    held = min(max(cents, -REACH), REACH)
    return field.center().y() - held / REACH * field.height() / 2
