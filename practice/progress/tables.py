"""All that is kept, for other programs: CSV and JSON."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any, TextIO

from ...model.replacement import replacing
from .database import ProgressError
from .instants import restored

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]

HEADERS = {
    "sessions": "id,when,exercise,step,target,score,seconds,transposition,tempo,ultrastar,take",
    "notes": "session,place,midi,manner,hit,points,onset_delay_ms,cents_off,spread_cents,vibrato_rate_hz,"
    "vibrato_extent_cents",
    "ranges": "id,when,low_midi,high_midi",
}
QUERIES = {
    "sessions": "SELECT id, sung_at AS 'when', offset_minutes, exercise, step, target, score, seconds, transposition,"
    " tempo, ultrastar, take FROM session ORDER BY sung_at, id",
    "notes": "SELECT note.session, note.place, note.midi, note.manner, note.hit, note.points,"
    " 1000 * note.onset_delay AS onset_delay_ms, note.cents_off, note.spread_cents,"
    " note.vibrato_rate AS vibrato_rate_hz, note.vibrato_extent AS vibrato_extent_cents"
    " FROM note JOIN session ON session.id = note.session ORDER BY session.sung_at, session.id, note.place",
    "ranges": "SELECT id, found_at AS 'when', offset_minutes, low AS low_midi, high AS high_midi"
    " FROM vocal_range ORDER BY found_at, id",
}
DIGITS = 4  # of any figure


def rows(connection: sqlite3.Connection) -> Tables:
    """Each table as rows by column, times with their time zone; of recordings only the name."""
    found = {}
    for name, sql in QUERIES.items():
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        found[name] = [_plain(dict(zip(names, row, strict=True))) for row in cursor]
    return found


def write_csv(tables: Tables, path: Path) -> list[Path]:
    """Three files into a folder, or the sessions into a file. ProgressError."""
    wanted = [(name, path / f"{name}.csv") for name in tables] if path.is_dir() else [("sessions", path)]
    for name, file in wanted:
        with _writing(file) as out:
            writer = csv.DictWriter(out, HEADERS[name].split(","), lineterminator="\n")
            writer.writeheader()
            writer.writerows(tables[name])
    return [file for _, file in wanted]


def write_json(tables: Tables, path: Path) -> Path:
    """All of it. ProgressError."""
    record = {"format": "livepitch practice", "version": 1, **tables}
    with _writing(path) as out:
        json.dump(record, out, indent=1, ensure_ascii=False)
        out.write("\n")
    return path


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    if "when" in row:
        row["when"] = restored(row["when"], row.pop("offset_minutes")).isoformat(timespec="seconds")
    if row.get("take") is not None:
        row["take"] = PurePath(row["take"]).name
    if "hit" in row:
        row["hit"] = bool(row["hit"])
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in row.items()}


@contextmanager
def _writing(path: Path) -> Iterator[TextIO]:
    try:
        with replacing(path) as out:
            yield out
    except OSError as error:
        raise ProgressError(f"{path}: cannot be written ({error.strerror or error}); choose another place") from None
