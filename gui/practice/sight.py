"""Which part of the picture is seen while one practises: what is to come, and notes round target and voice."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...practice.target.target import Target, TargetNote
from ..plot.pitch_view import PitchView

LEAD = 0.62  # of the width lies to the right of now
SECONDS = 9.0  # s that are seen at first
ROOM, NARROWEST = 3.0, 14.0  # semitones round what is to be sung; at least that many in all
OUTSIDE, MORE, MOST = 0.3, 4.0, 44.0  # s that a voice is outside before it is let in; semitones then; at most in all
BELOW_NOTE, ABOVE_NOTE = 2.0, 5.0  # semitones round a note that is looked at; what is said of it lies at the top
ROUND_NOTE = 0.8  # s before and after a note that is looked at
LONGEST_WHOLE = 30.0  # s of a take that are shown at once
END = 0.8  # s after the last note


class Sight:
    """Moves the windows of time and of notes."""

    def __init__(self, view: PitchView) -> None:
        self._view = view
        self._seconds = SECONDS  # kept from one practice to the next, as the user had it
        self._low, self._high = 48.0, 72.0
        self._start, self._stop = 0.0, 1.0
        self._outside = 0.0  # s

    def begin(self) -> None:
        """Practice has the stage."""
        window = self._view.time_window
        window.lead, window.seconds = LEAD, self._seconds

    def end(self) -> None:
        """Something else has it."""
        window = self._view.time_window
        if window.following:
            self._seconds = window.seconds
        window.lead = math.nan

    def show(self, target: Target, begin: float) -> None:
        """Show another target from its count-in on (s)."""
        window = self._view.time_window
        if not window.following:
            window.seconds = self._seconds
        self._seconds = window.seconds
        self._start, self._stop = begin, target.duration + END
        self._outside = 0.0
        low, high = target.range
        if math.isnan(low):
            low, high = 55.0, 65.0
        self._fit(low, high)

    def follow(self) -> None:
        """Go with now from here on, with as many seconds in sight as one can read."""
        self._view.time_window.seconds = self._seconds
        self._view.time_window.follow()

    def move(self, position: float) -> None:
        """Now is there; follow it unless the user looks elsewhere."""
        window = self._view.time_window
        behind, ahead = (1.0 - LEAD) * window.seconds, LEAD * window.seconds
        window.advance(self._start - behind, self._stop + ahead, position)

    def keep_voice_in(self, midi: float, passed: float) -> None:
        """Let in a voice (MIDI number, NaN in silence) that stays outside for a while, at once and with some room."""
        inside = math.isnan(midi) or self._low + 0.5 <= midi <= self._high - 0.5
        self._outside = 0.0 if inside else self._outside + passed
        if self._outside > OUTSIDE and max(self._high, midi) - min(self._low, midi) + MORE <= MOST:
            self._outside = 0.0
            self._low, self._high = min(self._low, midi - MORE), max(self._high, midi + MORE)
            self._set(self._low, self._high)

    def look_at(self, note: TargetNote, sung: NDArray[np.float64]) -> None:
        """Show a note as large as it can be, with what was sung there (MIDI numbers)."""
        self._keep_seconds()
        midi = [m for m in (note.midi, note.midi + note.glide) if not math.isnan(m)] + [float(m) for m in sung]
        if midi:
            self._set(min(midi) - BELOW_NOTE, max(midi) + ABOVE_NOTE)
        self._view.time_window.show(note.start - ROUND_NOTE, note.end + ROUND_NOTE)
        self._view.refresh()

    def look_at_all(self, target: Target, begin: float) -> None:
        """Show the whole take, or as much of it as can be read."""
        self._keep_seconds()
        self._set(self._low, self._high)
        self._view.time_window.show(max(begin, -1.0), min(target.duration + END, LONGEST_WHOLE))
        self._view.refresh()

    def _keep_seconds(self) -> None:
        if self._view.time_window.following:
            self._seconds = self._view.time_window.seconds

    def _fit(self, low: float, high: float) -> None:
        more = max(NARROWEST - (high - low + 2 * ROOM), 0.0) / 2
        self._low, self._high = low - ROOM - more, high + ROOM + more
        self._set(self._low, self._high)

    def _set(self, low: float, high: float) -> None:
        self._view.note_range.fit(low, high)
