"""From salience to pitch: local weighted average round the peak, and voicing with hysteresis and hold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .convert import CENTS_PER_BIN, CENTS_REFERENCE, FIRST_BIN_CENTS

REACH = 4  # bins on each side of the peak that the average takes in

Floats = NDArray[np.float32]


class Decoded(NamedTuple):
    """What one salience (n, 360) says of pitch."""

    candidate: Floats
    """(n,) Hz, in every frame."""
    confidence: Floats
    """(n,) 0..1, the largest salience."""


def decode(salience: Floats) -> Decoded:
    """Pitch and confidence of each frame: float32 (n, 360) in 0..1.

    f0 = 10 Hz · 2^(cents / 1200), where cents is the salience-weighted mean of the nine bins round the largest
    (RMVPE's decoding; bins beyond the ends count nothing). A frame without any salience gets the lowest bin.
    """
    return Decoded(*_decode(np.ascontiguousarray(salience, np.float32)))


@njit(cache=True)
def _decode(salience: Floats) -> tuple[Floats, Floats]:
    n, n_bins = salience.shape
    candidate = np.empty(n, np.float32)
    confidence = np.empty(n, np.float32)
    for t in range(n):
        peak = int(np.argmax(salience[t]))
        weight, moment = 0.0, 0.0
        for i in range(max(0, peak - REACH), min(n_bins, peak + REACH + 1)):
            weight += salience[t, i]
            moment += salience[t, i] * i
        mean = moment / weight if weight > 0.0 else float(peak)
        candidate[t] = CENTS_REFERENCE * 2.0 ** ((FIRST_BIN_CENTS + CENTS_PER_BIN * mean) / 1200.0)
        confidence[t] = salience[t, peak]
    return candidate, confidence


def voicing(confidence: Floats, threshold: float, release: float) -> NDArray[np.bool_]:
    """Which frames are voiced: a run begins at `threshold` and ends below `release`."""
    return run_lengths(confidence, threshold, release) > 0


def run_lengths(
    confidence: Floats,
    threshold: float,
    release: float,
    hold: int = 0,
    floor: float = 0.0,
    again: float = 0.0,
    before: int = 0,
) -> NDArray[np.int64]:
    """For how many frames the voiced run of each frame has lasted, that frame included: (n,), at most 0 where unvoiced.

    A run begins at `threshold` and ends below `release`. One that has lasted fewer than `hold` frames ends only
    below `floor` · `release`, so that a short peak of confidence does not flicker. Nor does a short dip: fewer than
    `hold` frames after a run, the next begins only at `again`, if that is more than `threshold`; such frames say how
    many they are, negative. With `hold` 0 neither is. It looks only back, so a frame is never revised; `before` is the
    value of the frame before the first.
    """
    values = np.ascontiguousarray(confidence, np.float32)
    limits = float(threshold), float(release), float(floor), max(float(threshold), float(again))
    return np.asarray(_run_lengths(values, limits, int(hold), int(before)))


@njit(cache=True)
def _run_lengths(
    confidence: Floats, limits: tuple[float, float, float, float], hold: int, before: int
) -> NDArray[np.int64]:
    threshold, release, floor, again = limits
    out = np.empty(len(confidence), np.int64)
    length = before
    for t in range(len(confidence)):
        if length < 0:
            limit = again
        elif length == 0:
            limit = threshold
        elif length < hold:
            limit = floor * release
        else:
            limit = release
        if confidence[t] >= limit:
            length = max(length, 0) + 1
        elif length > 0:
            length = -1 if hold > 1 else 0
        elif length < 0:
            length = length - 1 if length - 1 > -hold else 0
        out[t] = length
    return out
