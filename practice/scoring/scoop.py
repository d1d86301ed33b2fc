"""How a note began: on its pitch, or sliding to it from below or above."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EDGE = 0.015  # s at a note's beginning in which the tracker still hears what was before
ARRIVED = 12.0  # cents from its own course: the scoop is over
LEAST = 25.0  # cents
QUICKEST, LONGEST = 0.045, 0.45  # s; what is quicker is the attack, or the way from the note before
LONGEST_SHARE = 0.7  # of the note
FARTHEST = 2.0  # times what is first heard of a scoop it may have begun at
LASTS = 1.8  # times until it is near its course a scoop lasts at most: the slowing one is slow at its end
LENGTHS = np.arange(0.03, 0.601, 0.0025)  # s
SEEN = (-0.009, 0.0, 0.009)  # s round a frame of which its pitch is the mean


def scoop(time: Floats, away: Floats, start: float, length: float) -> tuple[float, float]:
    """Cents from the note's own course at which it began, and how many seconds that took; 0, 0 where it began there.

    time, away: (n,) s, and cents from the course that the note settled into. start, length: of the note, s.
    """
    usable = (time >= start + EDGE) & (time <= start + min(LENGTHS[-1], length))
    since, cents = time[usable] - start, away[usable]
    near = np.flatnonzero(np.abs(cents) <= ARRIVED)
    if not len(near) or near[0] < 2 or since[near[0]] > min(LONGEST, LONGEST_SHARE * length):
        return 0.0, 0.0
    longest = LASTS * since[near[0]] + EDGE
    begun, seconds = _nearest_shape(since[: near[0] + 3], cents[: near[0] + 3], longest)
    begun = math.copysign(min(abs(begun), FARTHEST * abs(cents[0])), cents[0])
    return (begun, seconds) if abs(begun) >= LEAST and seconds >= QUICKEST else (0.0, 0.0)


def _nearest_shape(since: Floats, cents: Floats, longest: float) -> tuple[float, float]:
    """Beginning (cents) and length (s, `longest` at most) of the scoop nearest to what was heard."""
    lengths = LENGTHS[: max(int(np.searchsorted(LENGTHS, longest)), 1)]
    left = np.stack([np.maximum(1 - (since + moved) / lengths[:, None], 0) for moved in SEEN])
    swung = 0.5 - 0.5 * np.cos(np.pi * np.minimum(left, 1))
    shapes = np.concatenate([shape.mean(axis=0) for shape in (left, left**2, swung)])  # even, slowing, both ends slow
    weights = shapes @ cents / np.maximum((shapes**2).sum(axis=1), 1e-9)
    best = int(((cents - weights[:, None] * shapes) ** 2).sum(axis=1).argmin())
    return float(weights[best]), float(lengths[best % len(lengths)])
