"""Moments that the user marked, each with a number and, if given, a name."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

LONGEST = 60  # characters of a name


@dataclass(frozen=True, order=True, slots=True)
class Marker:
    """One of them."""

    time: float
    """Seconds of the stream or the recording."""
    number: int
    """From 1, in the order in which they were set; it stays when others go."""
    name: str = ""

    @property
    def label(self) -> str:
        """What stands on its flag: the name, or the number."""
        return self.name or str(self.number)


class Markers:
    """Markers in the order of time; `current` is the one that was set or visited last.

    `changed` is called, where it is set, after every change.
    """

    def __init__(self) -> None:
        self._all: list[Marker] = []
        self.current: Marker | None = None
        self.changed: Callable[[], object] = lambda: None

    def __iter__(self) -> Iterator[Marker]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, time: float, name: str = "") -> Marker:
        """Mark a moment (s)."""
        number = max((marker.number for marker in self._all), default=0) + 1
        return self._put(Marker(time, number, name[:LONGEST]))

    def rename(self, marker: Marker, name: str) -> Marker:
        """Give a marker another name; empty leaves its number. The new one stands in its place."""
        self._all.remove(marker)
        return self._put(replace(marker, name=" ".join(name.split())[:LONGEST]))

    def _put(self, marker: Marker) -> Marker:
        insort(self._all, marker)
        self.current = marker
        self.changed()
        return marker

    def remove(self, marker: Marker) -> None:
        """Take a marker away."""
        self._all.remove(marker)
        self.current = None
        self.changed()

    def clear(self) -> None:
        """Take all away."""
        if self._all:
            self._all.clear()
            self.current = None
            self.changed()

    def visit(self, time: float, later: bool) -> Marker | None:
        """The next one after a moment, or before it; from the last it goes on to the first. None without any."""
        if not self._all:
            return None
        if later:
            found = next((marker for marker in self._all if marker.time > time + 1e-6), self._all[0])
        else:
            found = next((marker for marker in reversed(self._all) if marker.time < time - 1e-6), self._all[-1])
        self.choose(found)
        return found

    def choose(self, marker: Marker) -> None:
        """Make a marker the current one."""
        self.current = marker
        self.changed()

    def to_list(self, start: float = 0.0, stop: float = math.inf) -> list[dict[str, Any]]:
        """Those from `start` to `stop` seconds as plain values, with times from `start` on: for a file."""
        within = [marker for marker in self._all if start <= marker.time <= stop]
        return [{"time": mark.time - start, "number": mark.number, "name": mark.name} for mark in within]

    def take_list(self, values: Iterable[object]) -> None:
        """Have the markers of `to_list`, and no others; what is not one is left out."""
        self._all = sorted(marker for marker in map(_read, values) if marker is not None)
        self.current = None
        self.changed()


def _read(values: object) -> Marker | None:
    if not isinstance(values, Mapping):
        return None
    try:
        time, number = float(values["time"]), int(values.get("number", 1))
    except (KeyError, TypeError, ValueError):
        return None
    return Marker(time, number, str(values.get("name", ""))[:LONGEST]) if math.isfinite(time) else None
