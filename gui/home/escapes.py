"""The Escape key: closes what lies over the window, the topmost first."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QMainWindow


class Escapes(QObject):
    """Asked before any shortcut of that key, so that others may use it where nothing is open."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._ways: list[tuple[Callable[[], bool], Callable[[], object]]] = []
        window.installEventFilter(self)

    def add(self, is_open: Callable[[], bool], close: Callable[[], object]) -> None:
        """Close this way while `is_open`, if nothing that was added before is open."""
        self._ways.append((is_open, close))

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Of the window: what the widget with the focus left to it."""
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape:
            return False
        close = next((close for is_open, close in self._ways if is_open()), None)
        if close is None:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # it comes again, as a key press and to no shortcut
            return True
        if event.type() == QEvent.Type.KeyPress:
            close()
            return True
        return False
