"""Pitch and notes written in a process of its own: a score of an hour takes a while, and the window goes on drawing.

`Apart` asks; `main` is the other side.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from ...export.options import ExportError, Options
from ...export.sung import Sung
from ...realtime.engine.launch import BACKGROUND, NoEngineError
from ...realtime.engine.tasks import Do, GoneError, TaskProcess, serve_tasks
from .take_export import write_sung

QUICK = 6000  # frames that are written here in no time
SLOW = frozenset(("musicxml", "svg", "png"))  # their libraries alone take a second to load


class Apart:
    """Writes as `write_sung` does, one file at a time; `cancel` is for any thread, and leaves any old file as it was.

    Where no process can be started, or that would take longer than to write, the calling thread does the work.
    """

    def __init__(self) -> None:
        self._process: TaskProcess | None = None
        self._cancelled = 0  # how often
        self._changing = threading.Lock()  # of the two before

    def __call__(self, sung: Sung, path: Path, name: str, options: Options) -> int:
        """As `write_sung`. ExportError also where it was cancelled."""
        if len(sung.track) <= QUICK and name not in SLOW:
            return write_sung(sung, path, name, options)
        cancelled = self._cancelled
        try:
            process = TaskProcess(__name__, None)
        except NoEngineError:
            return write_sung(sung, path, name, options)
        with self._changing:  # either this sees that it is cancelled, or `cancel` sees the process
            self._process = process if cancelled == self._cancelled else None
        try:
            if self._process is None:
                raise GoneError("cancelled")
            return int(process.do((sung, path, name, options), lambda _: None))
        except GoneError as gone:
            raise ExportError(f"{path}: was not written ({gone}); try again") from None
        finally:
            self._process = None
            process.kill()
            _clear_away(path, process.pid)

    @property
    def pid(self) -> int | None:
        """Of the process that writes; None while there is none."""
        process = self._process
        return process.pid if process is not None else None

    def cancel(self) -> None:
        """Write no further."""
        with self._changing:
            self._cancelled += 1
            process = self._process
        if process is not None:
            process.kill()


def _clear_away(path: Path, pid: int | None) -> None:
    """Take away what a process that was killed had written."""
    before = f".{path.name}.{pid}-"
    for left in path.parent.glob(".*.part") if path.parent.is_dir() else ():
        if left.name.startswith(before):
            left.unlink(missing_ok=True)


def main(descriptor: int) -> None:
    """Write what is asked for over an inherited socket."""
    serve_tasks(descriptor, _ready)


def _ready(_: Any) -> Do:
    if hasattr(os, "nice"):
        os.nice(BACKGROUND)  # a voice may be on
    return lambda task, _: write_sung(*task)
