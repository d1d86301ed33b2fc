"""Vibrato: an even swing of the pitch round its slow course, found and taken apart from it.

In a stretch of about a second it is the sinusoid, its strength growing or shrinking evenly, that explains most of what
is left of the pitch after its slow course is taken away. A longer note is looked at second by second, since no voice
keeps its rate, and many begin their vibrato late; how far it swings is then measured over every two swings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

SLOWEST, FASTEST = 4.0, 8.5  # Hz
LEAST_EXTENT = 8.0  # cents; less is heard as a straight tone
LEAST_SHARE = 0.6  # of the variance, apart from the slow course
RATES = np.arange(3.5, 9.01, 0.1)  # Hz; what is found at either end is a drift or a tremor, not vibrato
SLIP = 250.0  # cents from the middle beyond which a frame is a slip of the tracker
SHORTEST, WINDOW, STEP = 0.5, 0.9, 0.1  # s: of a note, of what is looked at at once, between two looks
SWINGS = 2.0  # in the window that an extent is measured in
LEAST_TIME = 0.1  # of the looks: less of a note with vibrato is chance

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vibrato:
    """Of one note; NaN where there is none."""

    rate: float = math.nan
    """Swings per second."""
    extent: float = math.nan
    """Cents to either side of the middle, where the note has vibrato."""
    regularity: float = math.nan
    """0..1: share of the variance there, apart from the slow course, that an even swing explains."""

    def __bool__(self) -> bool:
        """Whether there is one."""
        return not math.isnan(self.rate)


NONE = Vibrato()


def vibrato(midi: ArrayLike, hop: float = 0.01) -> Vibrato:
    """The vibrato of one whole note, of any length.

    midi: (n,) fractional MIDI numbers, `hop` seconds apart; NaN and slips of the tracker are bridged. For 5.5 Hz of 60
    cents with noise of 5 cents, from 0.6 s on, rates are right within 0.2 Hz and extents within 5 cents.
    """
    cents = bridged(100.0 * np.asarray(midi, np.float64))
    if len(cents) * hop < SHORTEST:
        return NONE
    size = min(len(cents), round(WINDOW / hop))
    looks = sliding_window_view(cents, size)[:: max(1, round(STEP / hop))]
    rate, energy, total = (np.array(each) for each in zip(*(_strongest(look, hop) for look in looks), strict=True))
    good = np.isfinite(rate)
    if good.sum() < max(1.0, LEAST_TIME * len(looks)):
        return NONE
    good &= energy >= 0.5 * energy[good].max()
    middle = _weighted_median(rate[good], energy[good])
    extent = _extent(cents, middle, hop)
    if extent < LEAST_EXTENT or not SLOWEST <= middle <= FASTEST:
        return NONE
    return Vibrato(middle, extent, float(energy[good].sum() / total[good].sum()))


def swing(cents: Floats, hop: float = 0.01) -> tuple[Vibrato, Floats]:
    """The vibrato of about a second, (n,) cents without gaps, and its course (n,) cents: zero where there is none."""
    rate, energy, total = _strongest(cents, hop)
    if not math.isnan(rate):
        extent, course = _fitted(cents, rate, hop)
        if extent >= LEAST_EXTENT and SLOWEST <= rate <= FASTEST:
            return Vibrato(rate, extent, energy / total), course
    return NONE, np.zeros(len(cents))


def bridged(cents: Floats) -> Floats:
    """The same with slips and gaps (NaN) filled in from both sides; empty if nothing is left."""
    place = np.arange(len(cents))
    right = np.isfinite(cents)
    if right.any():
        right &= np.abs(np.where(right, cents, np.inf) - np.median(cents[right])) < SLIP
    return np.interp(place, place[right], cents[right]) if right.any() else cents[:0]


def _strongest(cents: Floats, hop: float) -> tuple[float, float, float]:
    """Rate (Hz, NaN where no swing stands out), what it explains, and all there was to explain (cents squared)."""
    trend, bases = _bases(len(cents), hop)
    course = cents - trend @ (trend.T @ cents)
    energy = ((bases @ course) ** 2).sum(axis=1)
    total, best = float(course @ course), int(energy.argmax())
    if not 0 < best < len(RATES) - 1 or energy[best] < LEAST_SHARE * total:
        return math.nan, 0.0, total
    before, here, after = energy[best - 1 : best + 2]
    rate = RATES[best] + 0.05 * (before - after) / (before - 2 * here + after)  # the parabola's top
    return float(rate), float(here), total


def _fitted(cents: Floats, rate: float, hop: float) -> tuple[float, Floats]:
    """Extent in the middle, and the course of a swing that grows or shrinks evenly."""
    time = _time(len(cents), hop)
    wave = _wave(time, rate)
    parts = np.concatenate([wave, wave * time[:, None], np.vander(time, 3)], axis=1)
    weights = np.linalg.lstsq(parts, cents - cents.mean(), rcond=None)[0]
    return math.hypot(weights[0], weights[1]), parts[:, :4] @ weights[:4]


def _extent(cents: Floats, rate: float, hop: float) -> float:
    """The middle one of the extents of every two swings, of those that are vibrato at all."""
    size = min(len(cents), round(SWINGS / (rate * hop)))
    time = _time(size, hop)
    parts = np.concatenate([_wave(time, rate), np.vander(time, 3)], axis=1)
    both = np.linalg.pinv(parts)[:2]
    local = np.hypot(*(both @ (sliding_window_view(cents, size) - cents.mean()).T))
    return float(np.median(local[local > 0.5 * np.percentile(local, 90)]))


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, 0.5 * reached[-1])])


def _time(n: int, hop: float) -> Floats:
    """Seconds from the middle of n frames."""
    return np.asarray((np.arange(n) - (n - 1) / 2) * hop, np.float64)


def _wave(time: Floats, rate: float) -> Floats:
    angle = 2 * np.pi * rate * time
    return np.asarray(np.stack([np.cos(angle), np.sin(angle)], axis=1), np.float64)


@lru_cache(maxsize=64)
def _bases(n: int, hop: float) -> tuple[Floats, Floats]:
    """For n frames, orthonormal: the slow course (n, 3), and at right angles to it swings at RATES (rates, 2, n)."""
    time = _time(n, hop)
    trend = np.linalg.qr(np.vander(time, 3))[0]
    waves = (_wave(time, rate) for rate in RATES)
    return trend, np.array([np.linalg.qr(wave - trend @ (trend.T @ wave))[0].T for wave in waves])
