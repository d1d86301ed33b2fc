"""Remembers what the rooms of the window remember, from one start to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ..parts import Parts
from ..viewmodel.preferences import Preferences, Rooms

LOOK_EVERY = 1.0  # s; a change is on the disk about as soon
SAID = 20.0  # s that a complaint is shown


@runtime_checkable
class Remembering(Protocol):
    """A room that has something to remember."""

    name: str

    def remember(self) -> dict[str, Any]:
        """Its settings, as JSON has them."""
        ...

    def recall(self, values: Mapping[str, Any]) -> None:
        """Take those of another time; what is bad in them is left out."""
        ...


class Keeping(QObject):
    """Asks the rooms once a second and has written what has changed."""

    complained = pyqtSignal(str)

    def __init__(self, parts: Parts, rooms: Iterable[object], path: Path | None) -> None:
        """`rooms`: those that remember nothing are left out; `path`: of the file, None to keep nothing."""
        super().__init__()
        self.rooms = [room for room in rooms if isinstance(room, Remembering)]
        self._first = self._known = self._gathered()
        self.complained.connect(lambda text: parts.stage.banner.post("settings", text, seconds=SAID))
        tip = "Forget every setting and begin anew"
        parts.menus.separator("view")
        parts.menus.action("view", "&As at first", "Ctrl+Shift+R", tip, self.start_over)
        self._file = None if path is None else Preferences(path, self.complained.emit)
        if self._file is not None:
            self._recall(self._file.read())
            self._clock = QTimer(self)
            self._clock.timeout.connect(self.look)
            self._clock.start(round(1000 * LOOK_EVERY))

    def look(self) -> None:
        """Have written what has changed since the last look."""
        now = self._gathered()
        if self._file is not None and now != self._known:
            self._known = now
            self._file.write(now)

    def start_over(self) -> None:
        """Let every room be as it was before anything was remembered."""
        self._recall(self._first)

    def close(self) -> None:
        """Write what is still to be written."""
        if self._file is not None:
            self._clock.stop()
            self.look()
            self._file.close()

    def _gathered(self) -> Rooms:
        return {room.name: room.remember() for room in self.rooms}

    def _recall(self, rooms: Rooms) -> None:
        for room in self.rooms:
            if room.name in rooms:
                with suppress(Exception):  # whatever is wrong with one room, the window opens
                    room.recall(rooms[room.name])
