"""The cursor: an upright line where the user looks, and beside it what was sung there."""

from __future__ import annotations

import math
import time

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ...practice.music import Music
from ..look.theme import LIGHT, Theme
from ..viewmodel.cursor import Readout, free_place, read_at
from ..viewmodel.history import PitchHistory
from .roll import Voice
from .scale import Scale
from .trace import strokes

EVERY = 0.08  # s between two texts: faster ones cannot be read
PAD, LINE, BESIDE = 8.0, 17.0, 12.0  # px: within the label, a line of it, from the upright line
CLEAR = 6.0  # px between label and trace
RING = 5.0  # px, radius of the ring on the trace


class Cursor:
    """A layer of the roll; it stands at a place of the mouse, at a time that keys chose, or nowhere."""

    def __init__(self, voices: list[Voice]) -> None:
        self.theme: Theme = LIGHT
        self.music = Music()
        self._voices = voices
        self._mouse: QPointF | None = None  # px
        self._time = math.nan  # s, where keys put it
        self._due = -math.inf  # clock of the next readout
        self.readout: Readout | None = None
        """What its label says, None where there is no cursor."""
        self.label = QRectF()
        """Where that stands, px."""

    @property
    def by_keys(self) -> bool:
        """Whether keys put it where it is."""
        return not math.isnan(self._time)

    @property
    def pointed(self) -> bool:
        """Whether it goes with the mouse."""
        return self._mouse is not None

    def put(self, time: float) -> None:
        """Stand at a time (s); NaN for nowhere."""
        self._time, self._mouse, self._due = time, None, -math.inf

    def point(self, place: QPointF | None) -> None:
        """Go with the mouse, which is at a place of the roll (px) or has left it."""
        if place is not None:
            self.put(math.nan)
        self._mouse, self._due = place, -math.inf

    def time_on(self, scale: Scale) -> float:
        """The time at which it stands, NaN for nowhere."""
        return self._time if self._mouse is None else scale.time_at(self._mouse.x())

    def read(self, scale: Scale) -> Readout | None:
        """What there is at its place."""
        at = self.time_on(scale)
        if math.isnan(at):
            return None
        voice = self._voices[0] if self._voices else Voice(PitchHistory())
        pointed = math.nan if self._mouse is None else scale.midi_at(self._mouse.y())
        return read_at(voice.history, at, voice.shift, 1.0 / scale.px_per_second, self.music, pointed)

    def __call__(self, painter: QPainter, scale: Scale) -> None:
        """Draw line and label."""
        clock = time.monotonic()
        if clock >= self._due:
            self._due, self.readout = clock + EVERY, self.read(scale)
        x = scale.x(self.time_on(scale))
        if self.readout is None or not scale.area.left() <= x <= scale.area.right():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(self.theme.muted)))
        painter.drawLine(QPointF(round(x), scale.area.top()), QPointF(round(x), scale.area.bottom()))
        self._paint_label(painter, scale, x, self.readout)

    def _paint_label(self, painter: QPainter, scale: Scale, x: float, readout: Readout) -> None:
        fonts = [QFont(painter.font()) for _ in range(2)]
        for font, size in zip(fonts, (14, 12), strict=True):
            font.setPixelSize(size)
        fonts[0].setBold(not math.isnan(readout.midi))
        texts = readout.pitch, readout.detail
        width = max(QFontMetricsF(font).horizontalAdvance(text) for font, text in zip(fonts, texts, strict=True))
        self.label = box = self._place(scale, x, round(width + 2 * PAD), round(2 * LINE + PAD))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not math.isnan(readout.midi):
            painter.setPen(QPen(QColor(self.theme.text), 1.5))
            painter.setBrush(QColor(self.theme.row))
            painter.drawEllipse(QPointF(x, scale.y(readout.midi)), RING, RING)
        painter.setPen(QPen(QColor(self.theme.border)))
        painter.setBrush(QColor(self.theme.card))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        for place, (font, text, colour) in enumerate(zip(fonts, texts, ("text", "muted"), strict=True)):
            painter.setFont(font)
            painter.setPen(QColor(getattr(self.theme, colour)))
            line = QRectF(box.left() + PAD, box.top() + PAD / 2 + place * LINE, width + 2, LINE)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _place(self, scale: Scale, x: float, width: float, height: float) -> QRectF:
        """Beside the line, right of it if there is room: where no trace lies, near the mouse or high up."""
        area = scale.area
        wanted = area.top() + 3 * LINE if self._mouse is None else self._mouse.y() - height / 2
        sides = (x + BESIDE, x - BESIDE - width)
        inside = [left for left in sides if area.left() <= left and left + width <= area.right()] or [area.left()]
        places: list[tuple[float, float]] = []
        for left in inside:
            places.append((left, self._free_top(scale, QRectF(left, 0, width, height), wanted)))
            if abs(places[-1][1] - wanted) < 1:
                break  # just where it is wanted: the other side need not be looked at
        left, top = min(places, key=lambda place: abs(place[1] - wanted))
        return QRectF(round(left), round(top), width, height)

    def _free_top(self, scale: Scale, box: QRectF, wanted: float) -> float:
        spans = self._traces(scale, box.left() - CLEAR, box.right() + CLEAR)
        low, high = scale.area.top() + CLEAR, scale.area.bottom() - CLEAR
        free = free_place(spans, box.height(), low, high, wanted)
        return low if free is None else free

    def _traces(self, scale: Scale, left: float, right: float) -> NDArray[np.float64]:
        """Highest and lowest px of the lines between two places: (n, 2)."""
        area = QRectF(left, scale.area.top(), right - left, scale.area.height())
        part = Scale(area, scale.time_at(left), (right - left) / scale.px_per_second, scale.low, scale.high)
        lines = [strokes(voice.history, part, self.music.tuning, voice.shift).lines for voice in self._voices]
        ends = np.concatenate([np.empty((0, 4)), *lines])[:, [1, 3]]
        return np.stack([ends.min(axis=1) - CLEAR, ends.max(axis=1) + CLEAR], axis=1)
