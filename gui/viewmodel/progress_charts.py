"""The charts of the progress page as places and sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from statistics import fmean, median

from ...practice.progress.records import NoteProgress, Session
from .progress_found import Axis, Found
from .progress_words import counted, day_text, spent_text

MOST_SERIES = 3  # exercises with a line of their own
TREND_DAYS = 3  # days with a score, before there is a trend
WEEKLY_MEANS = 45  # days beyond which the mean of a week is shown instead of a day's
WEEKS_FROM = 120  # days beyond which minutes are added up by week
OFTEN = 3  # times that a note was to be sung, before it is called weak


@dataclass(frozen=True, slots=True)
class Point:
    """A take, or a day, in the chart of scores."""

    x: float
    """0..1 of the axis."""
    score: float
    said: str


@dataclass(frozen=True, slots=True)
class Series:
    """One exercise in the chart of scores: the mean of each day or week on a line, the takes as dots."""

    name: str
    means: tuple[Point, ...]
    takes: tuple[Point, ...]


def series(found: Found) -> tuple[Series, ...]:
    """The exercises that were sung most, each alone, and all others as one at the end."""
    by_name: dict[str, list[Session]] = {}
    for session in reversed(found.sessions):
        if not math.isnan(session.score):
            by_name.setdefault(session.exercise, []).append(session)
    most_first = sorted(by_name, key=lambda name: -len(by_name[name]))
    alone = most_first if len(most_first) <= MOST_SERIES + 1 else most_first[:MOST_SERIES]
    made = [_series(found.name(name), by_name[name], found) for name in alone]
    others = sorted((each for name in most_first[len(alone) :] for each in by_name[name]), key=lambda one: one.when)
    if others:
        made.append(_series(f"{len(most_first) - len(alone)} others", others, found))
    return tuple(made)


def _series(name: str, sessions: Sequence[Session], found: Found) -> Series:
    axis = found.axis
    takes = tuple(
        Point(
            axis.share(each.when),
            each.score,
            f"{day_text(each.day)}, {each.when:%H:%M}: {found.name(each.exercise)}, {each.score:.0f}",
        )
        for each in sessions
    )
    span = 7 if axis.days > WEEKLY_MEANS else 1
    scores: dict[int, list[float]] = {}
    for each in sessions:
        scores.setdefault((axis.last - each.day).days // span, []).append(each.score)
    means = tuple(
        Point(_middle(axis, span, place), fmean(those), f"{_when(axis, span, place)}: {name}, {fmean(those):.0f}")
        for place, those in sorted(scores.items(), reverse=True)
    )
    return Series(name, means, takes)


def _middle(axis: Axis, span: int, place: int) -> float:
    """Where a day lies, or a week; counted from the right, so that the last week is whole."""
    return max(1 - (place + 0.5) * span / axis.days, 0.0)


def _when(axis: Axis, span: int, place: int) -> str:
    last = axis.last - timedelta(days=span * place)
    return day_text(last) if span == 1 else f"{day_text(last - timedelta(days=6))} to {day_text(last)}"


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through the scores of days."""

    left: float
    """Score where the axis begins."""
    right: float
    a_week: float
    """Points of score."""


def trend(line: Series, axis: Axis) -> Trend | None:
    """The median of the slopes between every two days (Theil and Sen's), which one bad day does not tilt."""
    points = line.means
    if len(points) < TREND_DAYS:
        return None
    slope = median((b.score - a.score) / (b.x - a.x) for a, b in combinations(points, 2))
    left = median(each.score - slope * each.x for each in points)
    return Trend(left, left + slope, 7 * slope / axis.days)


def trend_text(found: Found) -> str:
    """How the scores go, in words."""
    lines = series(found)
    if len(lines) != 1:
        scores = [each.score for each in found.sessions if not math.isnan(each.score)]
        return f"mean {fmean(scores):.0f}" if scores else ""
    last, course = lines[0].takes[-1].score, trend(lines[0], found.axis)
    if course is None:
        return f"last {last:.0f}"
    if abs(course.a_week) < 0.5:
        return f"last {last:.0f}, even"
    return f"last {last:.0f}, {'+' if course.a_week > 0 else '−'}{abs(course.a_week):.1f} a week"


@dataclass(frozen=True, slots=True)
class Bar:
    """Minutes of a day or a week."""

    x: float
    """0..1, its middle."""
    width: float
    minutes: float
    said: str


def bars(found: Found) -> tuple[Bar, ...]:
    """One for each day on which something was sung; of a long time one for each week."""
    axis = found.axis
    span = 7 if axis.days > WEEKS_FROM else 1
    seconds: dict[int, float] = {}
    for each in found.days:
        place = (axis.last - each.day).days // span
        seconds[place] = seconds.get(place, 0.0) + each.seconds
    return tuple(_bar(axis, span, place, seconds[place]) for place in sorted(seconds, reverse=True))


def _bar(axis: Axis, span: int, place: int, seconds: float) -> Bar:
    said = f"{_when(axis, span, place)}: {spent_text(seconds)}"
    return Bar(_middle(axis, span, place), span / axis.days, seconds / 60, said)


def minutes_text(found: Found) -> str:
    """How much was practised, in words."""
    if not found.days:
        return ""
    seconds = sum(each.seconds for each in found.days)
    return f"{spent_text(seconds)} on {counted(len(found.days), 'day')}"


def weakest(notes: Sequence[NoteProgress]) -> NoteProgress | None:
    """The note to work on: hit least often, then furthest off; of those that were sung a few times, if any was."""
    known = [each for each in notes if each.times >= OFTEN] or notes
    if not known:
        return None
    return min(known, key=lambda each: (each.hit_share, -abs(each.cents_off) if each.hit_share else 0.0))
