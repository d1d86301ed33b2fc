"""The scrolling picture as the user moves it: where it looks, what is marked and selected in it."""

from __future__ import annotations

import math

import numpy as np
from PyQt6.QtCore import QRectF, pyqtSignal

from ...model.convert import hz_to_midi
from ...practice.music import Music
from ...practice.voices import VOICES
from ..look.theme import Theme
from ..viewmodel.live import Live
from ..viewmodel.markers import Marker
from ..viewmodel.note_range import Held
from .gestures import Gestures
from .naming import Naming
from .picture import Picture

CURSOR_STEP, FAR = 0.01, 10  # s, one frame; steps at once with Shift
CURSOR_PX = 2.0  # px that a step is at least


class PitchView(Picture):
    """The picture, and what one does with it by mouse, keys or menus."""

    selected = pyqtSignal(float, float)
    """A stretch of time was selected, from start to stop (s)."""
    deselected = pyqtSignal()
    """It is selected no more."""
    marked = pyqtSignal()
    """There are other markers, or another one is the current."""
    ranged = pyqtSignal()
    """Something else may decide which notes are in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.gestures, self.naming = Gestures(self), Naming(self)
        self.markers.changed = self._show_marks
        self.overview.wanted.connect(self.look_at)
        self.paused.clicked.connect(self.follow)
        self.naming.named.connect(self._rename)

    def set_look(self, theme: Theme, music: Music) -> None:
        """Take the colours of a theme and the notes of the music."""
        super().set_look(theme, music)
        if self.note_range.held is Held.TYPE:
            self.show_type()

    def show_live(self, live: Live) -> None:
        """Show a stream from now on; what was marked and selected belonged to what is gone."""
        super().show_live(live)
        self.forget_marks()

    # where the user looks

    def scale_time(self, factor: float, at: float = math.nan) -> None:
        """Show `factor` times as many seconds; the moment `at` stays in its place."""
        self.time_window.zoom(factor, at)
        self.look()

    def zoom(self, semitones: float, at: float = math.nan) -> None:
        """Show more semitones, or fewer if negative; in a fixed range the pitch `at` stays in its place."""
        self.note_range.zoom(semitones, at)
        self.look()

    def pan_time(self, seconds: float) -> None:
        """Look later, or earlier if negative."""
        self.time_window.pan(seconds)
        self.look()

    def pan_notes(self, semitones: float) -> None:
        """Look at higher notes, or lower ones if negative, and stay there."""
        self.note_range.pan(semitones)
        self.look()

    def look_at(self, time: float) -> None:
        """Bring a moment (s) to the middle."""
        self.time_window.look_at(time)
        self.look()

    def follow(self) -> None:
        """Go back to now and stay with it."""
        self.time_window.follow()
        self.look()

    def pause(self) -> None:
        """Let the picture stand, or go on with the voice."""
        self.time_window.hold() if self.time_window.following else self.time_window.follow()
        self.look()

    def show_type(self) -> None:
        """Have the range of the music's voice type in sight."""
        voice = VOICES[self._music.voice]
        self.note_range.show_type(voice.low, voice.high)
        self.look()

    def look(self) -> None:
        """The user looks elsewhere: show that, and where the range follows the voice, the voice that is there."""
        if not self.time_window.following and self.roll.voices:
            voice = self.roll.voices[0]
            start = self.time_window.left - voice.shift
            part = voice.history.stretch(start, start + self.time_window.seconds)
            self.note_range.find(hz_to_midi(voice.history.f0[part], self._music.a4))
        self._shade()
        self.refresh()

    def _shade(self) -> None:
        voice = VOICES[self._music.voice]
        usual = (voice.low - 0.5, voice.high + 0.5) if self.note_range.held is Held.TYPE else None
        if usual != self.roll.usual:
            self.roll.usual = usual
            self.roll.tiles.forget()
        self.ranged.emit()

    # what is marked and selected

    @property
    def moment(self) -> float:
        """The second that the user means: now while a stream is followed, else that of the cursor, else the newest."""
        window, at = self.time_window, self.cursor.time_on(self.roll.scale_on_screen)
        if math.isnan(at) or (self._live and window.following):
            return min(window.now, window.right)
        return at

    def select(self, start: float, stop: float) -> None:
        """Select a stretch of time (s)."""
        self.selection.select(start, stop)
        self.tell_selection()

    def deselect(self) -> bool:
        """Select nothing; whether something was."""
        was = self.selection.clear()
        if was:
            self.tell_selection()
        return was

    def tell_selection(self) -> None:
        """The selection has changed: show it, and say so."""
        self.refresh()
        if (bounds := self.selection.bounds) is not None:
            self.selected.emit(*bounds)
        else:
            self.deselected.emit()

    def forget_marks(self) -> None:
        """Another stream or recording begins: no markers, no selection, no cursor."""
        self.markers.clear()
        self.deselect()
        self.cursor.put(math.nan)

    def _show_marks(self) -> None:
        self.refresh()
        self.marked.emit()

    def _rename(self, marker: Marker, name: str) -> None:
        if marker in list(self.markers):
            self.markers.rename(marker, name)

    def name_marker(self, marker: Marker) -> None:
        """Ask for the name of a marker, over its flag."""
        if not self.time_window.sees(marker.time):
            self.look_at(marker.time)
        self.naming.ask(marker, self.flags.box(marker) or QRectF(self.width() / 2, 0, 0, 0))

    # the cursor of the keys

    def put_cursor(self) -> None:
        """Let the picture stand and put the cursor at the newest pitch in sight."""
        window = self.time_window
        if self._live:
            window.hold()
        at = min(window.stop, window.right)
        if self.roll.voices:
            voice = self.roll.voices[0]
            part = voice.history.stretch(window.left - voice.shift, window.right - voice.shift)
            sung = voice.history.time[part][np.isfinite(voice.history.f0[part])] + voice.shift
            sung = sung[(sung >= window.left) & (sung <= window.right)]
            at = float(sung[-1]) if len(sung) else at
        self._move_cursor_to(at)

    def move_cursor(self, way: int, far: bool = False) -> None:
        """Move it a step later (1) or earlier (-1), ten steps if `far`; the picture goes along."""
        scale = self.roll.scale_on_screen
        step = max(CURSOR_STEP, CURSOR_PX / scale.px_per_second) * (FAR if far else 1)
        wanted = self.cursor.time_on(scale) + way * step
        self._move_cursor_to(min(max(wanted, self.time_window.start), self.time_window.stop))

    def _move_cursor_to(self, time: float) -> None:
        self.cursor.put(time)
        self.time_window.reveal(time)
        self.refresh()
        if (told := self.cursor.read(self.roll.scale_on_screen)) is not None:
            self.setAccessibleDescription(f"{told.pitch}, {told.detail}")

    def hide_cursor(self) -> None:
        """Put it away."""
        self.cursor.put(math.nan)
        self.setAccessibleDescription("")
        self.refresh()
