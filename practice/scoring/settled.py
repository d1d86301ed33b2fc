"""The course of one note taken apart: its scoop, the settled pitch, drift, vibrato, and what is left."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..vibrato import NONE, Vibrato, swing, vibrato
from .scoop import scoop

Floats = NDArray[np.float64]

LAST = 0.5  # share of a note, its later one, that its scoop is first looked for beside
BEGIN, RELEASE = 0.05, 0.04  # s at either end of a note that do not count, or
SHORT = 0.2  # of its length, where that is less
BEND = 0.02  # s that the tracker takes to follow the end of a scoop
BRIEF, LONG = 0.3, 0.55  # s: in a note of such a length a vibrato must be plain:
PLAIN_SHARE, PLAIN_EXTENT = 0.92, 25.0  # of the variance; cents
ROUNDS = 3
SLIP = 350.0  # cents from the middle: the tracker's, not the singer's
MIDDLE = (10, 90)  # percentiles
FAR, APART = 10.0, 4.0  # cents, and times the median distance: a point so far from the middle bends no line


@dataclass(frozen=True)
class Course:
    """What one note's pitch did, in cents from the pitch asked for; NaN where it does not apply."""

    cents: float = math.nan
    """Median of the settled middle."""
    spread: float = math.nan
    drift: float = math.nan
    """From the note's beginning to its end, by the straight line through the settled middle."""
    scoop: float = 0.0
    scoop_seconds: float = 0.0
    vibrato: Vibrato = NONE


def course(time: Floats, cents: Floats, start: float, end: float, hop: float) -> Course:
    """Takes the note's voiced frames, (n,) s and cents from the pitch asked for, and where it began and ended (s)."""
    right = np.abs(cents - np.median(cents[len(cents) // 3 :])) < SLIP
    time, cents = time[right], cents[right]
    length = end - start
    release = end - min(RELEASE, SHORT * length)
    arrived = start if _vibrato(cents, hop) else start + LAST * length
    begun, seconds = 0.0, 0.0
    for _ in range(ROUNDS):
        settled = _between(time, arrived + BEND, release)
        found = _vibrato(cents[_between(time, arrived, end)], hop) or _vibrato(cents[settled], hop)
        line = _Line.through(time[settled], cents[settled], found)
        begun, seconds = scoop(time, cents - line.at(time), start, length)
        arrived = start + min(seconds, LAST * length)
    settled = _between(time, max(arrived + BEND, start + min(BEGIN, SHORT * length)), release)
    found = _vibrato(cents[_between(time, arrived, end)], hop) or _vibrato(cents[settled], hop)
    line = _Line.through(time[settled], cents[settled], found)
    low, high = np.percentile(cents[settled] - line.at(time[settled]), MIDDLE)
    return Course(
        cents=float(np.median(cents[settled] - line.swing(time[settled]))),
        spread=float(high - low) / 2,
        drift=line.slope * length,
        scoop=begun,
        scoop_seconds=seconds,
        vibrato=found,
    )


def _vibrato(cents: Floats, hop: float) -> Vibrato:
    """Also that of a short note, if it is plain to see."""
    if len(cents) * hop >= LONG or len(cents) * hop < BRIEF:
        return vibrato(cents / 100, hop)
    found = swing(cents, hop)[0]
    return found if found.regularity >= PLAIN_SHARE and found.extent >= PLAIN_EXTENT else NONE


def _between(time: Floats, first: float, last: float) -> NDArray[np.bool_]:
    """Which frames lie there; the nearest three where there are fewer."""
    inside = (time >= first) & (time <= last)
    if inside.sum() >= 3:
        return inside
    away = np.abs(time - (first + last) / 2)
    return np.asarray(away <= np.sort(away)[min(2, len(away) - 1)])


@dataclass(frozen=True)
class _Line:
    """A straight line with an even swing on it."""

    centre: float
    weights: Floats
    rate: float

    @classmethod
    def through(cls, time: Floats, cents: Floats, vibrato: Vibrato) -> _Line:
        """The one nearest to the points, those left out that lie far from where most do: a turn at the note's end."""
        centre = float(time.mean())
        rate = vibrato.rate if vibrato else 0.0
        parts, kept = _parts(time - centre, rate), np.ones(len(time), bool)
        if not rate:
            away = np.abs(cents - np.median(cents))
            kept = away <= max(FAR, APART * float(np.median(away)))
        weights = np.asarray(np.linalg.lstsq(parts[kept], cents[kept], rcond=None)[0], np.float64)
        return cls(centre, weights, rate)

    @property
    def slope(self) -> float:
        """Cents a second."""
        return float(self.weights[1])

    def at(self, time: Floats) -> Floats:
        return np.asarray(_parts(time - self.centre, self.rate) @ self.weights)

    def swing(self, time: Floats) -> Floats:
        return np.asarray(_parts(time - self.centre, self.rate)[:, 2:] @ self.weights[2:])


def _parts(time: Floats, rate: float) -> Floats:
    columns = [np.ones_like(time), time]
    if rate:
        wave = [np.cos(2 * np.pi * rate * time), np.sin(2 * np.pi * rate * time)]
        columns += [*wave, *(each * time for each in wave)]
    return np.stack(columns, axis=1)
