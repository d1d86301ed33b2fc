"""A hand on the picture of a window: it sings, turns the wheel, draws and presses keys."""

import numpy as np
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QColor, QImage, QMouseEvent, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PyQt6.QtWidgets import QApplication

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


class Hand:
    """Works on a window whose stream a test feeds; `place` is (share of the width, MIDI number)."""

    def __init__(self, window, studio, qtbot):
        self.window, self.studio, self.qtbot, self.view = window, studio, qtbot, window.stage.view
        qtbot.waitActive(window).__enter__()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)

    def sing(self, frames):
        self.studio.stream.ready = frames
        self.window.listening.tick()
        return self.paint()

    def paint(self):
        self.view.viewport().repaint()
        return self.scale

    @property
    def scale(self):
        return self.view.roll.scale_on_screen

    def at(self, time, midi):
        return QPointF(self.scale.x(time), self.scale.y(midi))

    def key(self, key, modifiers=PLAIN):
        self.qtbot.keyClick(self.window, key, modifiers)
        self.paint()

    def wheel(self, point, turned=(0, 120), modifiers=PLAIN, pixels=(0, 0)):
        surface = self.view.viewport()
        place, turned, pixels = surface.mapToGlobal(point), QPoint(*turned), QPoint(*pixels)
        phase = Qt.ScrollPhase.NoScrollPhase
        self._send(QWheelEvent(point, QPointF(place), pixels, turned, NONE, modifiers, phase, False))

    def pinch(self, point, by):
        kind, mouse = Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice()
        self._send(QNativeGestureEvent(kind, mouse, 2, point, point, QPointF(point), by, QPointF()))

    def move(self, point):
        self._mouse(QEvent.Type.MouseMove, point, NONE, NONE, PLAIN)

    def press(self, point, modifiers=PLAIN):
        self._mouse(QEvent.Type.MouseButtonPress, point, LEFT, LEFT, modifiers)

    def draw(self, point, modifiers=PLAIN):
        self._mouse(QEvent.Type.MouseMove, point, NONE, LEFT, modifiers)

    def release(self, point, modifiers=PLAIN):
        self._mouse(QEvent.Type.MouseButtonRelease, point, LEFT, NONE, modifiers)

    def drag(self, start, stop, modifiers=PLAIN):
        self.press(start, modifiers)
        for share in (0.25, 0.5, 1.0):
            self.draw(start + share * (stop - start), modifiers)
        self.release(stop, modifiers)

    def double_click(self, point):
        self._mouse(QEvent.Type.MouseButtonDblClick, point, LEFT, LEFT, PLAIN)

    def leave(self):
        self._send(QEvent(QEvent.Type.Leave))

    def _mouse(self, kind, point, button, buttons, modifiers):
        place = self.view.viewport().mapToGlobal(point)
        self._send(QMouseEvent(kind, point, place, button, buttons, modifiers))

    def _send(self, event):
        QApplication.sendEvent(self.view.viewport(), event)
        self.paint()

    def picture(self):
        self.view.viewport().grab()  # where it has moved up or down or zoomed it is drawn without tiles
        return pixels(self.view.viewport().grab().toImage())

    def trace_middle(self, colour, left, right):
        """The middle of what has a colour between two places, px: x and y."""
        ys, xs = where(self.picture(), colour)
        inside = (xs >= left) & (xs <= right)
        return float(np.median(xs[inside])), float(np.median(ys[inside]))


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits().asarray(image.sizeInBytes()), np.uint8)
    return raw.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width(), 2::-1].copy()


def where(picture, colour):
    """Rows and columns of the pixels that have a colour."""
    wanted = QColor(colour)
    near = np.abs(picture.astype(int) - (wanted.red(), wanted.green(), wanted.blue())).max(axis=2) < 12
    return np.nonzero(near)


def colour_at(picture, x, y):
    return QColor(*(int(value) for value in picture[round(y), round(x)])).name()
