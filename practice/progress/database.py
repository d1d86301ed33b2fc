"""The file itself: opened safely, brought up to date, put aside when damaged; every problem is one line."""

from __future__ import annotations

import os
import sqlite3
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from ...model.errors import LivepitchError
from . import schema
from .instants import NotAMomentError
from .place import VARIABLE

Result = TypeVar("Result")
Complain = Callable[[str], None]

WAIT = 10.0  # s for another livepitch that is writing
MOST_ASIDE = 1_000  # damaged files that are kept
LARGEST = 1_000_000  # bytes of any one value or statement
# A rollback journal rather than WAL: one file to copy or delete, no old pages left beside it. EXTRA also has the
# deletion of the journal on the disk before a write counts as done.
PRAGMAS = (
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "foreign_keys = ON",
    "secure_delete = ON",
    "temp_store = MEMORY",
    "journal_mode = DELETE",
    "synchronous = EXTRA",
)


# SQLite quotes what it cannot read, which Python then cannot decode.
DAMAGE = schema.DamagedSchemaError, NotAMomentError, UnicodeDecodeError


class ProgressError(LivepitchError):
    """What was practised cannot be read or written."""


class DamagedProgressWarning(RuntimeWarning):
    """The file was damaged; the text says where it is now."""


def warn(problem: str) -> None:
    """Tell of a file that was put aside, where nobody else does."""
    warnings.warn(problem, DamagedProgressWarning, stacklevel=2)


class Database:
    """Opened anew for each piece of work, so that any thread may ask and no lock is held between."""

    def __init__(self, path: Path, complain: Complain) -> None:
        self.path, self._complain = path, complain
        self._sound = False  # looked through since this object was made

    def read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """What `work` finds; where there is no file yet, in an empty one. ProgressError."""

        def within(connection: sqlite3.Connection) -> Result:
            connection.execute("BEGIN")  # one state for all it asks for
            with _no_huge_values():
                return work(connection)

        return self._attempt(within, create=False)

    def write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do `work` whole or not at all. ProgressError."""

        def within(connection: sqlite3.Connection) -> Result:
            with transaction(connection):
                return work(connection)

        return self._attempt(within, create=True)

    def shrink(self) -> None:
        """Write the file anew without what was deleted. ProgressError."""
        self._attempt(lambda connection: connection.execute("VACUUM"), create=False)

    def forget_aside(self) -> None:
        """Delete the damaged files that were put aside. ProgressError."""
        try:
            for name in self.path.parent.glob(f"{self.path.name}.bad*"):
                name.unlink(missing_ok=True)
        except OSError as error:
            raise ProgressError(f"{error.filename}: cannot be deleted ({error.strerror}); delete it yourself") from None

    def _attempt(self, work: Callable[[sqlite3.Connection], Result], create: bool) -> Result:
        for last in (False, True):
            found = _identity(self.path)
            try:
                with closing(self._connect(create)) as connection:
                    return work(connection)
            except (sqlite3.Error, *DAMAGE, OSError) as error:
                if last or not _means_damage(error):
                    raise ProgressError(self._line(error)) from None
                self._move_aside(found)
            except schema.NewerSchemaError:
                raise ProgressError(f"{self.path}: written by a newer livepitch; install that one again") from None
            except schema.ForeignSchemaError:
                raise ProgressError(
                    f"{self.path}: another program's database, left as it is; name another folder in {VARIABLE}"
                ) from None
        raise AssertionError("the second attempt returns or raises")

    def _connect(self, create: bool) -> sqlite3.Connection:
        if create:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # nobody else's to read
        elif not self.path.exists():
            return schema.empty()
        connection = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        if sys.version_info >= (3, 11):
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
            connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, LARGEST)
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 1)  # for VACUUM
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")  # another process may be making the tables just now
        version = schema.check(connection)
        connection.execute("COMMIT")
        if version < schema.VERSION:
            schema.migrate(connection)
        if not self._sound:
            _look_through(connection)
            self._sound = True

    def _move_aside(self, found: tuple[int, int] | None) -> None:
        """Unless another process has done so since `found` was seen."""
        if found is None or found != _identity(self.path):
            return
        aside = next((name for name in self._aside_names() if not name.exists()), None)
        if aside is None:
            raise ProgressError(
                f"{self.path}: damaged, and {MOST_ASIDE} damaged files lie beside it already; delete those"
            )
        try:
            for ending in ("-journal", "-wal"):  # of the old file: it would spoil a new one
                beside = self.path.with_name(self.path.name + ending)
                if beside.exists():
                    os.replace(beside, aside.with_name(aside.name + ending))
            os.replace(self.path, aside)
        except OSError as error:
            raise ProgressError(
                f"{self.path}: damaged, and cannot be put aside ({error.strerror}); move it away"
            ) from None
        self._complain(f"{self.path}: damaged; it was put aside as {aside.name}, and practice is kept in a new file")

    def _aside_names(self) -> Iterator[Path]:
        for number in range(1, MOST_ASIDE + 1):
            yield self.path.with_name(f"{self.path.name}.bad{number if number > 1 else ''}")

    def _line(self, error: Exception) -> str:
        reason = (isinstance(error, OSError) and error.strerror) or str(error) or "damaged"
        if "locked" in reason:
            return f"{self.path}: in use by another livepitch; try again when that one has finished"
        return f"{self.path}: cannot be used ({reason}); make room there, or name another folder in {VARIABLE}"


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is written within, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _look_through(connection: sqlite3.Connection) -> None:
    with _no_huge_values():
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise schema.DamagedSchemaError


@contextmanager
def _no_huge_values() -> Iterator[None]:
    """One beyond the limit that is met while reading was not written by livepitch."""
    try:
        yield
    except sqlite3.DataError:
        raise schema.DamagedSchemaError from None


def _means_damage(error: Exception) -> bool:
    return (
        isinstance(error, DAMAGE) or type(error) is sqlite3.DatabaseError
    )  # "not a database", "malformed"; others have a class below it


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
