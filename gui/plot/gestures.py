"""What mouse and trackpad do in the picture: wheel and pinch zoom, drawing moves it, with Shift it selects.

The wheel zooms time round the mouse, with Ctrl or over the keys it zooms notes, with Shift it goes through time, as
does moving two fingers sideways.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QNativeGestureEvent, QWheelEvent

from ..viewmodel.note_range import Held
from .scale import Scale

if TYPE_CHECKING:
    from .pitch_view import PitchView

NOTCH = 120.0  # Qt's measure of a step of the wheel
ZOOM_TIME, ZOOM_NOTES, PAN_TIME = 1.25, 2.0, 0.12  # a step: factor, semitones, share of the width
STILL = 4.0  # px that a pressed mouse may move without drawing anything along

Button, Modifier, Kind = Qt.MouseButton, Qt.KeyboardModifier, QEvent.Type


class Gestures(QObject):
    """Hears what the view's own surface hears, first."""

    def __init__(self, view: PitchView) -> None:
        super().__init__(view)
        self._view = view
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._drawing = False
        self._selecting_from = math.nan
        self._heard: dict[QEvent.Type, Any] = {
            Kind.Wheel: self._wheel,
            Kind.NativeGesture: self._pinch,
            Kind.MouseButtonPress: self._press,
            Kind.MouseMove: self._move,
            Kind.MouseButtonRelease: self._release,
            Kind.MouseButtonDblClick: self._name,
            Kind.Leave: self._leave,
        }
        surface: Any = view.viewport()
        surface.setMouseTracking(True)
        surface.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Take the events of the mouse; the others go on."""
        heard = getattr(self, "_heard", {})  # it is gone when Python takes a closed window apart
        if event is None or event.type() not in heard:
            return False
        heard[event.type()](event)
        event.accept()
        return True

    @property
    def _scale(self) -> Scale:
        return self._view.roll.scale_on_screen

    def _wheel(self, event: QWheelEvent) -> None:
        scale, place, turned = self._scale, event.position(), event.angleDelta()
        x, y = turned.x() / NOTCH, turned.y() / NOTCH
        modifiers = event.modifiers()
        if abs(x) > abs(y):
            fine = event.pixelDelta().x() / scale.px_per_second  # of a trackpad: as far as the fingers went
            self._view.pan_time(-(fine or PAN_TIME * x * scale.seconds))
        elif modifiers & Modifier.ShiftModifier:
            self._view.pan_time(-PAN_TIME * y * scale.seconds)
        elif modifiers & Modifier.ControlModifier or place.x() > scale.area.right():
            self._view.zoom(-ZOOM_NOTES * y, scale.midi_at(place.y()))
        else:
            self._view.scale_time(ZOOM_TIME**-y, scale.time_at(place.x()))

    def _pinch(self, event: QNativeGestureEvent) -> None:
        if event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self._view.scale_time(1.0 / max(1.0 + event.value(), 0.1), self._scale.time_at(event.position().x()))

    def _press(self, event: QMouseEvent) -> None:
        if event.button() != Button.LeftButton:
            return
        place = event.position()
        marker = self._view.flags.at(place)
        if marker is not None:
            self._view.markers.choose(marker)
            return
        self._pressed = self._last = place
        self._drawing = False
        shift = bool(event.modifiers() & Modifier.ShiftModifier)
        self._selecting_from = self._scale.time_at(place.x()) if shift else math.nan

    def _move(self, event: QMouseEvent) -> None:
        place = event.position()
        inside = self._scale.area.contains(place)
        flag = self._view.flags.at(place) is not None
        if inside or not self._view.cursor.by_keys:
            self._view.cursor.point(place if inside and not flag else None)
        if self._pressed is not None and event.buttons() & Button.LeftButton:
            self._draw(place)
        else:
            self._set_shape(Qt.CursorShape.PointingHandCursor if flag else Qt.CursorShape.ArrowCursor)
        self._view.roll.update()

    def _draw(self, place: QPointF) -> None:
        assert self._pressed is not None
        if not self._drawing and (place - self._pressed).manhattanLength() < STILL:
            return
        self._drawing = True
        view, scale = self._view, self._scale
        if not math.isnan(self._selecting_from):
            view.selection.select(self._selecting_from, scale.time_at(min(max(place.x(), 0.0), scale.area.right())))
            view.refresh()
            return
        self._set_shape(Qt.CursorShape.ClosedHandCursor)
        moved, self._last = place - self._last, place
        if view.note_range.held is not Held.VOICE and moved.y():
            view.pan_notes(moved.y() / scale.px_per_semitone)
        if moved.x():
            view.pan_time(-moved.x() / scale.px_per_second)

    def _release(self, event: QMouseEvent) -> None:
        selecting, self._selecting_from = not math.isnan(self._selecting_from), math.nan
        self._pressed = None
        self._set_shape(Qt.CursorShape.ArrowCursor)
        if selecting and not (self._drawing and self._view.selection.bounds):
            self._view.deselect()
        elif selecting:
            self._view.tell_selection()

    def _name(self, event: QMouseEvent) -> None:
        if (marker := self._view.flags.at(event.position())) is not None:
            self._view.name_marker(marker)

    def _leave(self, event: QEvent) -> None:
        if self._view.isVisible() and self._view.cursor.pointed:  # Qt says it also of a view that goes away
            self._set_shape(Qt.CursorShape.ArrowCursor)
            self._view.cursor.point(None)
            self._view.roll.update()

    def _set_shape(self, shape: Qt.CursorShape) -> None:
        surface: Any = self._view.viewport()
        if surface.cursor().shape() != shape:
            surface.setCursor(shape)
