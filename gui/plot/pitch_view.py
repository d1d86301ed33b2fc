"""The scrolling picture: the voice over the note grid."""

from __future__ import annotations

import math
import time

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPaintEvent
from PyQt6.QtWidgets import QFrame, QSizePolicy

from ...model.convert import hz_to_midi
from ...practice.notes import cents_off
from ..look.theme import LIGHT, Theme
from ..viewmodel.history import IN_TUNE, NEAR
from ..viewmodel.live import Live
from ..viewmodel.note_range import NoteRange
from ..viewmodel.reading import Reading
from .note_grid import KeyStrip, NoteGrid, TimeStrip
from .trace import Trace

MIN_SECONDS, MAX_SECONDS = 3.0, 30.0
AHEAD = 0.03  # share of the width to the right of now, so that the dot is never cut


class PitchView(pg.PlotWidget):  # type: ignore[misc]
    """Time to the right, pitch upwards, now at the right edge beside the keys."""

    painted = pyqtSignal(float)
    """The picture was drawn; when that was done, by `time.monotonic`."""

    def __init__(self) -> None:
        self.keys, self.clock = KeyStrip(), TimeStrip()
        super().__init__(axisItems={"right": self.keys, "bottom": self.clock})
        self.note_range = NoteRange()
        self.seconds = 8.0
        self._configure()
        self.grid = NoteGrid()
        self.plotItem.addItem(self.grid, ignoreBounds=True)
        self.trace = Trace(self.plotItem)
        self.set_theme(LIGHT)
        self._apply_range()

    def _configure(self) -> None:
        plot = self.plotItem
        plot.hideAxis("left")
        plot.showAxis("right")
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(False, False)
        plot.setContentsMargins(0, 0, 0, 0)
        plot.layout.setSpacing(0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        self.setAccessibleName("Pitch over time")

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.setBackground(QColor(theme.card))
        self.plotItem.getViewBox().setBackgroundColor(QColor(theme.row))
        for part in (self.grid, self.keys, self.clock):
            part.theme = theme
            part.update()
        self._ratio = self.devicePixelRatioF()
        self.trace.set_theme(theme, self._ratio)

    def advance(self, live: Live, reading: Reading, clock: float, passed: float, a4: float) -> None:
        """Show a stream at `clock` (monotonic s), `passed` seconds after the last call; `a4` in Hz."""
        now = live.playhead.now(clock)
        self.note_range.follow(hz_to_midi(live.history.recent_f0(), a4), passed)
        self._apply_range()
        self.redraw(live, 0.0 if math.isnan(now) else now, a4)
        self.light(reading)

    def redraw(self, live: Live, now: float, a4: float) -> None:
        """Draw the stream's frames with the stream time `now` at the right edge."""
        if self.devicePixelRatioF() != self._ratio:  # the window was moved to another screen
            self.set_theme(self._theme)
        history = live.history
        first = int(np.searchsorted(history.time, now - self.seconds - 0.1))
        midi, centre = hz_to_midi(history.f0[first:], a4), hz_to_midi(history.centre[first:], a4)
        sure, settled = history.confidence[first:], history.settled[first:]
        self.trace.set_points(history.time[first:] - now, midi, centre, sure, settled)
        self.grid.now = self.clock.now = now
        self.grid.update()
        self.clock.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw, and tell when that was done."""
        super().paintEvent(event)
        self.painted.emit(time.monotonic())

    def light(self, reading: Reading) -> None:
        """Light row and key of the note that is sung, if one is, in the colour of its intonation."""
        lit = None if reading.held else reading.midi
        off = abs(cents_off(float(reading.midi or 0) + reading.cents / 100.0)) if lit is not None else 0.0
        colour = self._theme.bands[int(off > IN_TUNE) + int(off > NEAR)]
        if (lit, colour) != (self.keys.lit, self.keys.lit_colour):
            self.keys.lit, self.keys.lit_colour, self.grid.lit = lit, colour, lit
            self.keys.update()

    def _apply_range(self) -> None:
        view = self.plotItem.getViewBox()
        wanted = [[-self.seconds, AHEAD * self.seconds], [self.note_range.low, self.note_range.high]]
        if view.viewRange() != wanted:
            view.setRange(xRange=wanted[0], yRange=wanted[1], padding=0, disableAutoRange=True)

    def show_seconds(self, seconds: float) -> None:
        """Show that much time."""
        self.seconds = min(max(seconds, MIN_SECONDS), MAX_SECONDS)
        self._apply_range()

    def zoom(self, semitones: float) -> None:
        """Show more semitones, or fewer if negative."""
        self.note_range.zoom(semitones)
        self._apply_range()
