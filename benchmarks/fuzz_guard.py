"""What a reader must never do, watched from inside its process: run code, write outside, talk, fill the memory."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HARMFUL = (
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "subprocess.Popen",
    "pty.spawn",
    "pickle.find_class",
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "ctypes.dlopen",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.truncate",
    "shutil.rmtree",
    "sqlite3.connect",
    "webbrowser.open",
    "urllib.Request",
)
"""Audit events; `open` for writing and reading stands beside them."""
MEMORY = 1 << 30  # bytes beyond what the process held when everything was imported
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Guard:
    """Notes what happens while a reader reads; Python offers no way to take an audit hook back, so it is one a process.

    What is noted stays noted, even where the reader catches the error that the hook raises.
    """

    def __init__(self, inside: Path, allowed: Iterable[str] = ()) -> None:
        """inside: the folder that may be written."""
        self._inside = str(inside.resolve())
        self._harmful = frozenset(HARMFUL) - frozenset(allowed)
        self._on = False
        self.noted: list[str] = []
        sys.addaudithook(self._heard)

    def __enter__(self) -> Guard:
        self.noted, self._on = [], True
        return self

    def __exit__(self, *_: object) -> None:
        self._on = False

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on:
            return
        if event in self._harmful or (event == "open" and self._writes_outside(*arguments)):
            self.noted.append(f"{event}{arguments!r}"[:200])
            raise PermissionError(f"not while a file is read: {event}")

    def _writes_outside(self, path: Any, _: Any, flags: Any) -> bool:
        if not isinstance(path, (str, bytes, os.PathLike)) or not int(flags or 0) & _WRITING:
            return False
        return not os.path.realpath(os.fsdecode(path)).startswith(self._inside + os.sep)


def limit_memory(more: int = MEMORY) -> None:
    """From here on the process gets so many bytes more of address space, and a MemoryError then."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def ran_out(error: BaseException) -> bool:
    """Whether a MemoryError stands behind an error, said aloud or not."""
    seen: set[int] = set()
    here: BaseException | None = error
    while here is not None and id(here) not in seen:
        if isinstance(here, MemoryError):
            return True
        seen.add(id(here))
        here = here.__cause__ or here.__context__
    return False
