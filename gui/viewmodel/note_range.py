"""The part of the note scale on screen: where the voice is, where the user put it, or a voice type's range."""

from __future__ import annotations

import math
from enum import Enum

import numpy as np
from numpy.typing import NDArray

LOWEST, HIGHEST = 12.0, 115.0  # MIDI numbers, C0 to G8
EASE = 0.22  # s, time constant of a move
MIN_SPAN, MAX_SPAN = 12.0, 72.0  # semitones: an octave to six
ROOM = 1.0  # semitone beyond either end of a voice type's range


class Held(Enum):
    """What decides which notes are in sight."""

    VOICE = "voice"
    """The sung voice: the picture follows it smoothly and rests while it is inside."""
    FIXED = "fixed"
    """The user."""
    TYPE = "type"
    """The range that the voice type of the music settings is written for."""


class NoteRange:
    """Visible range in fractional MIDI numbers."""

    def __init__(self, span: float = 24.0, centre: float = 60.0) -> None:
        self.span = span
        self.low = self._goal = centre - span / 2
        self.held = Held.VOICE
        self._found = False

    @property
    def high(self) -> float:
        """Upper end."""
        return self.low + self.span

    def follow(self, midi: float, seconds: float) -> None:
        """Let `seconds` pass with the voice at `midi` (NaN: silent). The first pitch is centred at once."""
        if self.held is not Held.VOICE:
            return
        if math.isfinite(midi):
            if not self._found:
                self._found = True
                self._aim(midi - self.span / 2)
                self.low = self._goal
            self._keep_inside(midi)
        self.low += (self._goal - self.low) * (1.0 - math.exp(-max(seconds, 0.0) / EASE))
        if abs(self._goal - self.low) < 0.01:
            self.low = self._goal

    def zoom(self, semitones: float, at: float = math.nan) -> None:
        """Show `semitones` more (or less, if negative); the pitch `at` stays in its place, without one the centre.

        A range that follows the voice has its centre stay and goes on following.
        """
        span = min(max(self.span + semitones, MIN_SPAN), MAX_SPAN)
        share = 0.5 if math.isnan(at) or self.held is Held.VOICE else (at - self.low) / self.span
        moved = share * (self.span - span)
        self.span = span
        self._aim(self._goal + moved)
        self.low = min(max(self.low + moved, LOWEST), HIGHEST - span)
        if self.held is Held.TYPE:
            self.held = Held.FIXED

    def pan(self, semitones: float) -> None:
        """Look at higher notes, or lower ones if negative, and stay there."""
        self.fix()
        self._aim(self.low + semitones)
        self.low = self._goal

    def fix(self) -> None:
        """Stay at what is in sight, whatever is sung."""
        self.held, self._goal = Held.FIXED, self.low

    def follow_voice(self) -> None:
        """Go with the voice again."""
        self.held = Held.VOICE

    def show_type(self, low: float, high: float) -> None:
        """Show the range of a voice type from its lowest to its highest note."""
        self.held = Held.TYPE
        self.span = min(max(high - low + 2 * ROOM, MIN_SPAN), MAX_SPAN)
        self._aim((low + high - self.span) / 2)
        self.low = self._goal

    def fit(self, low: float, high: float) -> None:
        """Show from one pitch to another and stay there."""
        self.held, self.span = Held.FIXED, min(max(high - low, MIN_SPAN), MAX_SPAN)
        self._aim((low + high - self.span) / 2)
        self.low = self._goal

    def become(self, other: NoteRange) -> None:
        """Show what another one shows."""
        vars(self).update(vars(other))

    def find(self, midi: NDArray[np.float64]) -> None:
        """Bring pitches (n,) into sight if the range follows the voice and less than half of them are in it."""
        midi = midi[np.isfinite(midi)]
        if self.held is Held.VOICE and 2 * np.count_nonzero((midi > self.low) & (midi < self.high)) < len(midi):
            self._aim(float(np.median(midi)) - self.span / 2)
            self.low = self._goal

    def reset(self) -> None:
        """Centre the next pitch at once: another voice begins."""
        self._found = False

    def _keep_inside(self, midi: float) -> None:
        edge = min(2.0, self.span / 8)
        rest = self.span / 4  # how far inside the voice comes to lie, so that the next step needs no move
        if midi < self._goal + edge:
            self._aim(midi - rest)
        elif midi > self._goal + self.span - edge:
            self._aim(midi + rest - self.span)

    def _aim(self, low: float) -> None:
        self._goal = min(max(low, LOWEST), HIGHEST - self.span)
