"""A list of which one is chosen, as a box that opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QWheelEvent
from PyQt6.QtWidgets import QComboBox, QSizePolicy

from .level_row import OwnArrows

OPENING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Picker(QComboBox):
    """Entries are (key, text, tip)."""

    picked = pyqtSignal(object)
    """The user took the entry with this key."""
    opening = pyqtSignal()
    """The list is about to be seen."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self._arrows = OwnArrows()
        self.installEventFilter(self._arrows)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.activated.connect(lambda place: self.picked.emit(self.itemData(place)))

    def fill(self, entries: Sequence[tuple[Any, str, str]], chosen: Any) -> None:
        """Offer these; one of them is chosen."""
        now = [(self.itemData(i), self.itemText(i)) for i in range(self.count())]
        if now != [(key, text) for key, text, _ in entries]:
            self.clear()
            for place, (key, text, tip) in enumerate(entries):
                self.addItem(text, key)
                self.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(next((i for i, (key, _, _) in enumerate(entries) if key == chosen), -1))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Open the list: with every step through a closed one something would be opened and closed again."""
        if event is not None and event.key() in OPENING:
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        """Leave it to what scrolls."""
        if event is not None:
            event.ignore()

    def showPopup(self) -> None:  # noqa: N802
        """Open the list."""
        self.opening.emit()
        super().showPopup()
