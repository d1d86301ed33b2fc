"""The log: what happened, one line per event, in one file that every process of livepitch adds to.

Whoever has something to say does so by `logging.getLogger(__name__)`. It is written nowhere until a program says
`begin`, as the command line does; used as a library, livepitch keeps no log.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ...model.errors import printable
from ...model.plain_file import open_plain
from .crashes import Note, note_down
from .faults import Hooks
from .file import LAST, FileWriter, LogFile
from .lines import EventLine, Seldom

if TYPE_CHECKING:
    _ToStream = logging.StreamHandler[TextIO]
else:  # Python 3.10 knows no subscript
    _ToStream = logging.StreamHandler

VARIABLE = "LIVEPITCH_LOGS"
"""Environment variable that names another folder."""
FILE = "livepitch.log"
LARGEST = 4_000_000  # bytes of a log that are read; livepitch puts one aside when it is a quarter of that
OURS = "livepitch"  # the logger above all of the package's

log = logging.getLogger(__name__)


@dataclass
class _Running:
    """A log that was begun."""

    folder: Path
    role: str
    writer: FileWriter
    hooks: Hooks
    note: Note | None
    levels: tuple[int, int]
    shown: logging.Handler | None = None


_running: list[_Running] = []  # at most one


def log_folder() -> Path:
    """Where the log lies: `LIVEPITCH_LOGS`, or livepitch's folder among the user's logs."""
    if _running:
        return _running[0].folder
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_log_path

    return user_log_path("livepitch")


def log_file() -> Path:
    """The log; older ones lie beside it as `livepitch.log.1` and so on."""
    return log_folder() / FILE


def log_files() -> list[Path]:
    """The log and those that were put aside when full, the oldest first."""
    there = [path for path in log_folder().glob(f"{FILE}*") if path.is_file()]
    return sorted(there, key=lambda path: path.stat().st_mtime)


def log_text(path: Path) -> list[str]:
    """The lines of one of `log_files`; of one that grew beyond all bounds, the last. OSError as `open_plain`."""
    with open_plain(path) as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - LARGEST))
        return file.read(LARGEST).decode("utf-8", "replace").splitlines()


def begin(role: str, debug: bool = False) -> None:
    """Keep the log from now on, until `end`; nothing if it is kept already. One that cannot be written hinders nobody.

    role: what this process does, in a word. debug: with all details, and on standard error too.
    """
    if _running:
        return
    folder, root, ours = log_folder(), logging.getLogger(), logging.getLogger(OURS)
    writer = FileWriter(LogFile(folder / FILE))
    writer.setFormatter(EventLine(role))
    writer.addFilter(Seldom())
    # On the root, so that other packages' warnings are kept, too.
    root.addHandler(writer)
    running = _Running(folder, role, writer, Hooks(), note_down(folder, role), (root.level, ours.level))
    ours.setLevel(logging.INFO)
    running.hooks.set()
    _running.append(running)
    log.info("begins, Python %s on %s", platform.python_version(), platform.platform())
    if debug:
        show()


def show() -> None:
    """Have the log of this process, and of those that it starts, on standard error too, with all details."""
    if _running and _running[0].shown is None:
        shown = _Shown(sys.stderr)
        shown.setFormatter(EventLine(_running[0].role))
        logging.getLogger().addHandler(shown)
        logging.getLogger(OURS).setLevel(logging.DEBUG)
        _running[0].shown = shown


def end() -> None:
    """Write what is left and keep no log any more, as it was before `begin`."""
    if not _running:
        return
    running = _running.pop()
    running.hooks.unset()
    root, ours = logging.getLogger(), logging.getLogger(OURS)
    if running.shown is not None:  # first: the last line at a terminal is what the user is told
        root.removeHandler(running.shown)
    log.info("ends")
    root.removeHandler(running.writer)
    running.writer.close()
    root.setLevel(running.levels[0])
    ours.setLevel(running.levels[1])
    if running.note is not None:
        running.note.tear_up()


@contextmanager
def kept(role: str) -> Iterator[None]:
    """The log is kept while the block runs."""
    begin(role)
    log.info("asked for: %s", printable(" ".join(sys.argv[1:])))
    try:
        yield
    finally:
        end()


def flush(seconds: float = LAST) -> bool:
    """Wait until all that was said is in the file, so long at most; whether it is."""
    return not _running or _running[0].writer.written(seconds)


def handed_on() -> str:
    """What a process that this one starts needs to add to the same log: for `take_up`."""
    if not _running:
        return json.dumps(None)
    return json.dumps({"folder": str(_running[0].folder), "debug": _running[0].shown is not None})


def take_up(told: str, role: str) -> None:
    """In a process that was started for another one: add to that one's log, if it keeps any."""
    order = json.loads(told)
    if order is not None:
        os.environ[VARIABLE] = order["folder"]
        begin(role, order["debug"])


class _Shown(_ToStream):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 # logging's name
        """Nothing: who closed standard error wants to hear nothing."""
