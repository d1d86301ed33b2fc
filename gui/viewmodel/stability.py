"""How steadily a note is held, and the vibrato on it, told apart.

A note is the stretch before now whose centre (the mean of a quarter of a second, which every vibrato crosses about
once) has stayed near where it is now. Its vibrato (practice/vibrato.py) is taken away before its spread is told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...practice.vibrato import NONE, SLIP, swing
from .history import FRAMES_PER_SECOND

LONGEST = FRAMES_PER_SECOND  # frames that count: the last second
SHORTEST, VIBRATO_SHORTEST = 40, 60  # frames of a note before which nothing can be said
CENTRE = 25  # frames whose mean leaves at most a fifth of a vibrato of 4 to 8.5 Hz
SAME_NOTE = 70.0  # cents that the centre of one note may wander
MIDDLE = (10, 90)  # percentiles: the spread is that of eight tenths of the time
STEP = 5  # frames: stretches are shortened to whole steps, so that few bases are kept

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stability:
    """Of the note held now; NaN where there is nothing to tell."""

    spread: float = math.nan
    """Cents to either side within which the pitch, vibrato taken away, was for eight tenths of the last second."""
    rate: float = math.nan
    """Vibrato's swings per second."""
    extent: float = math.nan
    """Vibrato's cents to either side of its middle."""

    @property
    def vibrato(self) -> bool:
        """Whether there is one."""
        return not math.isnan(self.rate)


UNKNOWN = Stability()


def stability(midi: ArrayLike) -> Stability:
    """Stability of the newest note in a stretch of voice without a gap.

    midi: (n,) fractional MIDI numbers, 100 a second, finite. With white noise of 3 cents, rates are right within 0.2 Hz
    and extents within a tenth plus 2 cents; a drift of d cents a second gives a spread of 0.4 d.
    """
    cents = _newest_note(100.0 * np.asarray(midi, np.float64)[-LONGEST - CENTRE :])
    if len(cents) < SHORTEST:
        return UNKNOWN
    cents = cents[len(cents) % STEP :]
    found, course = swing(cents, 1 / FRAMES_PER_SECOND) if len(cents) >= VIBRATO_SHORTEST else (NONE, 0.0)
    low, high = np.percentile(cents - course, MIDDLE)
    return Stability(float(high - low) / 2, found.rate, found.extent)


def _newest_note(cents: Floats) -> Floats:
    """The frames of the note that is held at the end, at most LONGEST; slips bridged."""
    if len(cents) < max(SHORTEST, CENTRE):
        return cents[:0]
    place = np.arange(len(cents))
    right = np.abs(cents - np.median(cents[-LONGEST:])) < SLIP
    if not right.any():
        return cents[:0]
    cents = np.interp(place, place[right], cents[right])
    centre = np.convolve(cents, np.full(CENTRE, 1 / CENTRE), "valid")  # centre[i] is that of cents[i + CENTRE // 2]
    away = np.flatnonzero(np.abs(centre - centre[-1]) > SAME_NOTE)
    first = int(away[-1]) + CENTRE if len(away) else 0  # the mean of that place reaches up to there
    return cents[max(first, len(cents) - LONGEST) :]
