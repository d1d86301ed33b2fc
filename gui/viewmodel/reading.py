"""The current note as a person reads it: steady, and held for a moment after the voice stops."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ...model.convert import hz_to_midi
from ...practice.music import Music
from ...practice.notes import NO_NOTE
from ...realtime.frame import PitchFrame

HOLD = 0.7  # s that a note stays readable after its end
STEADY = 17  # frames, a swing of vibrato; name and figures show their median, so that they can be read
QUICK = 3  # frames; the needle shows theirs, so that it moves with the voice
BREAK = 0.06  # s of silence after which a new note begins
STALE = 0.5  # s without any frame after which nothing shown is current


@dataclass(frozen=True, slots=True)
class Reading:
    """What the note panel shows."""

    midi: int | None = None
    """Nearest note; None where there is none to show."""
    cents: float = math.nan
    """From the note to the voice, -50 to 50, steady enough to read."""
    needle: float = math.nan
    """Cents from the note to the voice of this moment; may leave -50 to 50 while the note changes."""
    hz: float = math.nan
    held: bool = False
    """True once the voice has stopped."""
    name: str = NO_NOTE
    """Of the note, with octave: "F♯3"; a dash where there is none."""


class CurrentNote:
    """Turns frames into the reading of the moment."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=STEADY)
        self._voiced_at = self._newest = -math.inf  # stream time
        self._fetched = -math.inf  # clock

    def observe(self, frames: Sequence[PitchFrame], clock: float) -> None:
        """Take frames that were fetched at `clock` (monotonic seconds)."""
        for frame in frames:
            self._newest = frame.time
            if frame.voiced:
                if frame.time - self._voiced_at > BREAK:
                    self._recent.clear()
                self._recent.append(frame.f0)
                self._voiced_at = frame.time
        if frames:
            self._fetched = clock

    def read(self, clock: float, music: Music) -> Reading:
        """The reading at `clock`, by the notes of the music."""
        stale = max(clock - self._fetched - STALE, 0.0)
        silence = self._newest - self._voiced_at + stale
        if not self._recent or silence > HOLD:
            return Reading()
        hz = median(self._recent)
        midi, cents = music.tuning.nearest(hz_to_midi(hz, music.a4))
        name = NO_NOTE if midi is None else music.name(midi)
        now = median(list(self._recent)[-QUICK:])
        return Reading(midi, cents, cents + 1200.0 * math.log2(now / hz), hz, silence > BREAK, name)
