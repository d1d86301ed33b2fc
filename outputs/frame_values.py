"""A frame as named plain values, as every output that speaks JSON gives it out."""

from __future__ import annotations

import math

from ..model.convert import hz_to_midi
from ..practice.naming import NoteNames
from ..practice.notes import ENGLISH, nearest_note
from ..realtime.frame import PitchFrame

Values = dict[str, float | bool | str | None]


def frame_values(frame: PitchFrame, a4: float = 440.0, names: NoteNames = ENGLISH) -> Values:
    """What a frame says, ready for JSON; None where there is no such number.

    time (s), f0 (Hz), midi (fractional, 69 = A4), note (name of the nearest), cents (from that note), confidence
    (0..1), level (dBFS; None for digital silence), voiced, settled.
    """
    note, cents = nearest_note(frame.f0, a4)
    return {
        "time": round(frame.time, 4),
        "f0": _number(frame.f0, 3),
        "midi": _number(hz_to_midi(frame.f0, a4), 4),
        "note": None if note is None else names.name(note),
        "cents": _number(cents, 2),
        "confidence": _number(frame.confidence, 4),
        "level": _number(frame.level, 2),
        "voiced": frame.voiced,
        "settled": frame.settled,
    }


def _number(value: float, digits: int) -> float | None:
    """JSON knows neither NaN nor infinity."""
    return round(float(value), digits) if math.isfinite(value) else None
