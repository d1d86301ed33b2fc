"""How far a glide reaches, without what the tracker makes up."""

from __future__ import annotations

import math
from collections import deque

DWELL = 0.1  # s that a pitch lasts before it is believed
LEAP = 3.0  # semitones between two frames: no glide is as quick, another strand of voice begins
SLIP = 1.0  # semitones by which a leap may differ from an octave or a twelfth and be a slip
SLIPS = (12.0, 19.0, 24.0)
SETTLED = 0.3  # s that a strand lasts before leaps from it are slips, and not the other way round
RETURN = 5.0  # semitones from where it slipped: the voice is followed again
SILENCE = 0.3  # s after which the voice may begin anywhere


class GlideReach:
    """Lowest and highest pitch of a gliding voice, each lasting for 0.1 s at least.

    A leap of an octave within a breath is the tracker's slip and is left out until the voice is back.
    """

    def __init__(self) -> None:
        self.low = math.inf
        """Fractional MIDI number; inf before the voice was heard."""
        self.high = -math.inf
        """Fractional MIDI number; -inf before the voice was heard."""
        self._strand: deque[tuple[float, float]] = deque()
        self._began = 0.0
        self._slipped = False
        self._silent_since: float | None = None

    def add(self, time: float, midi: float) -> None:
        """A frame: seconds, later than the last; fractional MIDI number, NaN without voice."""
        if math.isnan(midi):
            self._pause(time)
            return
        self._silent_since = None
        leap = abs(midi - self._strand[-1][1]) if self._strand else math.inf
        self._slipped = self._slips(time, leap)
        if self._slipped:
            return
        if leap > LEAP:
            self._strand.clear()
            self._began = time
        self._strand.append((time, midi))
        self._believe(time)

    def _pause(self, time: float) -> None:
        if self._silent_since is None:
            self._silent_since = time
        elif time - self._silent_since >= SILENCE:
            self._strand.clear()
            self._slipped = False

    def _slips(self, time: float, leap: float) -> bool:
        if self._slipped:
            return leap > RETURN
        return time - self._began >= SETTLED and any(abs(leap - slip) <= SLIP for slip in SLIPS)

    def _believe(self, time: float) -> None:
        while len(self._strand) > 1 and self._strand[1][0] <= time - DWELL:
            self._strand.popleft()
        if time - self._strand[0][0] < DWELL:
            return
        # What the voice was at or below for so long is the highest pitch of that time, and the other way round.
        pitches = [pitch for _, pitch in self._strand]
        self.low = min(self.low, max(pitches))
        self.high = max(self.high, min(pitches))
