"""What the progress page shows, looked up on another thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ...practice.progress.records import DayProgress, NoteProgress, RangeFound, Session, Summary
from ...practice.progress.store import Progress
from .progress_words import day_text

SHORTEST = 7  # days that are shown at least

PERIODS = ((7, "Last 7 days"), (30, "Last 30 days"), (91, "Last 3 months"), (365, "Last 12 months"), (0, "All time"))
"""Days, 0 for all, and how it is called."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be seen: an exercise ("" for all), and how many days up to today (0 for all)."""

    exercise: str = ""
    days: int = 30

    def since(self, today: date) -> date | None:
        """The first day that is meant."""
        return today - timedelta(days=self.days - 1) if self.days else None


@dataclass(frozen=True, slots=True)
class Found:
    """What there is for a wish."""

    wish: Wish
    today: date
    whole: Summary
    """Of everything that is kept, whatever the wish."""
    names: tuple[tuple[str, str], ...]
    """Every exercise that was sung: as it is kept, and as it is called."""
    sessions: tuple[Session, ...]
    notes: tuple[NoteProgress, ...]
    days: tuple[DayProgress, ...]
    ranges: tuple[RangeFound, ...]

    def name(self, exercise: str) -> str:
        """What an exercise is called."""
        return dict(self.names).get(exercise, exercise)

    @property
    def axis(self) -> Axis:
        """The days that are shown."""
        first = self.wish.since(self.today)
        if first is None:
            known = [*(each.day for each in self.days), *(each.day for each in self.ranges)]
            first = min(known, default=self.today)
        last = max([self.today, *(each.day for each in self.days)])  # a clock may have been wrong
        return Axis(min(first, last - timedelta(days=SHORTEST - 1)), last)


def look_up(progress: Progress, wish: Wish, today: date) -> Found:
    """Everything for a wish. ProgressError."""
    exercise, since = wish.exercise or None, wish.since(today)
    return Found(
        wish,
        today,
        progress.summary(),
        tuple((name, title_of(name)) for name in progress.exercises()),
        progress.sessions(exercise, since),
        progress.by_note(exercise, since),
        progress.by_day(exercise, since),
        _ranges(progress, since),
    )


def _ranges(progress: Progress, since: date | None) -> tuple[RangeFound, ...]:
    """Those of the period, and the one before that held until then."""
    if since is None:
        return progress.ranges()
    return progress.ranges(until=since - timedelta(days=1))[-1:] + progress.ranges(since)


def title_of(exercise: str) -> str:
    """What an exercise is called; a song has its name already."""
    from ...practice.exercise.exercises import EXERCISES

    return next((each.title for each in EXERCISES if each.id == exercise), exercise)


@dataclass(frozen=True, slots=True)
class Axis:
    """Days from left to right."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def share(self, moment: datetime) -> float:
        """Where a moment lies: 0 left, 1 right; 0 what was before."""
        hours = moment.hour + moment.minute / 60
        return max(((moment.date() - self.first).days + hours / 24) / self.days, 0.0)

    def middle(self, day: date) -> float:
        """Where a day's noon lies."""
        return ((day - self.first).days + 0.5) / self.days

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """At most so many days with their places, evenly spread."""
        step = next(step for step in _steps() if self.days / step <= max(most, 1))
        offsets = range((self.days - 1) % step, self.days, step)  # today has one
        days = [self.first + timedelta(days=offset) for offset in offsets]
        return [(self.middle(day), day_text(day, self.days > 300)) for day in days]


def _steps() -> Sequence[int]:
    return [*(1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 61, 91, 122, 183), *(365 * years for years in range(1, 200))]
