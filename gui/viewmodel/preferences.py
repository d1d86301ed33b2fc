"""What the window remembers from one start to the next: a JSON file, written by a thread of its own.

The file holds a `version`, and under `rooms` what each room of the window remembers, by its name. It is replaced as a
whole or not at all. One that cannot be used is put aside as `.bad` and told of in a sentence; then all is as at first.

Threads: `read` belongs to the caller, before the first `write`. The thread "livepitch-preferences" takes what `write`
hands over and touches nothing else, so neither a slow disk nor a full one holds the window up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from ...realtime.settings_file import UnusableError, read_settings, write_settings

FILE = "window.json"
VERSION = 1

Rooms = dict[str, dict[str, Any]]


class Preferences:
    """The file of what is remembered. complain: told in one sentence, on any thread, of what went wrong."""

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        self._path, self._complain = path, complain
        self._others: Rooms = {}  # of rooms that this version does not have: kept as they are
        self._work: SimpleQueue[Rooms | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="livepitch-preferences", daemon=True)
        self._thread.start()

    def read(self) -> Rooms:
        """What was remembered, by room; nothing where there is no file, or none that can be used."""
        try:
            self._others = read_settings(self._path, VERSION, _rooms) or {}
        except UnusableError as error:
            self._complain(f"{self._path}: {error}, so the window is as at first.")
        return dict(self._others)

    def write(self, rooms: Rooms) -> None:
        """Remember this in place of what was; returns at once."""
        self._work.put(rooms)

    def close(self, seconds: float = 2.0) -> None:
        """Wait until all is written, but no longer than that."""
        self._work.put(None)
        self._thread.join(seconds)

    def _write_all(self) -> None:
        said = ""
        for rooms in iter(self._work.get, None):
            problem = self._problem_writing(rooms)
            if problem and problem != said:  # once, not with every change
                self._complain(f"{self._path}: cannot be written ({problem}), so changes are forgotten at the end.")
            said = problem

    def _problem_writing(self, rooms: Rooms) -> str:
        try:
            write_settings(self._path, {"version": VERSION, "rooms": {**self._others, **rooms}})
        except (OSError, TypeError, ValueError) as error:
            return str(getattr(error, "strerror", None) or error)
        return ""


def _rooms(record: Mapping[str, Any]) -> Rooms:
    rooms = record["rooms"]
    if not isinstance(rooms, dict) or not all(isinstance(values, dict) for values in rooms.values()):
        raise ValueError(f"no rooms: {record}")
    return rooms
