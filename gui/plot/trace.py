"""The drawn voice: one curve for each colour and shade, and a dot at the newest pitch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QLineF, QRectF
from PyQt6.QtGui import QColor, QPainter, QPen
from PyQt6.QtWidgets import QGraphicsEllipseItem, QGraphicsItem
from pyqtgraph.Qt.internals import PrimitiveArray

from ..look.theme import INSTANT_WIDTH, LIGHT, TRACE_WIDTHS, Theme, blend
from ..viewmodel.history import BANDS, SHADES, STYLES, joined, styles

Floats = NDArray[np.float64]
OPACITIES = (0.4, 0.7, 1.0)  # by shade of confidence
DOT_RADIUS = 7.0  # px


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


class Curve(pg.PlotCurveItem):  # type: ignore[misc]
    """A curve that counts as filling the view: to find its true bounds costs more than it saves."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._lineSegments = Lines(QLineF, 4)  # pyqtgraph takes one that is there

    def boundingRect(self) -> QRectF:  # noqa: N802
        """What the view shows."""
        shown: QRectF = self.getViewBox().viewRect()
        return shown


class Dot(QGraphicsEllipseItem):
    """A disc of the same size at every zoom, with a smooth edge."""

    def __init__(self) -> None:
        super().__init__(-DOT_RADIUS, -DOT_RADIUS, 2 * DOT_RADIUS, 2 * DOT_RADIUS)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setZValue(10)
        self.hide()

    def paint(self, painter: QPainter | None, *rest: Any) -> None:
        """Draw it smoothly, whatever the view does with its other items."""
        if painter is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        super().paint(painter, *rest)


class Trace:
    """The items of one trace; every curve holds the same points and joins those of its own style."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self.curves = [Curve(skipFiniteCheck=True, antialias=True) for _ in range(2 * STYLES)]
        for curve in self.curves:
            # Wide pens are slow as one path and fast as separate lines, which Qt fills as plain rectangles.
            curve.setSegmentedLineMode("on")
            plot.addItem(curve, ignoreBounds=True)
        self.dot = Dot()
        plot.addItem(self.dot, ignoreBounds=True)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme, ratio: float = 1.0) -> None:
        """Take the colours of a theme; `ratio`: pixels of the screen per px, which plot pens do not know."""
        self._theme = theme
        for style, curve in enumerate(self.curves):
            colour = blend(theme.bands[style % BANDS], theme.row, OPACITIES[style // BANDS % SHADES])
            share = 1.0 if style < STYLES else INSTANT_WIDTH
            curve.setPen(pg.mkPen(colour, width=ratio * share * TRACE_WIDTHS[style % BANDS]))
        self.dot.setPen(QPen(QColor(theme.row), 2.0))

    def set_points(
        self, x: Floats, midi: Floats, centre: Floats, confidence: Floats, settled: NDArray[np.bool_]
    ) -> None:
        """Show frames (n,): x in s from now, pitch (MIDI, NaN where unvoiced), its centre, confidence, settled."""
        if len(x) < 2:
            x, midi, centre, confidence = (np.zeros(2), *(np.full(2, np.nan) for _ in range(3)))
            settled = np.ones(2, bool)
        join = joined(x, midi)
        style = styles(centre, confidence, settled)
        leads_to = np.roll(style, -1)  # a line has the style of the frame that it leads to
        y = np.where(np.isfinite(midi), midi, 0.0)  # never drawn: no line leads there
        for which, curve in enumerate(self.curves):
            mine = join & (leads_to == which)
            curve.setVisible(bool(mine.any()))
            if curve.isVisible():
                curve.setData(x, y, connect=mine.astype(np.int32))
        self._place_dot(x[-1], midi[-1], int(style[-1]))

    def _place_dot(self, x: float, midi: float, style: int) -> None:
        self.dot.setVisible(bool(np.isfinite(midi)))
        if self.dot.isVisible():
            self.dot.setPos(x, midi)
            self.dot.setBrush(QColor(self._theme.bands[style % BANDS]))
