"""What is sung at this moment against what is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...model.convert import hz_to_midi
from ...realtime.frame import PitchFrame
from ..target.target import Target, TargetNote
from ..tuning import Tuning


@dataclass(frozen=True, slots=True)
class Sung:
    """A frame beside the note that it was sung to."""

    frame: PitchFrame
    time: float
    """Second of the target that the singer heard when making this sound; negative in the count-in."""
    note: TargetNote | None
    """What was to be sung then."""
    cents: float
    """From the pitch asked for at that moment, positive above it; NaN where unvoiced, or no pitch is asked for."""


def follow(frame: PitchFrame, time: float, target: Target, tuning: Tuning, octave_free: bool) -> Sung:
    """The frame against the note of the target at second `time`. octave_free: the nearest octave of it will do."""
    note = target.note_at(time)
    if note is None or not note.pitched or not frame.voiced:
        return Sung(frame, time, note, math.nan)
    cents = 100.0 * (hz_to_midi(frame.f0, tuning.a4) - note.midi_at(time))
    return Sung(frame, time, note, (cents + 600.0) % 1200.0 - 600.0 if octave_free else cents)
