"""The part of the note scale on screen: it follows the voice smoothly and rests while the voice is inside."""

from __future__ import annotations

import math

LOWEST, HIGHEST = 12.0, 115.0  # MIDI numbers, C0 to G8
EASE = 0.22  # s, time constant of a move
MIN_SPAN, MAX_SPAN = 12.0, 48.0  # semitones


class NoteRange:
    """Visible range in fractional MIDI numbers."""

    def __init__(self, span: float = 24.0, centre: float = 60.0) -> None:
        self.span = span
        self.low = self._goal = centre - span / 2
        self._found = False

    @property
    def high(self) -> float:
        """Upper end."""
        return self.low + self.span

    def follow(self, midi: float, seconds: float) -> None:
        """Let `seconds` pass with the voice at `midi` (NaN: silent). The first pitch is centred at once."""
        if math.isfinite(midi):
            if not self._found:
                self._found = True
                self._aim(midi - self.span / 2)
                self.low = self._goal
            self._keep_inside(midi)
        self.low += (self._goal - self.low) * (1.0 - math.exp(-max(seconds, 0.0) / EASE))
        if abs(self._goal - self.low) < 0.01:
            self.low = self._goal

    def zoom(self, semitones: float) -> None:
        """Show `semitones` more (or less, if negative) round the same centre."""
        span = min(max(self.span + semitones, MIN_SPAN), MAX_SPAN)
        grown = span - self.span
        self.span = span
        self.low -= grown / 2
        self._aim(self._goal - grown / 2)

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
