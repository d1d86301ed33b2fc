"""The takes as a list: arrows choose, Return opens the recording, Delete deletes."""

from __future__ import annotations

import math
from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ...practice.progress.records import Session
from ..viewmodel.progress_found import Found
from ..viewmodel.progress_words import length_text, moment_text

HEADINGS = ("Sung", "Exercise", "Score", "Length")
ROW = 30  # px
Role = Qt.ItemDataRole


class Takes(QAbstractTableModel):
    """One row for each take, the latest first."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[Session, tuple[str, ...]]] = []

    def show_found(self, found: Found) -> None:
        """Show these."""
        self.beginResetModel()
        self.rows = [(each, _texts(each, found)) for each in found.sessions]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Qt's."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Qt's."""
        return len(HEADINGS)

    def data(self, index: QModelIndex, role: int = Role.DisplayRole) -> Any:
        """Texts, figures at the right."""
        session, texts = self.rows[index.row()]
        if role == Role.DisplayRole:
            return texts[index.column()]
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if index.column() > 1 else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Role.ToolTipRole:
            return "\n".join(filter(None, (texts[1], _hits(session), _place(session))))
        if role == Role.AccessibleTextRole:
            return f"{HEADINGS[index.column()]} {texts[index.column()]}"
        return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """Qt's."""
        if orientation is Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return HEADINGS[section]
        if orientation is Qt.Orientation.Horizontal and role == Role.TextAlignmentRole:
            return (Qt.AlignmentFlag.AlignRight if section > 1 else Qt.AlignmentFlag.AlignLeft).value
        return None


class TakeTable(QTableView):
    """One take is chosen at a time."""

    opened = pyqtSignal(object)
    """A session whose recording is wanted."""
    deleted = pyqtSignal(object)
    """A session that is to go."""
    moved = pyqtSignal()
    """Another one is chosen, or none."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("takes")
        self.setAccessibleName("Takes")
        self.takes = Takes()
        self.setModel(self.takes)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)  # Tab leaves the list
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        down, across = self.verticalHeader(), self.horizontalHeader()
        assert down is not None
        assert across is not None
        down.hide()
        down.setDefaultSectionSize(ROW)
        across.setHighlightSections(False)
        across.setSectionsClickable(False)
        for column in range(len(HEADINGS)):
            stretched = column == 1
            mode = QHeaderView.ResizeMode
            across.setSectionResizeMode(column, mode.Stretch if stretched else mode.ResizeToContents)
        self.doubleClicked.connect(lambda _: self.open_chosen())

    @property
    def chosen(self) -> Session | None:
        """The take that is chosen."""
        row = self.currentIndex().row()
        return self.takes.rows[row][0] if 0 <= row < len(self.takes.rows) else None

    def show_found(self, found: Found) -> None:
        """Show these; the row that was chosen stays so, for who deletes one after the other."""
        row = max(self.currentIndex().row(), 0)
        self.takes.show_found(found)
        if self.takes.rows:
            self.selectRow(min(row, len(self.takes.rows) - 1))
        self.moved.emit()

    def open_chosen(self) -> None:
        """Ask for the recording of the chosen take."""
        if self.chosen is not None:
            self.opened.emit(self.chosen)

    def delete_chosen(self) -> None:
        """Ask for the chosen take to be deleted."""
        if self.chosen is not None:
            self.deleted.emit(self.chosen)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # noqa: N802
        """Tell that another one is chosen."""
        super().currentChanged(current, previous)
        self.moved.emit()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Return opens, Delete deletes."""
        key = None if event is None else event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_chosen()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_chosen()
        else:
            super().keyPressEvent(event)


def _texts(session: Session, found: Found) -> tuple[str, ...]:
    name = found.name(session.exercise)
    score = "–" if math.isnan(session.score) else f"{session.score:.0f}"
    named = session.step.startswith(name)  # a step's title mostly begins with its exercise's
    what = session.step if named else f"{name}, {session.step}" if session.step else name
    return moment_text(session.when, found.today), what, score, length_text(session.seconds)


def _hits(session: Session) -> str:
    text = f"{session.hit} of {session.notes} notes hit" if session.notes else ""
    return text if session.ultrastar is None else f"{text}, {session.ultrastar} points"


def _place(session: Session) -> str:
    return "" if session.take is None else str(session.take)
