"""Notes that processes leave while they live, so that one that ended badly is known of the next time.

Each process locks a note of its own beside the log and takes it away when it ends. Of a crash Python writes there where
every thread was. A note that is there and that nobody holds is of a process that crashed, or was killed.
"""

from __future__ import annotations

import faulthandler
import fcntl
import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

PREFIX = "running."
LONGEST = 64_000  # characters of a note that are read
WINDOW = frozenset({"live", "practice"})  # commands whose end is told even if Python wrote nothing of it

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Crash:
    """A process that ended badly."""

    role: str
    """What it did: a command, or "engine"."""
    when: datetime
    """It ended, as far as that is known."""
    reason: str
    """The signal as Python names it ("Segmentation fault"); empty if it was killed, or the machine went down."""

    @property
    def sentence(self) -> str:
        """For people."""
        when = f"The last time, on {self.when:%Y-%m-%d} at {self.when:%H:%M},"
        who = "livepitch" if self.role in WINDOW else f"livepitch's {self.role}"
        if self.reason:
            return f"{when} {who} crashed ({self.reason}); what is known of it stands in the log."
        return f"{when} {who} was cut off: it was killed, or the machine went down."


class Note:
    """One's own note."""

    def __init__(self, file: TextIO, path: Path, ours: bool) -> None:
        """ours: whether Python's fault handler was set here."""
        self._file, self._path, self._ours = file, path, ours

    def tear_up(self) -> None:
        """All went well."""
        if self._ours:
            faulthandler.disable()
        self._path.unlink(missing_ok=True)
        self._file.close()


def note_down(folder: Path, role: str) -> Note | None:
    """A note of this process in `folder`; None where none can be written."""
    path = folder / f"{PREFIX}{os.getpid()}"
    hidden = folder / f".{path.name}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = open(hidden, "w", encoding="utf-8", opener=_private)  # noqa: SIM115 # open as long as the process lives
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.write(json.dumps({"role": role, "begun": datetime.now().isoformat()}) + "\n")
        file.flush()
        os.replace(hidden, path)  # only now: nobody finds one that is not held
    except OSError:
        file.close()
        hidden.unlink(missing_ok=True)
        return None
    untold(folder)  # what nobody is to be told of goes
    ours = not faulthandler.is_enabled()  # somebody else has other plans for it
    if ours:
        faulthandler.enable(file)
    return Note(file, path, ours)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def crashes(folder: Path | None = None) -> list[Crash]:
    """The processes that ended badly and were not told of yet, the latest last; each is told of once, and logged.

    Left out is what was killed and nobody is told of: a child, whose parent has said so, and a command at a terminal.
    """
    found = [crash for path in _notes(folder) if (crash := _read(path, take=True)) is not None]
    return sorted(found, key=lambda crash: crash.when)


def crash_of(pid: int) -> Crash | None:
    """What is known of a child that was ended by a signal just now; it goes into the log, and is told of no more."""
    notes = (path for path in _notes(None) if path.name == f"{PREFIX}{pid}")
    return next((crash for path in notes if (crash := _read(path, take=True)) is not None), None)


def untold(folder: Path) -> list[Crash]:
    """What `crashes` would find, still to be told."""
    return [crash for path in _notes(folder) if (crash := _read(path, take=False)) is not None]


def _notes(folder: Path | None) -> list[Path]:
    from .log import log_folder

    with suppress(OSError):
        return sorted(path for path in (folder or log_folder()).glob(f"{PREFIX}*") if path.is_file())
    return []


def _read(path: Path, take: bool) -> Crash | None:
    """What a note says; None if its process lives, or nothing is to be told. `take`: the note is gone then."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            state = os.fstat(file.fileno())
            text = file.read(LONGEST) if state.st_nlink else ""  # else another process has just taken it
            crash, dump = _understood(text, datetime.fromtimestamp(state.st_mtime))
            if take or crash is None:
                path.unlink(missing_ok=True)
    except OSError:
        return None
    if take and crash is not None:
        log.error("%s", crash.sentence, extra={"below": dump})
    return crash


def _understood(text: str, when: datetime) -> tuple[Crash | None, str]:
    """A note's crash, and what Python wrote of it."""
    head, _, dump = text.partition("\n")
    with suppress(ValueError, TypeError, KeyError):
        role = str(json.loads(head)["role"])
        first = dump.strip().partition("\n")[0].removeprefix("Fatal Python error: ")
        if first or role in WINDOW:
            return Crash(role, when, first), dump
    return None, dump
