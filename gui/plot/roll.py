"""The roll: tiles with note grid and voices, and over them what moves or is lit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QColor, QPainter

from ...practice.music import Music
from ..look.theme import LIGHT, Theme
from ..viewmodel.history import PitchHistory
from .rows import paint_beyond, paint_rows, paint_seconds, time_step
from .scale import Scale
from .tiles import Tiles
from .trace import Pens, PlainPen, strokes

SECOND_WIDTH = 2.0  # px, the line of a second voice
UNSEEN = 0.5, 0.25  # px, s: new frames of less than both are drawn together with the next ones

Layer = Callable[[QPainter, Scale], None]
"""Paints what is not in the tiles; called with every frame, so it must be quick."""


@dataclass
class Voice:
    """One line of pitch on the roll."""

    history: PitchHistory
    shift: float = 0.0
    """Seconds that it is shown later."""


class Roll(pg.GraphicsObject):  # type: ignore[misc]
    """Fills its view with the stretch of time and pitch that it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 0.0
        """Time at the left edge, s."""
        self.voices: list[Voice] = []
        """The first in the colours of its intonation, the others plain."""
        self.usual: tuple[float, float] | None = None
        """MIDI numbers between which a voice type is usually written; what lies outside is shaded."""
        self.lined = True
        """Whether seconds have upright lines."""
        self.under: list[Layer] = []
        """Painted into the tiles, below the voices: who changes what they paint has the tiles forget it."""
        self.layers: list[Layer] = []
        self.tiles = Tiles(self._draw, self._draw_ground)
        self._changed, self._drawn = math.inf, -math.inf  # the earliest second that the tiles lack, the newest drawn
        self._ratio = 1.0
        self._scale = Scale(QRectF(0, 0, 1, 1), 0.0, 1.0, 48.0, 72.0)
        self.set_look(LIGHT, Music())

    def set_look(self, theme: Theme, music: Music) -> None:
        """Take the colours of a theme and the notes of the music."""
        self._theme, self._music = theme, music
        self._pens, self._plain = Pens(theme), PlainPen(theme.muted, SECOND_WIDTH)
        self.tiles.forget()
        self.update()

    @property
    def scale_on_screen(self) -> Scale:
        """Of the last paint: px of the widget that paints."""
        return self._scale

    def boundingRect(self) -> QRectF:  # noqa: N802
        """What the view shows; a larger one would have Qt repaint the keys with every frame."""
        shown: QRectF = self.getViewBox().viewRect()
        return shown

    def viewRangeChanged(self) -> None:  # noqa: N802
        """Called by pyqtgraph when the view shows another part."""
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Copy the tiles, draw the layers."""
        device = painter.device()
        self._ratio = device.devicePixelRatioF() if device is not None else 1.0
        painter.save()
        self._scale = scale = self.tiles.aligned(self._scale_of(painter), self._ratio)
        painter.resetTransform()
        painter.setClipRect(scale.area)
        self._forget_changed(scale)
        self.tiles.paint(painter, scale, QColor(self._theme.row), self._ratio)
        for layer in self.layers:
            layer(painter, scale)
        painter.restore()

    def _forget_changed(self, scale: Scale) -> None:
        """Have tiles drawn again whose voice has changed, but not for less of it than can be seen."""
        newest = -math.inf
        for voice in self.voices:
            self._changed = min(self._changed, voice.history.take_touched() + voice.shift)
            newest = max(newest, voice.history.newest + voice.shift)
        px, seconds = UNSEEN
        if not 0 < newest - self._drawn < min(px / scale.px_per_second, seconds):
            self.tiles.forget_between(self._changed, newest)
            self._changed, self._drawn = math.inf, newest

    def _scale_of(self, painter: QPainter) -> Scale:
        (left, right), (low, high) = self.getViewBox().viewRange()
        to_screen = painter.worldTransform()
        corners = to_screen.map(QPointF(left, high)), to_screen.map(QPointF(right, low))
        area = QRectF(*corners).normalized()
        whole = QRectF(round(area.left()), round(area.top()), round(area.width()), round(area.height()))
        return Scale(whole, self.left, right - left, low, high)

    def _draw(self, painter: QPainter, scale: Scale) -> None:
        self._draw_voices(painter, scale, time_step(self._scale.seconds, self._scale.area.width()))

    def _draw_ground(self, painter: QPainter, scale: Scale) -> None:
        paint_rows(painter, scale, self._music, self._theme)
        if self.usual is not None:
            paint_beyond(painter, scale, *self.usual, self._theme)

    def paint_in(self, painter: QPainter, scale: Scale, step: int) -> None:
        """Draw grid and voices in the area of a scale, a line every `step` seconds."""
        self._draw_ground(painter, scale)
        self._draw_voices(painter, scale, step)

    def _draw_voices(self, painter: QPainter, scale: Scale, step: int) -> None:
        tuning = self._music.tuning
        if self.lined:
            paint_seconds(painter, scale, step, self._theme)
        for layer in self.under:
            layer(painter, scale)
        for voice in self.voices[1:]:
            self._plain.paint(painter, strokes(voice.history, scale, tuning, voice.shift), scale)
        for voice in self.voices[:1]:
            self._pens.paint(painter, strokes(voice.history, scale, tuning, voice.shift), scale)
