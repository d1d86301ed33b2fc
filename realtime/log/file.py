"""A file that several processes add whole lines to, and that is put aside when it is full."""

from __future__ import annotations

import fcntl
import logging
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

SIZE = 1_000_000  # bytes of a file, after which another one is begun
KEPT = 4  # full ones beside it
WAITING = 1000  # lines that may wait for the disk; more are counted and lost
LAST = 1.0  # s that the last lines may take


class LogFile:
    """Its own lines or other processes': each is written with one call, so that none stands in another."""

    def __init__(self, path: Path, size: int = SIZE, kept: int = KEPT) -> None:
        """Open nothing yet: the file is made with its first line."""
        self.path, self._size, self._kept = path, size, kept
        self._file: int | None = None
        self._torn = False

    def write(self, line: str) -> None:
        """Add it. OSError where that is impossible."""
        file = self._opened()
        data = ("\n" * self._torn + line + "\n").encode("utf-8", "backslashreplace")
        written = os.write(file, data)
        self._torn = written < len(data) and written > 0  # the disk is full: the next line begins anew
        if os.fstat(file).st_size >= self._size:
            self._turn(file)

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _opened(self) -> int:
        """The file that the path names now: another process may have put ours aside, somebody may have deleted it."""
        if self._file is not None and not _is(self.path, self._file):
            self.close()
        if self._file is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Appending is one step for the system, whoever else does it. A pipe in this place must not hold us up.
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW
            file = os.open(self.path, flags, 0o600)
            if not stat.S_ISREG(os.fstat(file).st_mode):
                os.close(file)
                raise OSError(f"{self.path}: is no file")
            self._file = file
        return self._file

    def _turn(self, file: int) -> None:
        """Put the full file aside, unless another process was quicker."""
        with self._alone():
            if not _is(self.path, file):
                return
            for number in range(self._kept - 1, 0, -1):
                with suppress(FileNotFoundError):
                    os.replace(self._aside(number), self._aside(number + 1))
            os.replace(self.path, self._aside(1))

    def _aside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _is(path: Path, file: int) -> bool:
    try:
        there, ours = os.stat(path), os.fstat(file)
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)


class FileWriter(logging.Handler):
    """Writes into a `LogFile` from a thread of its own: whoever has something to say never waits for the disk."""

    def __init__(self, file: LogFile) -> None:
        super().__init__()
        self._file = file
        # Of this kind, because its `put` may be called in the middle of its own `put`, as by a finaliser.
        self._lines: SimpleQueue[str | threading.Event | None] = SimpleQueue()
        self._lost = 0
        self._thread = threading.Thread(target=self._write_all, name="livepitch-log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a line over; what cannot be said is left out."""
        with suppress(Exception):
            line = self.format(record)
            if self._lines.qsize() < WAITING:
                self._lines.put(line)
            else:
                self._lost += 1

    def written(self, seconds: float = LAST) -> bool:
        """Wait until all that was said is on the disk, so long at most; whether it is."""
        there = threading.Event()
        self._lines.put(there)
        return there.wait(seconds)

    def close(self) -> None:
        """Write what is left, and end; a disk that hangs is not waited for."""
        self._lines.put(None)
        self._thread.join(LAST)
        super().close()

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            if isinstance(line, threading.Event):
                line.set()
                continue
            lost, self._lost = self._lost, 0
            try:
                self._file.write(f"({lost} lines are missing here)\n{line}" if lost else line)
            except OSError:  # nothing that is worth keeping anything else from its work
                self._lost += lost + 1
        self._file.close()
