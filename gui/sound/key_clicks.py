"""Clicks on the piano keys beside the picture."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent

from ..plot.pitch_view import PitchView


class KeyClicks(QObject):
    """An event filter of the picture; everything but its keys goes on to the picture."""

    pressed = pyqtSignal(float)
    """A key, as the fractional MIDI number under the mouse."""

    def __init__(self, view: PitchView) -> None:
        super().__init__(view)
        self._view = view
        viewport: Any = view.viewport()
        viewport.installEventFilter(self)
        view.keys.setToolTip("Click a key to hear it, and again to end it (T)")
        view.keys.setCursor(Qt.CursorShape.PointingHandCursor)

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Take what the left button does on the keys."""
        if not isinstance(event, QMouseEvent) or not self._on_keys(event.position()):
            return False
        if event.button() != Qt.MouseButton.LeftButton or event.buttons() & ~Qt.MouseButton.LeftButton:
            return False
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            self.pressed.emit(self._view.roll.scale_on_screen.midi_at(event.position().y()))
        return True

    def _on_keys(self, place: QPointF) -> bool:
        area = self._view.keys.sceneBoundingRect()
        return bool(area.contains(self._view.mapToScene(place.toPoint())))
