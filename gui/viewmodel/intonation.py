"""How a line of the picture looks, as numbers: where it is broken, how far it is from its note, how sure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MAX_GAP = 0.025  # s between two frames that still belong to one line
MAX_LEAP = 3.0  # semitones between them; a larger step is a new note, not a glide

IN_TUNE = 15.0  # cents from the nearest note
NEAR = 35.0  # cents
BANDS = 3  # in tune, near, between two notes
SURE = (0.45, 0.75)  # confidence below which a line is drawn faint, and half faint
SHADES = len(SURE) + 1
STYLES = BANDS * SHADES  # of settled frames; as many more for instant ones


def band(cents: float) -> int:
    """Which band a distance from the nearest note belongs to: 0 in tune, 1 near, 2 between two notes."""
    return int(abs(cents) > IN_TUNE) + int(abs(cents) > NEAR)


def joined(time: NDArray[np.float64], midi: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a line joins each frame to the next: (n,) arrays give (n,), the last False."""
    with np.errstate(invalid="ignore"):
        near = (np.diff(time) < MAX_GAP) & (np.abs(np.diff(midi)) < MAX_LEAP)  # NaN compares False: a gap
    return np.append(near, False)


def styles(cents: NDArray[np.float64], confidence: NDArray[np.float64], settled: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Style of the line that leads to each frame, (n,): band + BANDS * shade of confidence + STYLES where instant.

    cents: from the nearest note to the notes' centres, so that vibrato round a note in tune is in tune.
    """
    bands = np.digitize(np.abs(cents), (IN_TUNE, NEAR))
    shade = np.digitize(confidence, SURE)
    style: NDArray[np.intp] = bands + BANDS * shade + STYLES * ~settled
    return style
