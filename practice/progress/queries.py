"""What is asked of the tables, and made into records."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean, median

from ..target.target import Manner
from .instants import restored
from .records import DayProgress, ExerciseProgress, NoteProgress, RangeFound, Session, Summary

MIDDLE = 0.1  # of the times is left out at either end


@dataclass(frozen=True, slots=True)
class Scope:
    """Which sessions are meant: of one exercise, on the singer's days from `since` to `until`; None means all."""

    exercise: str | None = None
    since: date | None = None
    until: date | None = None

    def where(self, time: str = "sung_at") -> tuple[str, list[str]]:
        """The condition in SQL with its values; `time`: the column."""
        day = f"date({time}, offset_minutes || ' minutes')"
        terms: list[tuple[str, object]] = [(f"{day} >= ?", self.since), (f"{day} <= ?", self.until)]
        if time == "sung_at":
            terms.append(("exercise = ?", self.exercise))
        used = [(term, str(value)) for term, value in terms if value is not None]
        return " AND ".join(term for term, _ in used) or "1", [value for _, value in used]


def sessions(connection: sqlite3.Connection, scope: Scope, limit: int = -1) -> tuple[Session, ...]:
    """The latest first."""
    condition, values = scope.where()
    rows = connection.execute(
        "SELECT id, sung_at, offset_minutes, exercise, step, target, score, seconds, transposition, tempo, take,"
        " (SELECT count(*) FROM note WHERE session = session.id),"
        " (SELECT coalesce(sum(hit), 0) FROM note WHERE session = session.id), ultrastar"
        f" FROM session WHERE {condition} ORDER BY sung_at DESC, id DESC LIMIT ?",
        [*values, limit],
    )
    return tuple(_session(row) for row in rows)


def by_exercise(connection: sqlite3.Connection, scope: Scope) -> tuple[ExerciseProgress, ...]:
    """Those sung last come first."""
    found: dict[str, list[Session]] = {}
    for session in sessions(connection, scope):
        found.setdefault(session.exercise, []).append(session)
    return tuple(_exercise(name, those) for name, those in found.items())


def by_note(connection: sqlite3.Connection, scope: Scope) -> tuple[NoteProgress, ...]:
    """From the lowest up; glides are of no one note and left out."""
    condition, values = scope.where()
    rows = connection.execute(
        "SELECT note.midi, note.hit, note.cents_off FROM note JOIN session ON session.id = note.session"
        f" WHERE note.midi IS NOT NULL AND note.manner <> ? AND {condition}",
        [Manner.SIREN.value, *values],
    )
    found: dict[int, list[tuple[int, float | None]]] = {}
    for midi, hit, cents in rows:
        found.setdefault(round(midi), []).append((hit, cents))
    return tuple(_note(midi, found[midi]) for midi in sorted(found))


def by_day(connection: sqlite3.Connection, scope: Scope) -> tuple[DayProgress, ...]:
    """Days on which something was sung, in order."""
    found: dict[date, list[Session]] = {}
    for session in reversed(sessions(connection, scope)):
        found.setdefault(session.day, []).append(session)
    return tuple(
        DayProgress(day, len(those), sum(each.seconds for each in those), *_mean_and_best(those))
        for day, those in sorted(found.items())
    )


def ranges(connection: sqlite3.Connection, scope: Scope) -> tuple[RangeFound, ...]:
    """In order of time."""
    condition, values = scope.where("found_at")
    rows = connection.execute(
        f"SELECT id, found_at, offset_minutes, low, high FROM vocal_range WHERE {condition} ORDER BY found_at, id",
        values,
    )
    return tuple(RangeFound(id, restored(text, offset), low, high) for id, text, offset, low, high in rows)


def summary(connection: sqlite3.Connection, scope: Scope) -> Summary:
    """All of it in a few figures."""
    found = sessions(connection, scope)
    if not found:
        return Summary()
    days, names = {each.day for each in found}, {each.exercise for each in found}
    seconds = sum(each.seconds for each in found)
    return Summary(len(found), len(days), seconds, len(names), found[-1].when, found[0].when)


def exercises(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Names of all that was practised, by name."""
    return tuple(name for (name,) in connection.execute("SELECT DISTINCT exercise FROM session ORDER BY exercise"))


def _session(row: Sequence[object]) -> Session:
    id, text, offset, exercise, step, target, score, seconds, semitones, tempo, take, notes, hit, points = row
    return Session(
        id=int(str(id)),
        when=restored(str(text), int(str(offset))),
        exercise=str(exercise),
        step=str(step),
        target=str(target),
        score=math.nan if score is None else float(str(score)),
        seconds=float(str(seconds)),
        transposition=int(str(semitones)),
        tempo=float(str(tempo)),
        take=None if take is None else Path(str(take)),
        notes=int(str(notes)),
        hit=int(str(hit)),
        ultrastar=None if points is None else int(str(points)),
    )


def _exercise(name: str, latest_first: Sequence[Session]) -> ExerciseProgress:
    judged = [each for each in latest_first if not math.isnan(each.score)]
    mean, best = _mean_and_best(latest_first)
    return ExerciseProgress(
        name,
        len(latest_first),
        sum(each.seconds for each in latest_first),
        best,
        mean,
        judged[-1].score if judged else math.nan,
        judged[0].score if judged else math.nan,
        latest_first[0].when,
    )


def _note(midi: int, sung: Sequence[tuple[int, float | None]]) -> NoteProgress:
    cents = sorted(each for _, each in sung if each is not None)
    out = round(MIDDLE * len(cents))
    spread = (cents[len(cents) - 1 - out] - cents[out]) / 2 if len(cents) > 1 else math.nan
    return NoteProgress(midi, len(sung), fmean(hit for hit, _ in sung), median(cents) if cents else math.nan, spread)


def _mean_and_best(sessions: Sequence[Session]) -> tuple[float, float]:
    scores = [each.score for each in sessions if not math.isnan(each.score)]
    return (fmean(scores), max(scores)) if scores else (math.nan, math.nan)
