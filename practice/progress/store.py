"""What was practised: kept from take to take in one SQLite file among the user's data, and nowhere else."""

from __future__ import annotations

import math
import sqlite3
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from ..scoring.result import NoteScore, TakeScore
from . import queries, tables
from .database import Complain, Database, ProgressError, warn
from .instants import stored, utc_text
from .place import default_file
from .queries import Scope
from .records import DayProgress, ExerciseProgress, NoteProgress, RangeFound, Session, Summary

ADD = (
    "INSERT INTO session (sung_at, offset_minutes, exercise, target, score, seconds, take, step, transposition, tempo,"
    " ultrastar) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
ADD_NOTE = (
    "INSERT INTO note (session, place, midi, hit, points, onset_delay, cents_off, spread_cents, manner, vibrato_rate,"
    " vibrato_extent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

LONGEST = 1e6  # s
LETTERS = 1000  # of any name


class Progress:
    """Takes that were judged, and ranges that were found.

    Every method opens the file, does its work whole or not at all and closes it, on any thread; it waits up to ten
    seconds for another livepitch that is writing. ProgressError in all of them: the file cannot be used.

    path: the file, by default `practice.sqlite` in `LIVEPITCH_DATA` or the user's data folder; made when first written.
    complain: told in one line when the file was damaged and has been put aside; nothing is deleted.
    """

    def __init__(self, path: Path | None = None, complain: Complain = warn) -> None:
        self.path = Path(path) if path is not None else default_file()
        self._file = Database(self.path, complain)

    def add(
        self,
        score: TakeScore,
        *,
        exercise: str,
        step: str = "",
        when: datetime,
        transposition: int = 0,
        tempo: float = 1.0,
        take: Path | None = None,
        seconds: float,
    ) -> int:
        """Keep a take; its number. On the disk when this returns.

        when: it began; without a time zone, in that of the system. transposition: semitones from what was written.
        tempo: 1 is as written. take: its recording. seconds: how long it was.
        """
        if not 0 <= seconds < LONGEST:
            raise ValueError(f"seconds must be 0 to {LONGEST:.0f}, not {seconds}")
        points = score.ultrastar
        values = (
            *stored(when),
            _text(exercise),
            _text(score.target),
            None if math.isnan(score.score) else min(max(float(score.score), 0.0), 100.0),
            float(seconds),
            None if take is None else _text(str(take)),
            _text(step),
            int(transposition),
            float(tempo),
            None if points is None else points.total,
        )
        notes = [(place, *_note_values(note)) for place, note in enumerate(score.notes) if note.target.scored]

        def work(connection: sqlite3.Connection) -> int:
            number = connection.execute(ADD, values).lastrowid
            connection.executemany(ADD_NOTE, [(number, *note) for note in notes])
            return int(number or 0)

        return self._file.write(work)

    def add_range(self, low: float, high: float, when: datetime) -> int:
        """Keep a range that was found, lowest and highest MIDI number; its number."""
        if not low <= high:
            raise ValueError(f"low must not be above high: {low}, {high}")
        sql = "INSERT INTO vocal_range (found_at, offset_minutes, low, high) VALUES (?, ?, ?, ?)"
        values = (*stored(when), float(low), float(high))
        return self._file.write(lambda connection: int(connection.execute(sql, values).lastrowid or 0))

    # what is asked for: of one exercise, and of the singer's days from `since` to `until`, both included

    def sessions(
        self, exercise: str | None = None, since: date | None = None, until: date | None = None, limit: int = -1
    ) -> tuple[Session, ...]:
        """The takes, the latest first; `limit`: so many at most."""
        return self._file.read(lambda opened: queries.sessions(opened, _scope(exercise, since, until), limit))

    def by_exercise(self, since: date | None = None, until: date | None = None) -> tuple[ExerciseProgress, ...]:
        """Each exercise, the one sung last first."""
        return self._file.read(lambda opened: queries.by_exercise(opened, Scope(None, since, until)))

    def by_note(
        self, exercise: str | None = None, since: date | None = None, until: date | None = None
    ) -> tuple[NoteProgress, ...]:
        """Each note that was to be sung, from the lowest up; glides are left out."""
        return self._file.read(lambda opened: queries.by_note(opened, _scope(exercise, since, until)))

    def by_day(
        self, exercise: str | None = None, since: date | None = None, until: date | None = None
    ) -> tuple[DayProgress, ...]:
        """Each day on which something was sung, in order."""
        return self._file.read(lambda opened: queries.by_day(opened, _scope(exercise, since, until)))

    def ranges(self, since: date | None = None, until: date | None = None) -> tuple[RangeFound, ...]:
        """The ranges that were found, in order."""
        return self._file.read(lambda opened: queries.ranges(opened, Scope(None, since, until)))

    def summary(self, exercise: str | None = None, since: date | None = None, until: date | None = None) -> Summary:
        """How much was practised."""
        return self._file.read(lambda opened: queries.summary(opened, _scope(exercise, since, until)))

    def exercises(self) -> tuple[str, ...]:
        """Names of all exercises that were sung."""
        return self._file.read(queries.exercises)

    # out, and away

    def export_csv(self, path: Path) -> list[Path]:
        """Write `sessions.csv`, `notes.csv` and `ranges.csv` into a folder, or the sessions into a file.

        Of a recording only its name is written, not the folders it is in.
        """
        return tables.write_csv(self._file.read(tables.rows), Path(path))

    def export_json(self, path: Path) -> Path:
        """Write all of it into one file."""
        return tables.write_json(self._file.read(tables.rows), Path(path))

    def delete(
        self,
        id: int | None = None,
        *,
        exercise: str | None = None,
        before: datetime | None = None,
        everything: bool = False,
    ) -> int:
        """Delete one take, those of an exercise, those before a moment, or everything; how many takes were deleted.

        Exactly one of them is named. Ranges go with `before` and `everything`, and with `everything` also damaged files
        that were put aside. Nothing of it stays in the file. Recordings are not touched.
        """
        terms: dict[str, object] = {
            "id = ?": id,
            "exercise = ?": exercise and _text(exercise),
            "sung_at < ?": before and utc_text(before),
        }
        named = [(term, value) for term, value in terms.items() if value is not None]
        if len(named) + everything != 1:
            raise ValueError("delete one id, one exercise, what is before a moment, or everything")
        term, values = (named[0][0], (named[0][1],)) if named else ("1", ())

        def work(connection: sqlite3.Connection) -> int:
            if everything or before is not None:
                connection.execute(f"DELETE FROM vocal_range WHERE {term.replace('sung_at', 'found_at')}", values)
            return connection.execute(f"DELETE FROM session WHERE {term}", values).rowcount

        gone = self._file.write(work) if self.path.exists() else 0
        with suppress(ProgressError):  # no room for a copy; what was deleted is overwritten already
            self._file.shrink()
        if everything:
            self._file.forget_aside()
        return gone


def _note_values(note: NoteScore) -> tuple[object, ...]:
    return (
        *_or_null(note.target.midi),
        int(note.hit),
        float(note.points),
        *_or_null(note.onset_delay, note.cents_off, note.spread_cents),
        note.target.manner.value,
        *_or_null(note.vibrato_rate, note.vibrato_extent),
    )


def _scope(exercise: str | None, since: date | None, until: date | None) -> Scope:
    return Scope(None if exercise is None else _text(exercise), since, until)


def _or_null(*values: float) -> tuple[float | None, ...]:
    return tuple(float(value) if math.isfinite(value) else None for value in values)


def _text(text: str) -> str:
    """Without what UTF-8 cannot write, undecodable bytes of a file's name, and not endless."""
    return text[:LETTERS].encode("utf-8", "replace").decode("utf-8")
