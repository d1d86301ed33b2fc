"""How far one recording has to be shifted to lie over another of the same song."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...model.convert import hz_to_midi
from .history import FRAMES_PER_SECOND

STRAY = 1.0  # semitones; frames that differ by less speak for a shift, others against it
LARGEST = 12.0  # semitones; beyond, it does not matter by how much two frames differ from the middle

Floats = NDArray[np.float64]


def best_shift(first: Floats, second: Floats) -> float:
    """Seconds by which the second is to be shown later; NaN if one of them has no pitch.

    first, second: (n,), (m,) Hz every 10 ms, NaN where unvoiced. The best correlation of the two lines: where both
    sing, each frame counts STRAY² - d², d being the distance between the two lines from their mean distance; so a
    transposed line fits as well. Of equals the shift nearest to 0.
    """
    (a, sung_a), (b, sung_b) = _line(first), _line(second)
    if not sung_a.any() or not sung_b.any():
        return math.nan
    both = _correlation(sung_a, sung_b)
    sums = _correlation(a, sung_b) - _correlation(sung_a, b)
    squares = _correlation(a**2, sung_b) - 2 * _correlation(a, b) + _correlation(sung_a, b**2)
    # Where fewer than half a frame overlap only rounding is left.
    spread = squares - np.divide(sums**2, both, out=np.zeros_like(sums), where=both > 0.5)
    score = np.where(both > 0.5, STRAY**2 * both - np.maximum(spread, 0.0), 0.0)
    lags = np.arange(len(score)) - (len(b) - 1)
    best = np.flatnonzero(score > score.max() - 1e-6 * len(score))
    return float(lags[best[np.abs(lags[best]).argmin()]]) / FRAMES_PER_SECOND


def _line(f0: Floats) -> tuple[Floats, Floats]:
    """Semitones from the middle of the line, 0 where unvoiced; and 1 where it is voiced."""
    midi = hz_to_midi(np.asarray(f0, np.float64))
    sung = np.isfinite(midi)
    if not sung.any():
        return np.zeros(len(midi)), sung.astype(float)
    off = np.clip(np.where(sung, midi - np.median(midi[sung]), 0.0), -LARGEST, LARGEST)
    return off, sung.astype(float)


def _correlation(a: Floats, b: Floats) -> Floats:
    """Sum of a[i + lag] b[i] for every lag from 1 - len(b) to len(a) - 1."""
    size = len(a) + len(b) - 1
    n = 1 << (size - 1).bit_length()
    found: Floats = np.fft.irfft(np.fft.rfft(a, n) * np.fft.rfft(b[::-1], n), n)[:size]
    return found
