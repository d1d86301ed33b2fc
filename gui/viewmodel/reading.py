"""The current note as a person reads it: steady, and held for a moment after the voice stops."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import geometric_mean, median

from ...model.convert import hz_to_midi
from ...practice.music import Music
from ...practice.notes import NO_NOTE
from ...realtime.frame import PitchFrame
from .history import FRAMES_PER_SECOND
from .stability import CENTRE, LONGEST, UNKNOWN, Stability, stability

HOLD = 0.7  # s that a note stays readable after its end
STEADY = 17  # frames, a swing of vibrato; name and figures show their median, so that they can be read
QUICK = 3  # frames; the needle shows theirs, so that it moves with the voice
BREAK = 0.06  # s of silence after which a new note begins
STALE = 0.5  # s without any frame after which nothing shown is current
WIDEST_SWING = 3.0  # extents, top to bottom; more is a step to another note
STABILITY_EVERY = 0.2  # s; the figures move slowly enough to be read


@dataclass(frozen=True, slots=True)
class Reading:
    """What the note panel shows."""

    midi: int | None = None
    """Nearest note; None where there is none to show."""
    cents: float = math.nan
    """From the note to the voice, -50 to 50 in equal temperament, steady enough to read."""
    needle: float = math.nan
    """Cents from the note to the voice of this moment; may leave -50 to 50 while the note changes."""
    hz: float = math.nan
    held: bool = False
    """True once the voice has stopped."""
    name: str = NO_NOTE
    """Of the note, with octave: "F♯3"; a dash where there is none."""
    interval: str = ""
    """What the note is above the tonic: "major third"; empty without a scale."""
    sounding: str = ""
    """The sounding note, where the instrument writes another one."""
    stability: Stability = UNKNOWN
    time: float = math.nan
    """Seconds of the stream; NaN where it stands still."""

    @classmethod
    def of(cls, hz: float, music: Music) -> Reading:
        """The reading of one pitch; an empty one where there is none."""
        midi, cents = music.tuning.nearest(hz_to_midi(hz, music.a4))
        if midi is None:
            return cls()
        return cls(midi, cents, cents, hz, False, music.name(midi), music.interval(midi), music.sounding(midi))


class CurrentNote:
    """Turns frames into the reading of the moment."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=LONGEST + CENTRE)
        self._voiced_at = self._newest = -math.inf  # stream time
        self._fetched = -math.inf  # clock
        self._stability, self._judged = UNKNOWN, -math.inf

    def observe(self, frames: Sequence[PitchFrame], clock: float) -> None:
        """Take frames that were fetched at `clock` (monotonic seconds)."""
        for frame in frames:
            self._newest = frame.time
            if frame.voiced:
                if frame.time - self._voiced_at > BREAK:
                    self._recent.clear()
                    self._stability = UNKNOWN
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
        recent = list(self._recent)
        steady = Reading.of(self._middle(recent), music)
        needle = steady.cents + 1200.0 * math.log2(median(recent[-QUICK:]) / steady.hz)
        held = silence > BREAK
        if not held and self._voiced_at - self._judged >= STABILITY_EVERY:
            self._judged = self._voiced_at
            self._stability = stability(hz_to_midi(recent))
        return replace(steady, needle=needle, held=held, stability=self._stability, time=self._newest)

    def _middle(self, recent: Sequence[float]) -> float:
        """Hz that can be read: the mean of one swing of a known vibrato; the median where there is none, or a step."""
        known = self._stability
        if known.vibrato:
            swing = recent[-round(FRAMES_PER_SECOND / known.rate) :]
            if 1200.0 * math.log2(max(swing) / min(swing)) < WIDEST_SWING * known.extent:
                return geometric_mean(swing)
        return median(recent[-STEADY:])
