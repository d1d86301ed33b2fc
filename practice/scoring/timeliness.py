"""How badly a take's timing fits its target, whatever constant delay it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..target.target import TargetNote
from .alignment import Stretch
from .voice import Voice

Floats = NDArray[np.float64]

ENTRY, LEAVING = 0.04, 0.1  # s: what an entry, and an end, is usually off by
MOST = 4.0  # that one note's entry costs: a note that is late is an exception, and no sign of a tempo
MOST_LEAVING = 1.0
MISSED = 4.0  # that a note costs that was not sung, or at another pitch
NEAR_PITCH = 1.5  # semitones


@dataclass(frozen=True, slots=True)
class Placement:
    """A second s of the take is the target's second (s - shift) * tempo."""

    shift: float = 0.0
    tempo: float = 1.0
    offset: float = 0.0
    """Semitones that the voice lies above the target as a whole."""

    def to_target(self, seconds: Floats) -> Floats:
        """Seconds of the target at seconds of the take."""
        return (seconds - self.shift) * self.tempo

    def to_take(self, second: float) -> float:
        """The second of the take at a second of the target."""
        return second / self.tempo + self.shift


def untimely(
    notes: Sequence[TargetNote], stretches: Sequence[Stretch | None], voice: Voice, placement: Placement
) -> float:
    """The cost of the notes' entries and ends, like a logarithm of odds, beside their middle delay."""
    sung = [
        (note, stretch)
        for note, stretch in zip(notes, stretches, strict=True)
        if stretch is not None and note.pitched and _in_tune(note, stretch, voice, placement.offset)
    ]
    missed = MISSED * (sum(note.pitched for note in notes) - len(sung))
    if not sung:
        return missed
    starts = voice.time[[stretch.first for _, stretch in sung]]
    ends = voice.time[[stretch.stop - 1 for _, stretch in sung]]
    asked = np.array([(note.start, note.end) for note, _ in sung]).T / placement.tempo + placement.shift
    entries, leavings = _apart(starts - asked[0]) / ENTRY, _apart(ends - asked[1]) / LEAVING
    costs = np.minimum(entries**2 / 2, MOST) + np.minimum(leavings**2 / 2, MOST_LEAVING)
    return float(missed + costs.sum())


def _apart(seconds: Floats) -> Floats:
    return seconds - np.median(seconds)


def _in_tune(note: TargetNote, stretch: Stretch, voice: Voice, offset: float) -> bool:
    away = float(np.nanmedian(voice.midi[stretch.first : stretch.stop])) - note.midi - note.glide / 2 - offset
    return abs(away - 12 * round(away / 12)) <= NEAR_PITCH
