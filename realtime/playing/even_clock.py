"""The clock of a device against the program's: claims about single blocks jitter, what seconds of them say does not."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

PIECE = 0.25  # s of claims that become one point, their median
SPAN = 10.0  # s of points, before and after, that tell the offset at one place
STRAIGHT = 4.0  # s of points from which their slope, the drift, can be told
FASTEST = 2e-3  # s a second: no device drifts more
TORN = 0.005  # s that the offset moves at once where sound was lost, or early claims were wrong
LASTING = 4  # points that must agree about it
SETTLING = 1.5  # s from the start in which it is the claims that were wrong


class Point(NamedTuple):
    """What a piece of the stream says."""

    at: float
    """Second of the stream."""
    offset: float
    """From a second of the stream to its monotonic instant."""


class Line(NamedTuple):
    """What points say together."""

    at: float
    """Second of the stream."""
    offset: float
    """There."""
    drift: float
    """How much the offset grows in a second."""


class Stretch(NamedTuple):
    """A part of the stream in which nothing was lost."""

    start: float
    """Second of the stream, -inf for the first."""
    points: list[Point]


class EvenClock:
    """Seconds of a stream against `time.monotonic`, by claims about some of them.

    Theil and Sen's line through the points near the place asked for: up to a quarter of them may be wrong. It follows a
    clock that drifts, and begins anew where the stream was torn. One thread notes claims and tears; any may ask: what
    they read is appended to, or put in place in one step.
    """

    def __init__(self) -> None:
        self._stretches: tuple[Stretch, ...] = (Stretch(-math.inf, []),)
        self._claims: list[Point] = []
        self._known: dict[tuple[float, int], Line] = {}  # lines, until there is another point

    @property
    def tears(self) -> int:
        """How often sound was lost so far."""
        return len(self._stretches) - 1

    def note(self, second: float, instant: float) -> None:
        """Note that a second of the stream is claimed to be at a monotonic instant; seconds only increase."""
        if self._claims and second - self._claims[0].at > PIECE:
            self._end_piece()
            self._look_back()
        self._claims.append(Point(second, instant - second))

    def tear(self, second: float) -> None:
        """Note that sound was lost before this second of the stream, the next one that is noted."""
        if self._claims:
            self._end_piece()
        self._stretches = (*self._stretches, Stretch(second, []))

    def instant_of(self, second: float) -> float:
        """Monotonic instant (s) of a second of the stream, before and after it too; NaN before any claim."""
        stretches = self._stretches
        return second + self._offset(stretches[bisect_right(stretches, second, key=_start) - 1], second)

    def second_at(self, instant: float) -> float:
        """Second of the stream at a monotonic instant; NaN before any claim. Where sound was lost it stands still."""
        stretches = self._stretches
        starts = [stretch.start + self._offset(stretch, stretch.start) for stretch in stretches[1:]]
        number = bisect_right(starts, instant)
        second = instant
        for _ in range(3):  # the offset there changes little: this converges at once
            second = instant - self._offset(stretches[number], second)
        return min(second, stretches[number + 1].start) if number + 1 < len(stretches) else second

    def _end_piece(self) -> None:
        at, offset = np.median(self._claims, axis=0)
        self._stretches[-1].points.append(Point(float(at), float(offset)))
        self._claims, self._known = [], {}

    def _look_back(self) -> None:
        """See whether the newest points lie elsewhere than those before, though nobody has told of it."""
        start, points = self._stretches[-1]
        old, new = points[:-LASTING], points[-LASTING:]
        if not old or _goes_on(old, new):
            return
        before = self._stretches[:-1]
        if before and before[-1].points and _goes_on(before[-1].points, new):
            # Back where it was: nothing was lost, the claims in between were wrong.
            self._stretches = (*before[:-1], Stretch(before[-1].start, before[-1].points + new))
        elif new[0].at < SETTLING:
            self._stretches = (*before, Stretch(start, new))
        else:
            self._stretches = (*before, Stretch(start, old), Stretch(new[0].at - PIECE / 2, new))

    def _offset(self, stretch: Stretch, second: float) -> float:
        """From a second of the stream to its instant, by the points near it; NaN where there is none."""
        points, claims = stretch.points, self._claims[:]
        if not points:
            return float(np.median([claim.offset for claim in claims])) if claims else math.nan
        place = min(max(second, points[0].at), points[-1].at)
        known, key = self._known, (stretch.start, round(place / PIECE))
        if key not in known:
            first, last = (bisect_left(points, place + way, key=_at) for way in (-SPAN, SPAN))
            known[key] = _line(points[first:last])
        at, offset, drift = known[key]
        return offset + drift * (second - at)


def _start(stretch: Stretch) -> float:
    return stretch.start


def _at(point: Point) -> float:
    return point.at


def _goes_on(old: Sequence[Point], new: Sequence[Point]) -> bool:
    """Whether some of the new points lie where the old ones lead to."""
    at, offset, drift = _line(old[-round(SPAN / PIECE) :])
    moved = [point.offset - offset - drift * (point.at - at) for point in new]
    return min(moved) <= TORN and max(moved) >= -TORN


def _line(points: Sequence[Point]) -> Line:
    """The line through points by Theil and Sen."""
    at, offset = np.array(points).T
    middle = float(np.median(at))
    drift = 0.0
    if np.ptp(at) >= STRAIGHT:
        first, second = np.triu_indices(len(at), 1)
        drift = float(np.median((offset[second] - offset[first]) / (at[second] - at[first])))
        drift = min(max(drift, -FASTEST), FASTEST)
    return Line(middle, float(np.median(offset - drift * (at - middle))), drift)
