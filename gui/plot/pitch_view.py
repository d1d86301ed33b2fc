"""The scrolling picture: the voice over the note grid, between its two scales."""

from __future__ import annotations

import math
import time
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPaintEvent
from PyQt6.QtWidgets import QFrame, QSizePolicy

from ...model.convert import hz_to_midi
from ...practice.music import Music
from ..look.theme import LIGHT, Theme
from ..viewmodel.intonation import band
from ..viewmodel.live import Live
from ..viewmodel.note_range import NoteRange
from ..viewmodel.reading import Reading
from ..viewmodel.time_window import TimeWindow
from .keys import KeyStrip
from .lit import Lit
from .roll import Roll, Voice
from .time_strip import TimeStrip


class PitchView(pg.PlotWidget):  # type: ignore[misc]
    """Time to the right, pitch upwards, now at the right edge beside the keys."""

    painted = pyqtSignal(float)
    """The picture was drawn; when that was done, by `time.monotonic`."""

    def __init__(self) -> None:
        self.keys, self.clock = KeyStrip(), TimeStrip()
        super().__init__(axisItems={"right": self.keys, "bottom": self.clock})
        self.note_range, self.time_window = NoteRange(), TimeWindow()
        self._configure()
        self.roll, self.lit = Roll(), Lit()
        self.roll.layers.append(self.lit)
        self.plotItem.addItem(self.roll, ignoreBounds=True)
        self.set_look(LIGHT, Music())
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
        viewport: Any = self.viewport()  # it fills itself: the card below it need not be painted first
        viewport.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Pitch over time")

    def set_look(self, theme: Theme, music: Music) -> None:
        """Take the colours of a theme and the notes of the music."""
        self._theme, self._music = theme, music
        self.setBackground(QColor(theme.card))
        for part in (self.keys, self.lit):
            part.theme, part.music = theme, music
        self.clock.theme = theme
        self.roll.set_look(theme, music)
        for strip in (self.keys, self.clock):
            strip.update()

    def show_voices(self, *voices: Voice) -> None:
        """Show these from now on, the first in the colours of its intonation."""
        self.roll.voices = list(voices)
        self.lit.history = None
        self.roll.tiles.forget()
        self.roll.update()

    def show_live(self, live: Live) -> None:
        """Show a stream from now on."""
        self.show_voices(Voice(live.history))
        self.lit.history = live.history
        self.refresh()

    def advance(self, live: Live, reading: Reading, clock: float, passed: float) -> None:
        """Show a stream at `clock` (monotonic s), `passed` seconds after the last call."""
        now = live.playhead.now(clock)
        self.note_range.follow(hz_to_midi(live.history.recent_f0(), self._music.a4), passed)
        self.time_window.advance(live.history.oldest, 0.0 if math.isnan(now) else now)
        self.refresh()
        self.light(reading)

    def refresh(self) -> None:
        """Show what the window of time and the range of notes say."""
        self._apply_range()
        self.roll.left = self.clock.left = self.time_window.left
        self.clock.seconds = self.time_window.seconds
        self.roll.update()
        self.clock.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw, and tell when that was done."""
        super().paintEvent(event)
        self.painted.emit(time.monotonic())

    def light(self, reading: Reading) -> None:
        """Light row and key of the note that is sung, if one is, in the colour of its intonation."""
        lit = None if reading.held else reading.midi
        colour = self._theme.bands[band(reading.cents) if lit is not None else 0]
        if (lit, colour) != (self.keys.lit, self.keys.lit_colour):
            self.keys.lit, self.keys.lit_colour, self.lit.note = lit, colour, lit
            self.keys.update()
            self.roll.update()

    def _apply_range(self) -> None:
        view = self.plotItem.getViewBox()
        wanted = [[0.0, self.time_window.seconds], [self.note_range.low, self.note_range.high]]
        if view.viewRange() != wanted:
            view.setRange(xRange=wanted[0], yRange=wanted[1], padding=0, disableAutoRange=True)

    def scale_time(self, factor: float) -> None:
        """Show `factor` times as many seconds."""
        self.time_window.zoom(factor)
        self.refresh()

    def zoom(self, semitones: float) -> None:
        """Show more semitones, or fewer if negative."""
        self.note_range.zoom(semitones)
        self.refresh()
