"""The published decoding in float64, written from its definition: what ours is compared with."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

FIRST_BIN = 1997.3794084376191  # cents above 10 Hz
BIN = 20.0  # cents
REACH = 4  # bins on either side of the peak


def cents_of(salience: NDArray[np.float32]) -> NDArray[np.float64]:
    """Pitch of each frame in cents above 10 Hz: salience (n, 360) -> (n,).

    The mean of the nine bins round the largest, weighted by salience; the bins are continued with zeros at both ends,
    in salience and cents alike.
    """
    padded = np.pad(salience.astype(np.float64), ((0, 0), (REACH, REACH)))
    centres = np.pad(FIRST_BIN + BIN * np.arange(salience.shape[1]), REACH)
    peak = salience.argmax(axis=1)
    frames = np.arange(len(salience))
    weights = sliding_window_view(padded, 2 * REACH + 1, axis=1)[frames, peak]
    cents = sliding_window_view(centres, 2 * REACH + 1)[peak]
    return np.asarray((weights * cents).sum(axis=1) / weights.sum(axis=1))
