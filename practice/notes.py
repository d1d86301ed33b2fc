"""Notes of the equal-tempered scale: their English names, and how far a pitch lies from the nearest one."""

from __future__ import annotations

import math
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..model.convert import hz_to_midi
from .naming import NoteNames
from .tuning import Tuning

BLACK_KEYS = frozenset({1, 3, 6, 8, 10})  # pitch classes of the black keys, C = 0
NO_NOTE = "–"
EQUAL_TUNING = Tuning()
ENGLISH = NoteNames()


def note_name(hz: float, a4: float = 440.0) -> str:
    """Name of the note nearest to `hz`, as "A4" or "F♯3"; "–" where there is no pitch (NaN, 0 or less)."""
    midi, _ = nearest_note(hz, a4)
    return NO_NOTE if midi is None else midi_name(midi)


def midi_name(midi: int) -> str:
    """Name of a MIDI note: 60 is "C4" (middle C), 69 is "A4"."""
    return ENGLISH.name(midi)


def is_black_key(midi: int) -> bool:
    """Whether a MIDI note is a black key of the piano."""
    return midi % 12 in BLACK_KEYS


def nearest_note(hz: float, a4: float = 440.0) -> tuple[int | None, float]:
    """MIDI number of the note nearest to `hz`, and the cents from it to `hz` (-50 to 50, sharp positive).

    (None, NaN) where there is no pitch: NaN, infinite, 0 Hz or less. `a4` in Hz; ValueError unless positive.
    """
    tuning = Tuning(a4)
    return tuning.nearest(hz_to_midi(hz, a4) if hz > 0 else math.nan)


@overload
def cents_off(midi: float) -> float: ...
@overload
def cents_off(midi: ArrayLike) -> NDArray[np.float64]: ...
def cents_off(midi: ArrayLike) -> float | NDArray[np.float64]:
    """Cents from the nearest note to a fractional MIDI number (-50 to 50), scalar or array; NaN stays NaN."""
    return EQUAL_TUNING.nearest(midi)[1]
