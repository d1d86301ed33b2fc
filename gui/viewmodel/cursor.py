"""What the picture shows at one place, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...model.convert import hz_to_midi, midi_to_hz
from ...practice.music import Music
from ..look.wording import cents_text
from .clock import moment_text
from .history import PitchHistory

CLOSE = 0.006  # s from a moment to a frame that is the one of that moment


@dataclass(frozen=True, slots=True)
class Readout:
    """Two lines about a moment."""

    pitch: str
    """Note and cents, or that there is no voice."""
    detail: str
    """Hz and time."""
    midi: float
    """Of the trace at that moment, fractional; NaN where the voice is silent."""


def read_at(
    history: PitchHistory, time: float, shift: float, within: float, music: Music, pointed: float = math.nan
) -> Readout:
    """The trace at `time` (s), or up to `within` seconds beside it; `shift`: seconds that it is shown later.

    pointed: the pitch under the mouse, told where the voice is silent; NaN where no mouse is.
    """
    hz = pitch_near(history, time - shift, max(within, CLOSE))
    midi = hz_to_midi(hz, music.a4)
    if not math.isnan(midi):
        return Readout(_note_text(midi, music), f"{hz:.1f} Hz  ·  {moment_text(time)}", midi)
    if math.isnan(pointed):
        return Readout("No voice", moment_text(time), math.nan)
    detail = f"{midi_to_hz(pointed, music.a4):.1f} Hz at the mouse  ·  {moment_text(time)}"
    return Readout(_note_text(pointed, music), detail, math.nan)


def pitch_near(history: PitchHistory, time: float, within: float) -> float:
    """Hz of the voiced frame nearest to `time`, at most `within` seconds away; NaN without one."""
    part = history.stretch(time - within, time + within)
    distance = np.abs(history.time[part] - time)
    voiced = np.isfinite(history.f0[part]) & (distance <= within)
    if not voiced.any():
        return math.nan
    return float(history.f0[part][np.argmin(np.where(voiced, distance, np.inf))])


def _note_text(midi: float, music: Music) -> str:
    note, cents = music.tuning.nearest(midi)
    return "" if note is None else f"{music.name(note)}  {cents_text(cents)}"


def free_place(spans: NDArray[np.float64], size: float, low: float, high: float, wanted: float) -> float | None:
    """Where between `low` and `high` a thing of a size fits beside what lies at `spans`, nearest to `wanted`.

    spans: (n, 2) lowest and highest place of each thing, NaN for none. None where there is no room.
    """
    length = math.floor(high - low)
    if length < size:
        return None
    places = np.clip(spans[np.isfinite(spans).all(axis=1)] - low, 0, length).astype(np.intp)
    edges = np.zeros(length + 2, int)
    np.add.at(edges, places[:, 0], 1)
    np.add.at(edges, places[:, 1] + 1, -1)
    taken = np.r_[0, np.cumsum(np.cumsum(edges[:length]) > 0)]
    need = math.ceil(size)
    free = np.flatnonzero(taken[need:] == taken[:-need]) if need <= length else np.empty(0, int)
    return low + float(free[np.argmin(np.abs(free - (wanted - low)))]) if len(free) else None
