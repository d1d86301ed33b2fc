"""Remembers what the rooms of the window remember, from one start to the next.

What the command line names comes before what is remembered, and that before the defaults. It holds for this time: what
was remembered stays so, until the user chooses otherwise in the window.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ..parts import Parts
from ..viewmodel.preferences import Preferences, Rooms

PLACES = {
    "model": ("choosing", "model"),
    "settle": ("choosing", "settled"),
    "gain": ("sound", "gain"),
    "gate": ("sound", "gate"),
}  # options of the command line, with the room and the name under which it remembers such a thing

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

    def __init__(self, parts: Parts, rooms: Iterable[object], path: Path | None, named: Collection[str] = ()) -> None:
        """`rooms`: those that remember nothing are left out; `path`: of the file, None to keep nothing.

        named: the options in PLACES that the command line has.
        """
        super().__init__()
        self.rooms = [room for room in rooms if isinstance(room, Remembering)]
        self._named = [PLACES[option] for option in named]
        self._overruled: Rooms = {}
        self._first = self._gathered()
        self._known = self._to_keep()
        self.complained.connect(lambda text: parts.stage.banner.post("settings", text, seconds=SAID))
        tip = "Forget every setting and begin anew"
        parts.menus.separator("view")
        parts.menus.action("view", "&As at first", "Ctrl+Shift+R", tip, self.start_over)
        self._file = None if path is None else Preferences(path, self.complained.emit)
        if self._file is not None:
            self._overruled = self._file.read()
            self._recall(self._without_named(self._overruled))
            self._clock = QTimer(self)
            self._clock.timeout.connect(self.look)
            self._clock.start(round(1000 * LOOK_EVERY))

    def look(self) -> None:
        """Have written what has changed since the last look."""
        now = self._to_keep()
        if self._file is not None and now != self._known:
            self._known = now
            self._file.write(now)

    def start_over(self) -> None:
        """Let every room be as it was before anything was remembered."""
        self._overruled = {}
        self._recall(self._first)

    def close(self) -> None:
        """Write what is still to be written."""
        if self._file is not None:
            self._clock.stop()
            self.look()
            self._file.close()

    def _gathered(self) -> Rooms:
        return {room.name: room.remember() for room in self.rooms}

    def _without_named(self, rooms: Rooms) -> Rooms:
        kept = {room: dict(values) for room, values in rooms.items()}
        for room, name in self._named:
            kept.get(room, {}).pop(name, None)
        return kept

    def _to_keep(self) -> Rooms:
        """All as it is, but what the command line named and nobody changed as it was remembered before."""
        now = self._gathered()
        for room, name in self._named:
            if now[room][name] == self._first[room][name]:
                del now[room][name]
                if name in self._overruled.get(room, {}):
                    now[room][name] = self._overruled[room][name]
        return now

    def _recall(self, rooms: Rooms) -> None:
        for room in self.rooms:
            if room.name in rooms:
                with suppress(Exception):  # whatever is wrong with one room, the window opens
                    room.recall(rooms[room.name])
