"""From salience to pitch: local weighted average round the peak, and voicing with hysteresis."""

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


def voicing(confidence: Floats, threshold: float, release: float, voiced: bool = False) -> NDArray[np.bool_]:
    """Which frames are voiced: a run begins at `threshold` and ends below `release`.

    It looks only back, so a frame is never revised; `voiced` is the frame before the first.
    """
    return np.asarray(_voicing(np.ascontiguousarray(confidence, np.float32), threshold, release, voiced))


@njit(cache=True)
def _voicing(confidence: Floats, threshold: float, release: float, voiced: bool) -> NDArray[np.bool_]:
    out = np.empty(len(confidence), np.bool_)
    for t in range(len(confidence)):
        voiced = confidence[t] >= (release if voiced else threshold)
        out[t] = voiced
    return out
