"""The drawn voice: lines whose colour, width and dots tell how far it is from its note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QLineF
from PyQt6.QtGui import QColor, QPainter, QPen
from pyqtgraph.Qt.internals import PrimitiveArray

from ...model.convert import hz_to_midi
from ...practice.tuning import Tuning
from ..look.theme import DASH, INSTANT_WIDTH, TRACE_WIDTHS, Theme, blend
from ..viewmodel.history import FRAMES_PER_SECOND, PitchHistory
from ..viewmodel.intonation import BANDS, MAX_LEAP, SHADES, STYLES, joined, styles
from .scale import Scale

Floats = NDArray[np.float64]
OPACITIES = (0.4, 0.7, 1.0)  # by shade of confidence
CROWDED = 3.0  # frames per px beyond which each px shows only the lowest and the highest of its frames
COLUMN = 1.5  # px, width of the line that shows them
MARGIN = 4.0  # px beyond the edges that lines can reach across


class Lines(PrimitiveArray):  # type: ignore[misc]
    """Lines to draw, in memory that is used again and again.

    A part of sip's arrays is never given back (72 bytes each, 1 MB a minute of drawing, seen with PyQt6-sip 13.13), so
    the parts are kept: there are no more of them than sizes.
    """

    def resize(self, size: int) -> None:
        """Hold `size` lines."""
        if not hasattr(self, "_capa") or size > self._capa:
            self._parts: dict[int, Any] = {}
        super().resize(size)

    def instances(self) -> Any:
        """The lines, for `drawLines`."""
        if self._size not in self._parts:
            self._parts[self._size] = super().instances()
        return self._parts[self._size]


@dataclass(frozen=True)
class Strokes:
    """Short lines of one stretch: (n, 4) px x1, y1, x2, y2, and the style of each (n,)."""

    lines: Floats
    style: NDArray[np.intp]
    crowded: bool = False
    """Whether there is one upright line for each px: a pen of its width draws them, without gaps."""


def strokes(history: PitchHistory, scale: Scale, tuning: Tuning, shift: float = 0.0) -> Strokes:
    """The lines of what was sung within a scale; `shift`: seconds that it is shown later."""
    margin = MARGIN / scale.px_per_second
    part = history.stretch(scale.left - shift - margin, scale.right - shift + margin)
    time = history.time[part] + shift
    midi = hz_to_midi(history.f0[part], tuning.a4)
    _, cents = tuning.nearest(hz_to_midi(history.centre[part], tuning.a4))
    style = styles(cents, history.confidence[part], history.settled[part])
    if CROWDED * scale.px_per_second < FRAMES_PER_SECOND:  # the same for all of the roll, whatever lies in a tile
        return _columns(time, midi, style, scale)
    join = joined(time, midi)
    x, y = scale.x(time), scale.y(midi)
    ends = np.flatnonzero(join) + 1  # a line has the style of the frame that it leads to
    return Strokes(np.stack([x[ends - 1], y[ends - 1], x[ends], y[ends]], axis=1), style[ends])


def _columns(time: Floats, midi: Floats, style: NDArray[np.intp], scale: Scale) -> Strokes:
    """One upright line per px, from the lowest to the highest pitch there, in the style that most of it has."""
    voiced = np.isfinite(midi)
    x, midi, style = np.floor(scale.x(time[voiced])), midi[voiced], style[voiced]
    if not len(x):
        return Strokes(np.empty((0, 4)), np.empty(0, np.intp))
    first = np.flatnonzero(np.r_[True, np.diff(x) > 0])
    last = np.r_[first[1:], len(x)] - 1
    low, high = np.minimum.reduceat(midi, first), np.maximum.reduceat(midi, first)
    near = np.r_[False, (np.diff(x[first]) == 1) & (np.abs(midi[first[1:]] - midi[last[:-1]]) < MAX_LEAP)]
    before = np.roll(low, 1), np.roll(high, 1)  # of the px to the left, which it reaches up or down to
    low, high = np.where(near, np.minimum(low, before[1]), low), np.where(near, np.maximum(high, before[0]), high)
    middle = style[(first + last + 1) // 2]
    x = x[first] + 0.5
    return Strokes(np.stack([x, scale.y(high) - 1.0, x, scale.y(low) + 1.0], axis=1), middle, crowded=True)


class Pens:
    """Paints strokes in the colours of a theme."""

    def __init__(self, theme: Theme) -> None:
        self._pens = [self._pen(theme, style) for style in range(2 * STYLES)]
        self._column_pens = [QPen(pen.color(), COLUMN) for pen in self._pens]
        self._lines = [Lines(QLineF, 4) for _ in self._pens]

    def _pen(self, theme: Theme, style: int) -> QPen:
        colour = blend(theme.bands[style % BANDS], theme.row, OPACITIES[style // BANDS % SHADES])
        return QPen(colour, (1.0 if style < STYLES else INSTANT_WIDTH) * TRACE_WIDTHS[style % BANDS])

    def paint(self, painter: QPainter, strokes: Strokes, scale: Scale) -> None:
        """Draw them; what lies between two notes is dotted."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Dots stand still in time, whichever tile they are painted in.
        from_zero = strokes.lines[:, 2] - scale.area.left() + scale.left * scale.px_per_second
        gap = (strokes.style % BANDS == BANDS - 1) & (np.floor(from_zero / DASH) % 2 == 1) & (not strokes.crowded)
        for style, pen in enumerate(self._column_pens if strokes.crowded else self._pens):
            mine = strokes.lines[(strokes.style == style) & ~gap]
            if len(mine):
                self._draw(painter, pen, self._lines[style], mine)

    def _draw(self, painter: QPainter, pen: QPen, lines: Lines, values: Floats) -> None:
        painter.setPen(pen)
        lines.resize(len(values))
        lines.ndarray()[:] = values
        painter.drawLines(*lines.drawargs())


class PlainPen:
    """Paints strokes of a second voice, all in one colour, thinner than the first."""

    def __init__(self, colour: str, width: float) -> None:
        self._pen, self._lines = QPen(QColor(colour), width), Lines(QLineF, 4)

    def paint(self, painter: QPainter, strokes: Strokes, scale: Scale) -> None:
        """Draw them."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(strokes.lines):
            painter.setPen(self._pen)
            self._lines.resize(len(strokes.lines))
            self._lines.ndarray()[:] = strokes.lines
            painter.drawLines(*self._lines.drawargs())
