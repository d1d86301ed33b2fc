"""How steadily a note is held, and the vibrato on it, told apart.

A note is the stretch before now whose centre (the mean of a quarter of a second, which every vibrato crosses about
once) has stayed near where it is now. Vibrato is the sinusoid that explains most of what is left of the pitch after its
slow course is taken away; the sinusoid, its strength growing or shrinking evenly, is then taken away itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .history import FRAMES_PER_SECOND

LONGEST = FRAMES_PER_SECOND  # frames that count: the last second
SHORTEST, VIBRATO_SHORTEST = 40, 60  # frames of a note before which nothing can be said
CENTRE = 25  # frames whose mean leaves at most a fifth of a vibrato of 4 to 8.5 Hz
SAME_NOTE = 70.0  # cents that the centre of one note may wander
SLIP = 250.0  # cents from the middle beyond which a frame is a slip of the tracker
MIDDLE = (10, 90)  # percentiles: the spread is that of eight tenths of the time
RATES = np.arange(3.5, 9.01, 0.1)  # Hz; what is found at either end is a drift or a tremor, not vibrato
SLOWEST, FASTEST = 4.0, 8.5  # Hz
LEAST_EXTENT = 8.0  # cents; less is heard as a straight tone
LEAST_SHARE = 0.6  # of the variance, apart from the slow course
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
    rate, extent, swing = _vibrato(cents) if len(cents) >= VIBRATO_SHORTEST else (math.nan, math.nan, 0.0)
    low, high = np.percentile(cents - swing, MIDDLE)
    return Stability(float(high - low) / 2, rate, extent)


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


def _vibrato(cents: Floats) -> tuple[float, float, Floats | float]:
    """Rate, extent and course of the vibrato; NaN, NaN and 0 where there is none."""
    trend, bases = _bases(len(cents))
    course = cents - trend @ (trend.T @ cents)
    energy = ((bases @ course) ** 2).sum(axis=1)
    total, best = float(course @ course), int(energy.argmax())
    if not 0 < best < len(RATES) - 1 or energy[best] < LEAST_SHARE * total:
        return math.nan, math.nan, 0.0
    before, here, after = energy[best - 1 : best + 2]
    rate = float(RATES[best] + 0.05 * (before - after) / (before - 2 * here + after))  # the parabola's top
    extent, swing = _swing(cents, rate)
    if extent < LEAST_EXTENT or not SLOWEST <= rate <= FASTEST:
        return math.nan, math.nan, 0.0
    return rate, extent, swing


def _swing(cents: Floats, rate: float) -> tuple[float, Floats]:
    time = _time(len(cents))
    wave = np.stack([np.cos(2 * np.pi * rate * time), np.sin(2 * np.pi * rate * time)], axis=1)
    parts = np.concatenate([wave, wave * time[:, None], np.vander(time, 3)], axis=1)
    weights = np.linalg.lstsq(parts, cents - cents.mean(), rcond=None)[0]
    return math.hypot(weights[0], weights[1]), parts[:, :4] @ weights[:4]


def _time(n: int) -> Floats:
    """Seconds from the middle of n frames."""
    return (np.arange(n) - (n - 1) / 2) / FRAMES_PER_SECOND


@lru_cache(maxsize=LONGEST // STEP)
def _bases(n: int) -> tuple[Floats, Floats]:
    """For n frames, orthonormal: the slow course (n, 3), and at right angles to it swings at RATES (rates, 2, n)."""
    time = _time(n)
    trend = np.linalg.qr(np.vander(time, 3))[0]
    swings = []
    for rate in RATES:
        wave = np.stack([np.cos(2 * np.pi * rate * time), np.sin(2 * np.pi * rate * time)], axis=1)
        swings.append(np.linalg.qr(wave - trend @ (trend.T @ wave))[0].T)
    return trend, np.array(swings)
