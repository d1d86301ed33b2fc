"""The notes of a take in a table, with a small picture of how far each was off."""

from __future__ import annotations

import math

from PyQt6.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPen, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
)

from ...practice.music import Music
from ...practice.scoring.result import NoteScore, TakeScore
from ..look.theme import blend
from ..plot.pitch_view import PitchView
from ..viewmodel.intonation import band
from ..viewmodel.practice_words import COLUMNS, row

NOTE = Qt.ItemDataRole.UserRole
PITCH = list(COLUMNS).index("Pitch")
WIDEST = 50.0  # cents at either end of the small picture
DIAL = 74  # px


class Deviation(QStyledItemDelegate):
    """Paints cents beside a scale from −50 to +50 with the place of the voice on it."""

    def __init__(self, view: PitchView) -> None:
        super().__init__()
        self._view = view

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw the text, and the scale at its right."""
        note = index.data(NOTE)
        if painter is None:
            return
        super().paint(painter, option, index)
        if not isinstance(note, NoteScore) or math.isnan(note.cents_off):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect.right() - DIAL, option.rect.top(), DIAL - 8, option.rect.height())
        middle = area.center()
        painter.setPen(QPen(blend(self._view.shown_theme.muted, self._view.shown_theme.card, 0.5), 1))
        painter.drawLine(QPointF(area.left(), middle.y()), QPointF(area.right(), middle.y()))
        painter.drawLine(QPointF(middle.x(), middle.y() - 5), QPointF(middle.x(), middle.y() + 5))
        share = max(-1.0, min(1.0, note.cents_off / WIDEST))
        x = middle.x() + share * area.width() / 2
        painter.setPen(QPen(QColor(self._view.shown_theme.bands[band(note.cents_off)]), 4, cap=Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(middle.x(), middle.y()), QPointF(x, middle.y()))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802
        """Room for both."""
        size = super().sizeHint(option, index)
        return QSize(size.width() + DIAL, size.height())


class ResultTable(QTableWidget):
    """A row for each note; Return or a click shows it in the picture."""

    wanted = pyqtSignal(int)
    """Index of the note to be seen."""

    def __init__(self, view: PitchView) -> None:
        super().__init__(0, len(COLUMNS))
        self.setObjectName("notes")
        self.setAccessibleName("Notes of the take")
        self.setHorizontalHeaderLabels(list(COLUMNS))
        for column, tip in enumerate(COLUMNS.values()):
            if (header := self.horizontalHeaderItem(column)) is not None:
                header.setToolTip(tip)
                side = Qt.AlignmentFlag.AlignLeft if column in (0, PITCH) else Qt.AlignmentFlag.AlignRight
                header.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        assert rows is not None
        assert columns is not None
        rows.hide()
        rows.setDefaultSectionSize(24)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        columns.setHighlightSections(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._deviation = Deviation(view)
        self.setItemDelegateForColumn(PITCH, self._deviation)
        self.cellClicked.connect(lambda place, _: self.wanted.emit(place))

    def show_notes(self, score: TakeScore, music: Music) -> None:
        """A row for each."""
        self.setRowCount(len(score.notes))
        for place, note in enumerate(score.notes):
            for column, text in enumerate(row(place, note, music)):
                item = QTableWidgetItem(text)
                item.setData(NOTE, note)
                sides = Qt.AlignmentFlag.AlignLeft if column in (0, PITCH) else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(sides | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(place, column, item)
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Of the columns the least telling are left out until the names have room."""
        names = list(COLUMNS)
        for name in names:
            self.setColumnHidden(names.index(name), False)
        room = self.viewport().width() if self.viewport() is not None else self.width()  # type: ignore[union-attr]
        for name in ("Vibrato", "Steady", "Held", "In tune"):
            shown = [c for c in range(1, len(names)) if not self.isColumnHidden(c)]
            if room - sum(max(self.sizeHintForColumn(c), self._header(c)) for c in shown) >= 110:
                return
            self.setColumnHidden(names.index(name), True)

    def _header(self, column: int) -> int:
        header = self.horizontalHeader()
        return header.sectionSizeHint(column) if header is not None else 0

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Return shows the note."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentRow() >= 0:
                self.wanted.emit(self.currentRow())
        else:
            super().keyPressEvent(event)
