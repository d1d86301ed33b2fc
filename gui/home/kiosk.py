"""The window on a projector: nothing but the picture and the note, larger, filling the screen."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QPoint, Qt, QTimer
from PyQt6.QtGui import QCursor
from PyQt6.QtWidgets import QApplication

from ..parts import Parts
from .awake import Awake
from .escapes import Escapes
from .panels import Panels
from .placement import Placement

GROWTH = 1.6  # of what is read from the back row
LOOK_MS = 250
REST = 2.0  # s without a movement after which the mouse pointer is hidden


class Kiosk:
    """What the user does about it, and the mouse pointer."""

    def __init__(self, parts: Parts, escapes: Escapes, placement: Placement, panels: Panels) -> None:
        self._parts, self._placement, self._panels = parts, placement, panels
        self._before = parts.window.windowState()
        self._awake, self.pointer = Awake(), Pointer(parts)
        tip = "Picture and note alone, large, on the whole screen; Escape leaves it"
        self._action = parts.menus.action("view", "&Kiosk", "Ctrl+Shift+K", tip, self.turn, checkable=True)
        escapes.add(self._action.isChecked, lambda: self.turn(False))

    def turn(self, on: bool) -> None:
        """Enter or leave it."""
        window, stage = self._parts.window, self._parts.stage
        self._action.setChecked(on)
        if on:
            self._before = window.windowState()
        self._placement.hold(on)
        self._panels.strip(on)
        menu_bar: Any = window.menuBar()
        menu_bar.setVisible(not on)
        stage.grow(GROWTH if on else 1.0)
        if on:
            window.showFullScreen()
            self._awake.keep()
        else:
            window.setWindowState(self._before)
            self._awake.release()
        self.pointer.watch(on)

    def close(self) -> None:
        """Give screen and mouse pointer back."""
        if self._action.isChecked():
            self._awake.release()
            self.pointer.watch(False)


class Pointer:
    """The mouse pointer, hidden while it rests."""

    def __init__(self, parts: Parts) -> None:
        self._timer = QTimer(parts.window)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._place, self._rested, self.hidden = QPoint(), 0.0, False

    def watch(self, on: bool) -> None:
        """Hide it when it rests, or show it always."""
        self._rested = 0.0
        self._show()
        self._timer.start() if on else self._timer.stop()

    def look(self) -> None:
        """Hide it if it rests."""
        place = QCursor.pos()
        self._rested = self._rested + LOOK_MS / 1000 if place == self._place else 0.0
        self._place = place
        if self._rested < REST:
            self._show()
        elif not self.hidden and QApplication.activePopupWidget() is None:
            self.hidden = True
            QApplication.setOverrideCursor(Qt.CursorShape.BlankCursor)

    def _show(self) -> None:
        if self.hidden:
            self.hidden = False
            QApplication.restoreOverrideCursor()
