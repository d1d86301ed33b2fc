"""What the mouse does in the picture of a recording: a click goes there, the cursor and the second line can be drawn.

All else is the picture's own.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt
from PyQt6.QtGui import QMouseEvent

from ..parts import Parts
from .take_scene import TakeScene

STILL = 4.0  # px that a click may move
GRIP = 6.0  # px to either side of the cursor where it can be taken hold of

Kind = QEvent.Type


class TakeMouse(QObject):
    """Hears the picture's surface before the picture does."""

    def __init__(self, parts: Parts, scene: TakeScene) -> None:
        super().__init__()
        self._view, self._scene = parts.stage.view, scene
        self._pressed: QPointF | None = None  # a click, as yet
        self._drag: Callable[[float], None] | None = None  # called with the time under the mouse
        self._view.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Take what is meant for the recording."""
        if not self._scene.on or not isinstance(event, QMouseEvent):
            return False
        if event.type() == Kind.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            return self._press(event)
        if event.type() == Kind.MouseMove and event.buttons() & Qt.MouseButton.LeftButton:
            return self._move(event)
        return event.type() == Kind.MouseButtonRelease and self._release(event)

    def _press(self, event: QMouseEvent) -> bool:
        place, scale = event.position(), self._view.roll.scale_on_screen
        time, at = scale.time_at(place.x()), scale.x(self._scene.position)
        modifiers = event.modifiers()
        self._pressed = self._drag = None
        if modifiers & Qt.KeyboardModifier.AltModifier and self._scene.second is not None:
            before = time - self._scene.shift
            self._drag = lambda now: self._scene.shift_second(round(now - before, 2))
        elif not modifiers and place.x() < scale.area.right() and self._view.flags.at(place) is None:
            if abs(place.x() - at) <= GRIP or place.y() > scale.area.bottom():
                self._drag = self._scene.seek
                self._scene.seek(time)
            else:
                self._pressed = place
        return self._drag is not None

    def _move(self, event: QMouseEvent) -> bool:
        if self._pressed is not None and (event.position() - self._pressed).manhattanLength() > STILL:
            self._pressed = None
        if self._drag is not None:
            self._drag(self._view.roll.scale_on_screen.time_at(event.position().x()))
        return self._drag is not None

    def _release(self, event: QMouseEvent) -> bool:
        if self._pressed is not None:
            self._scene.seek(self._view.roll.scale_on_screen.time_at(self._pressed.x()))
        dragged = self._drag is not None
        self._pressed = self._drag = None
        return dragged
