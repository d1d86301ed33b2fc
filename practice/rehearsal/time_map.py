"""The seconds of a recording against those of the target that was heard meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from ..target.target import Target

Floats = NDArray[np.float64]
SHORTEST = 0.001  # s that a note keeps, though the sound stopped in it


@dataclass(frozen=True)
class TimeMap:
    """Places where both are known, rising; straight between them, and at one second a second beyond.

    Two places are enough where the sound never stopped.
    """

    recording: tuple[float, ...]
    """Seconds."""
    target: tuple[float, ...]
    """Seconds."""

    @property
    def zero(self) -> float:
        """Second of the recording at which the target's 0 was heard."""
        return self.recorded_at(0.0)

    @property
    def rate(self) -> float:
        """Seconds of the target per second of the recording while it sounded."""
        if len(self.target) > 2:  # it stopped meanwhile; the drift of two clocks is nothing beside that
            return 1.0
        return (self.target[-1] - self.target[0]) / (self.recording[-1] - self.recording[0])

    @overload
    def recorded_at(self, target: float) -> float: ...
    @overload
    def recorded_at(self, target: Floats) -> Floats: ...
    def recorded_at(self, target: float | Floats) -> float | Floats:
        """Second of the recording for one of the target, scalar or array."""
        return _between(target, self.target, self.recording)

    @overload
    def target_at(self, recording: float) -> float: ...
    @overload
    def target_at(self, recording: Floats) -> Floats: ...
    def target_at(self, recording: float | Floats) -> float | Floats:
        """Second of the target for one of the recording, scalar or array."""
        return _between(recording, self.recording, self.target)

    def shifted(self, seconds: float) -> TimeMap:
        """The same for a recording that begins so much later."""
        return replace(self, recording=tuple(round(second - seconds, 6) for second in self.recording))

    def recorded(self, target: Target) -> Target:
        """The target's notes and beats where they were heard, in seconds of the recording."""
        starts = [self.recorded_at(note.start) for note in target.notes]
        ends = [max(self.recorded_at(note.end), s + SHORTEST) for note, s in zip(target.notes, starts, strict=True)]
        return replace(
            target,
            notes=tuple(replace(n, start=s, end=e) for n, s, e in zip(target.notes, starts, ends, strict=True)),
            beats=tuple(replace(beat, time=self.recorded_at(beat.time)) for beat in target.beats),
            beat_seconds=target.beat_seconds / self.rate,
        )


def _between(wanted: float | Floats, known: Sequence[float], sought: Sequence[float]) -> float | Floats:
    inside = np.clip(wanted, known[0], known[-1])
    found = np.interp(inside, known, sought) + (wanted - inside)
    return float(found) if np.ndim(wanted) == 0 else np.asarray(found, np.float64)
