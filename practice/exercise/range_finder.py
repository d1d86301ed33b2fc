"""Finds a singer's range: leads from a comfortable note down, then up, and listens for what is held."""

from __future__ import annotations

import math
from enum import Enum

from ...model.convert import hz_to_midi
from ...realtime.frame import PitchFrame
from ..notes import midi_name
from ..voices import VOICES
from .glide_reach import GlideReach
from .hold import Hold
from .vocal_range import VocalRange

HELD = 0.7  # s
PATIENCE = 8.0  # s for a note that does not come, before the search turns or ends
FURTHER = 4  # semitones beyond the note asked for that a singer may jump
SOFTEST = 25.0  # dB below the comfortable note; what is softer is no singing but a hum in the room
CONFIDENCE = 0.3
SHORTEST_GLIDE = 5.0  # semitones
GLIDE_OVER = 4.0  # s of silence after a glide
LOWEST, HIGHEST = 24, 95  # C1 and B6: the tracker hears no further


class Phase(str, Enum):
    """What is being looked for."""

    COMFORTABLE = "comfortable"
    DOWN = "down"
    UP = "up"
    GLIDE = "glide"
    DONE = "done"


class RangeFinder:
    """Is fed frames and finds the lowest and highest note that a singer holds with ease.

    A note counts when it has been held for 0.7 s within 50 cents, vibrato apart. With `siren` the singer glides
    instead, and a pitch counts that lasts for 0.1 s. Pure: no clock, time is that of the frames.
    """

    def __init__(self, siren: bool = False, a4: float = 440.0) -> None:
        self.siren = siren
        self.a4 = a4
        self.restart()

    def restart(self) -> None:
        """Begin anew, with a new stream as well."""
        self.phase = Phase.GLIDE if self.siren else Phase.COMFORTABLE
        self.comfortable: int | None = None
        self.asked: int | None = None
        """The MIDI note that the singer is asked for; None where any will do."""
        self._low = self._high = 0
        self._loudest = -math.inf
        self._hold, self._reach = Hold(), GlideReach()
        self._time = self._asked_at = self._voiced_at = -math.inf

    def hear(self, frame: PitchFrame) -> bool:
        """Take a frame in; whether `phase`, `asked` or `range` changed by it.

        A frame that is not later than the last, as one that settles it, is left out.
        """
        if self.phase is Phase.DONE or frame.time <= self._time:
            return False
        if math.isinf(self._time):
            self._asked_at = frame.time
        self._time = frame.time
        before = (self.phase, self.asked, self.range)
        midi = self._sung(frame)
        if self.siren:
            self._glide(midi)
        else:
            self._holding(midi, frame.level)
        return before != (self.phase, self.asked, self.range)

    def enough(self) -> None:
        """The singer says that it goes no further: on to the next phase, or the end."""
        if self.phase is Phase.DOWN:
            self._ask(Phase.UP, self._high + 1)
        elif self.phase is Phase.UP or (self.phase is Phase.GLIDE and self.range):
            self._ask(Phase.DONE, None)

    @property
    def done(self) -> bool:
        """Whether the range is found."""
        return self.phase is Phase.DONE

    @property
    def range(self) -> VocalRange | None:
        """What has been found so far; None before the first note was held."""
        if self.siren:
            wide = self._reach.high - self._reach.low >= SHORTEST_GLIDE
            return VocalRange(round(self._reach.low), round(self._reach.high)) if wide else None
        return None if self.comfortable is None else VocalRange(self._low, self._high)

    @property
    def voice(self) -> str | None:
        """The voice type that fits the range best, an id of VOICES; None before there is one."""
        return self.range.voice if self.range else None

    @property
    def held(self) -> float:
        """Share of the needed time for which a note has been held, 0..1."""
        return min(self._hold.seconds / HELD, 1.0)

    @property
    def heard(self) -> int | None:
        """The MIDI note that is being held; None where none is."""
        return None if math.isnan(self._hold.midi) else round(self._hold.midi)

    @property
    def sentence(self) -> str:
        """What the singer is to do next."""
        found = self.range
        if self.phase is Phase.GLIDE:
            return _gliding(found)
        if found is None:
            return "Sing a comfortable note on ah and hold it."
        if self.phase is Phase.DONE:
            return f"Your range is {found.title}; the nearest voice type is {_lower(VOICES[found.voice].title)}."
        note = midi_name(self.asked or 0)
        if self.phase is Phase.DOWN:
            return f"Now hold {note}, a semitone lower. Stop where it is no longer easy."
        if self._high == self.comfortable:
            return f"{midi_name(found.low)} is your lowest note. Now go up: hold {note}."
        return f"Now hold {note}, a semitone higher. Stop where it is no longer easy."

    def _sung(self, frame: PitchFrame) -> float:
        """The frame's fractional MIDI number; NaN where it is no singing."""
        weak = frame.confidence < CONFIDENCE or frame.level < self._loudest - SOFTEST
        if weak or not frame.f0 > 0:
            return math.nan
        self._voiced_at = frame.time
        return hz_to_midi(frame.f0, self.a4)

    def _glide(self, midi: float) -> None:
        self._reach.add(self._time, midi)
        if self.range and self._time - self._voiced_at >= GLIDE_OVER:
            self._ask(Phase.DONE, None)

    def _holding(self, midi: float, level: float) -> None:
        self._hold.add(self._time, midi)
        if self._hold.seconds >= HELD - 1e-9 and self.heard is not None:
            self._take(self.heard, level)
        elif self.asked is not None and self._hold.seconds == 0.0 and self._time - self._asked_at >= PATIENCE:
            self.enough()

    def _take(self, note: int, level: float) -> None:
        """A note was held."""
        if self.phase is Phase.COMFORTABLE:
            self.comfortable = self._low = self._high = note
            self._loudest = level
            self._ask(Phase.DOWN, note - 1)
        elif self.phase is Phase.DOWN and self._low - 1 - FURTHER <= note < self._low:
            self._low = note
            self._ask(Phase.DOWN, note - 1)
        elif self.phase is Phase.UP and self._high < note <= self._high + 1 + FURTHER:
            self._high = note
            self._ask(Phase.UP, note + 1)
        elif self._time - self._asked_at >= 2 * PATIENCE:
            self.enough()

    def _ask(self, phase: Phase, note: int | None) -> None:
        self.phase, self.asked, self._asked_at = phase, note, self._time
        if note is not None and not LOWEST <= note <= HIGHEST:
            self.enough()


def _gliding(found: VocalRange | None) -> str:
    if found is None:
        return "Glide on oo from a comfortable note down as low as is easy, then up as high as is easy."
    return f"{found.title} so far. Glide again to go further, or be silent to end."


def _lower(title: str) -> str:
    """Without what is in brackets: "alto"."""
    return title.partition(" (")[0].lower()
