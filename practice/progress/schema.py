"""The tables, how they came to be, and whether a file has them and nothing else.

A new file goes through every migration, so that an old one that went through them is the same to the letter.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

APPLICATION = 0x4C505052  # "LPPR" in the file's header: made by livepitch

FIRST = """
CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sung_at TEXT NOT NULL CHECK (sung_at GLOB '????-??-??T??:??:??.???Z'), -- UTC
    offset_minutes INTEGER NOT NULL CHECK (typeof(offset_minutes) = 'integer' AND abs(offset_minutes) < 1440),
    exercise TEXT NOT NULL CHECK (typeof(exercise) = 'text'),
    target TEXT NOT NULL CHECK (typeof(target) = 'text'),
    score REAL CHECK (score IS NULL OR typeof(score) = 'real' AND score BETWEEN 0 AND 100),
    seconds REAL NOT NULL CHECK (typeof(seconds) = 'real' AND seconds BETWEEN 0 AND 1e6),
    take TEXT CHECK (take IS NULL OR typeof(take) = 'text')
);
CREATE INDEX session_by_time ON session (sung_at);
CREATE TABLE note (
    session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    midi REAL CHECK (midi IS NULL OR typeof(midi) = 'real' AND midi BETWEEN -100 AND 300),
    hit INTEGER NOT NULL CHECK (hit IN (0, 1)),
    points REAL NOT NULL CHECK (typeof(points) = 'real'),
    onset_delay REAL CHECK (onset_delay IS NULL OR typeof(onset_delay) = 'real'),
    cents_off REAL CHECK (cents_off IS NULL OR typeof(cents_off) = 'real' AND abs(cents_off) < 1e5),
    spread_cents REAL CHECK (spread_cents IS NULL OR typeof(spread_cents) = 'real'),
    PRIMARY KEY (session, place)
) WITHOUT ROWID;
"""

SECOND = """
ALTER TABLE session ADD COLUMN step TEXT NOT NULL DEFAULT '' CHECK (typeof(step) = 'text');
ALTER TABLE session ADD COLUMN transposition INTEGER NOT NULL DEFAULT 0 CHECK (typeof(transposition) = 'integer');
ALTER TABLE session ADD COLUMN tempo REAL NOT NULL DEFAULT 1.0 CHECK (typeof(tempo) = 'real');
ALTER TABLE session ADD COLUMN ultrastar INTEGER CHECK (ultrastar IS NULL OR typeof(ultrastar) = 'integer');
ALTER TABLE note ADD COLUMN manner TEXT NOT NULL DEFAULT 'held' CHECK (typeof(manner) = 'text');
ALTER TABLE note ADD COLUMN vibrato_rate REAL CHECK (vibrato_rate IS NULL OR typeof(vibrato_rate) = 'real');
ALTER TABLE note ADD COLUMN vibrato_extent REAL CHECK (vibrato_extent IS NULL OR typeof(vibrato_extent) = 'real');
CREATE TABLE vocal_range (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    found_at TEXT NOT NULL CHECK (found_at GLOB '????-??-??T??:??:??.???Z'),
    offset_minutes INTEGER NOT NULL CHECK (typeof(offset_minutes) = 'integer' AND abs(offset_minutes) < 1440),
    low REAL NOT NULL CHECK (typeof(low) = 'real' AND low BETWEEN -100 AND 300),
    high REAL NOT NULL CHECK (typeof(high) = 'real' AND high BETWEEN low AND 300)
);
"""

MIGRATIONS = (FIRST, SECOND)
"""From each version to the next; never changed once published, only added to."""
VERSION = len(MIGRATIONS)


class ForeignSchemaError(Exception):
    """The file is another program's database."""


class DamagedSchemaError(Exception):
    """The file is one of ours, with tables that livepitch never made."""


class NewerSchemaError(Exception):
    """A newer livepitch wrote it."""


def check(connection: sqlite3.Connection) -> int:
    """The version of an open file, 0 if there is nothing in it; one of the errors above if it cannot be used."""
    version, application = _number(connection, "user_version"), _number(connection, "application_id")
    tables = _schema(connection)
    if not tables and not version and not application:
        return 0
    if application != APPLICATION:
        raise ForeignSchemaError
    if version > VERSION:
        raise NewerSchemaError
    if version < 1 or tables != _expected(version):
        raise DamagedSchemaError
    return version


def migrate(connection: sqlite3.Connection, to: int = VERSION) -> None:
    """Bring an open file, checked already, to a version, all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for version in range(check(connection), to):  # asked again: another process may have been quicker
            for statement in MIGRATIONS[version].split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def empty() -> sqlite3.Connection:
    """A database in memory with the tables of today and nothing in them."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    return connection


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _schema(connection: sqlite3.Connection) -> frozenset[tuple[str, str, str]]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'")
    return frozenset((kind, name, " ".join(str(sql).split())) for kind, name, sql in rows)


@cache
def _expected(version: int) -> frozenset[tuple[str, str, str]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, version)
        return _schema(connection)
