"""What is known of earlier practice, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Session:
    """One take that was judged."""

    id: int
    when: datetime
    """With the time zone that it was sung in."""
    exercise: str
    step: str
    target: str
    score: float
    """0..100; NaN if nothing of it was judged."""
    seconds: float
    """How long it was."""
    transposition: int
    """Semitones."""
    tempo: float
    """1 is as written."""
    take: Path | None
    """Its recording, which may have been moved or deleted since."""
    notes: int
    """That were to be sung."""
    hit: int
    """Of those."""
    ultrastar: int | None = None
    """Points, for UltraStar songs."""

    @property
    def day(self) -> date:
        """The singer's day."""
        return self.when.date()


@dataclass(frozen=True, slots=True)
class ExerciseProgress:
    """All takes of one exercise; scores are NaN if none was judged."""

    exercise: str
    sessions: int
    seconds: float
    best: float
    mean: float
    first: float
    """Score of the first take."""
    last: float
    """Score of the last take."""
    last_when: datetime


@dataclass(frozen=True, slots=True)
class NoteProgress:
    """All times that one note was to be sung."""

    midi: int
    times: int
    hit_share: float
    """0..1."""
    cents_off: float
    """Median, signed; NaN if it was never sung."""
    spread_cents: float
    """Half the width of the middle eight tenths of all times; NaN if it was sung fewer than two times."""


@dataclass(frozen=True, slots=True)
class DayProgress:
    """One of the singer's days."""

    day: date
    sessions: int
    seconds: float
    mean: float
    """Score; NaN if nothing was judged."""
    best: float


@dataclass(frozen=True, slots=True)
class RangeFound:
    """What the range finder found."""

    id: int
    when: datetime
    low: float
    """MIDI."""
    high: float

    @property
    def day(self) -> date:
        """The singer's day."""
        return self.when.date()

    @property
    def semitones(self) -> float:
        """From the lowest to the highest note."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Summary:
    """All of it in a few figures."""

    sessions: int = 0
    days: int = 0
    seconds: float = 0.0
    exercises: int = 0
    first: datetime | None = None
    last: datetime | None = None
