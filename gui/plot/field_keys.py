"""Keys that a field in use needs for itself do not move the picture."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QApplication, QComboBox, QWidget

FIELDS = QAbstractSpinBox | QAbstractSlider | QAbstractItemView | QComboBox
Key = Qt.Key
MOVES = {Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down, Key.Key_PageUp, Key.Key_PageDown}
ENDS = {Key.Key_Home, Key.Key_End}


class FieldKeys(QObject):
    """Hears the one field that has the focus, before the shortcuts of the window do."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        app: Any = QApplication.instance()
        app.focusChanged.connect(self._turn_to)

    def _turn_to(self, before: QWidget | None, now: QWidget | None) -> None:
        if isinstance(before, FIELDS):
            before.removeEventFilter(self)
        if isinstance(now, FIELDS):
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Leave the keys that go through a field to it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain and event.key() in MOVES | ENDS:
                event.accept()
        return False
