"""Figures of what was sung: a card with one column for each voice."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

from ..viewmodel.take_statistics import TIPS, Row, spoken


class StatisticsCard(QWidget):
    """What, and its values."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        self._texts: list[list[str]] = []

    def show_rows(self, title: str, voices: Sequence[str], columns: Sequence[Sequence[Row]], foot: str = "") -> None:
        """Show columns of the same rows; `voices`: a heading for each where there are several; `foot`: a hint below."""
        self._clear()
        self._texts = [[title], *([name, *values] for name, *values in _lines(columns)), [foot]]
        heading = QLabel(title)
        heading.setObjectName("heading")
        self._grid.addWidget(heading, 0, 0, 1, 1 + len(columns))
        if len(columns) > 1:
            for column, voice in enumerate(voices, 1):
                self._put(1, column, voice)
        for row, (name, *values) in enumerate(_lines(columns), 2):
            self._put(row, 0, name)
            for column, value in enumerate(values, 1):
                self._put(row, column, value, TIPS.get(name, ""))
        if foot:
            hint = QLabel(foot)
            hint.setObjectName("muted")
            self._grid.addWidget(hint, self._grid.rowCount(), 0, 1, 1 + len(columns))
        self.setAccessibleName(spoken(title, columns))

    def text(self) -> str:
        """All of it, a line for each row."""
        return "\n".join("  ".join(row) for row in self._texts)

    def _put(self, row: int, column: int, text: str, tip: str = "") -> None:
        label = QLabel(text)
        label.setToolTip(tip or TIPS.get(text, ""))
        if column == 0 or row == 1:
            label.setObjectName("muted")
        side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
        self._grid.addWidget(label, row, column, side)

    def _clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
                widget.hide()


def _lines(columns: Sequence[Sequence[Row]]) -> list[tuple[str, ...]]:
    """Each row's name, and its value in every column."""
    return [(rows[0][0], *(value for _, value in rows)) for rows in zip(*columns, strict=True)]
