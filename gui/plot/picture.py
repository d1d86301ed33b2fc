"""The picture itself: the voice over the note grid, between its two scales, and what lies over them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QFrame, QSizePolicy

from ...model.convert import hz_to_midi
from ...practice.music import Music
from ..look.theme import LIGHT, Theme
from ..viewmodel.intonation import band
from ..viewmodel.live import Live
from ..viewmodel.markers import Markers
from ..viewmodel.note_range import NoteRange
from ..viewmodel.reading import Reading
from ..viewmodel.selection import Selection
from ..viewmodel.time_window import TimeWindow
from .cursor import Cursor
from .flags import Flags
from .keys import KeyStrip
from .lit import Lit
from .overview import HEIGHT as OVERVIEW_HEIGHT
from .overview import Overview
from .paused import Paused
from .roll import Roll, Voice
from .stretch import Stretch
from .time_strip import HEIGHT as CLOCK_HEIGHT
from .time_strip import TimeStrip
from .vector import paint_picture

NOTE_MARGIN = 12  # px round the note that the picture is paused


class Picture(pg.PlotWidget):  # type: ignore[misc]
    """Time to the right, pitch upwards, now at the right edge beside the keys."""

    painted = pyqtSignal(float)
    """The picture was drawn; when that was done, by `time.monotonic`."""

    def __init__(self) -> None:
        self.note_range, self.time_window = NoteRange(), TimeWindow()
        self.markers, self.selection = Markers(), Selection()
        self.keys, self.clock = KeyStrip(), TimeStrip(self.markers)
        super().__init__(axisItems={"right": self.keys, "bottom": self.clock})
        self._live = self._running = False
        self._theme, self._music = LIGHT, Music()
        self._configure()
        self.roll, self.lit = Roll(), Lit()
        self.stretch, self.flags, self.cursor = Stretch(self.selection), Flags(self.markers), Cursor(self.roll.voices)
        self.roll.layers += [self.stretch, self.lit, self.flags, self.cursor]
        self.plotItem.addItem(self.roll, ignoreBounds=True)
        self.overview = Overview(self, self.time_window, self.markers, self.selection)
        self.paused = Paused(self)
        self.set_look(LIGHT, Music())
        self._apply_range()

    def _configure(self) -> None:
        plot = self.plotItem
        plot.hideAxis("left")
        plot.showAxis("right")
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(False, False)
        plot.setContentsMargins(0, 0, 0, OVERVIEW_HEIGHT)
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
        for part in (self.keys, self.lit, self.cursor):
            part.theme, part.music = theme, music
        self.clock.theme = self.stretch.theme = self.flags.theme = self.overview.theme = theme
        self.paused.set_theme(theme)
        self.roll.set_look(theme, music)
        for strip in (self.keys, self.clock, self.overview):
            strip.update()

    @property
    def shown_theme(self) -> Theme:
        """Its colours."""
        return self._theme

    @property
    def shown_music(self) -> Music:
        """By which its notes lie and are called."""
        return self._music

    # what is shown

    def show_voices(self, *voices: Voice) -> None:
        """Show these from now on, the first in the colours of its intonation."""
        self.roll.voices[:] = voices
        self.lit.history = None
        self._live = self._running = False
        self.roll.tiles.forget()
        self.refresh()

    def show_live(self, live: Live) -> None:
        """Show a stream from now on."""
        self.show_voices(Voice(live.history))
        self._live, self.lit.history = True, live.history

    def advance(self, live: Live, reading: Reading, clock: float, passed: float) -> None:
        """Show a stream at `clock` (monotonic s), `passed` seconds after the last call."""
        now = live.playhead.now(clock)
        self._running = True
        if self.time_window.following:
            self.note_range.follow(hz_to_midi(live.history.recent_f0(), self._music.a4), passed)
        self.time_window.advance(live.history.oldest, 0.0 if math.isnan(now) else now)
        self.refresh()
        self.light(reading)

    def rest(self) -> None:
        """Nothing is heard any more."""
        self._running = False
        self.light(Reading())
        self.refresh()

    def refresh(self) -> None:
        """Show what the window of time and the range of notes say."""
        self._apply_range()
        window = self.time_window
        self.roll.left = self.clock.left = window.left
        self.clock.seconds = window.seconds
        self.roll.update()
        self.clock.update()
        self.overview.refresh()
        before = self.paused.size(), self.paused.isHidden()
        self.paused.say(window.behind if self._running and not window.following else None)
        if before != (self.paused.size(), self.paused.isHidden()):
            self._arrange()

    def refresh_round(self, times: Iterable[float], px: float) -> None:
        """Draw anew what lies so near to these moments (s): all else is as it was."""
        left, right, notes = self.time_window.left, self.time_window.right, self.note_range
        reach = px * (right - left) / max(self.roll.scale_on_screen.area.width(), 1.0)
        for moment in times:
            self.roll.update(QRectF(moment - reach - left, notes.low, 2 * reach, notes.span))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw, and tell when that was done."""
        super().paintEvent(event)
        self.painted.emit(time.monotonic())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Put the parts that lie over the picture in their places."""
        super().resizeEvent(event)
        if hasattr(self, "overview"):  # pyqtgraph resizes while it is made
            self._arrange()

    def _arrange(self) -> None:
        right, bottom = self.width() - round(self.keys.breadth), self.height() - OVERVIEW_HEIGHT
        self.overview.setGeometry(0, bottom, right, OVERVIEW_HEIGHT)
        size = self.paused.size()
        top = bottom - CLOCK_HEIGHT - NOTE_MARGIN - size.height()
        self.paused.move(right - NOTE_MARGIN - size.width(), top)

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
            view.prepareForPaint()  # else pyqtgraph does it in the paint, which has all painted again

    def paint_vector(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the present picture without cursor into `rect` of any painter, with lines and text as such."""
        painter.save()
        painter.setClipRect(rect)
        paint_picture(self, painter, rect, self._theme)
        painter.restore()

    def show_names(self, on: bool) -> None:
        """Show a ladder of note names beside the picture, or piano keys."""
        self.keys.plain = on
        self.keys.update()
