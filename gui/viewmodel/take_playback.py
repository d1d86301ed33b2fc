"""Where in a recording the listener is: without a device by the clock; and the stretch that repeats."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

SHORTEST = 0.05  # s, of a loop


class Plays(Protocol):
    """What a scene needs of a `realtime.playing.player.Player`."""

    @property
    def position(self) -> float:
        """Seconds that are heard now."""
        ...

    @property
    def playing(self) -> bool:
        """Whether it goes on."""
        ...

    def play(self) -> None:
        """Go on, from the start after the end; may block."""
        ...

    def pause(self) -> None:
        """Stay there."""
        ...

    def seek(self, seconds: float) -> None:
        """Go on from there, or stay there."""
        ...

    def loop(self, start: float | None, stop: float | None = None) -> None:
        """Repeat a stretch; None ends that."""
        ...

    def close(self) -> None:
        """Give the device back; may block."""
        ...


class SilentPlayer:
    """Moves through `duration` seconds by the clock, where nothing can be heard."""

    def __init__(self, duration: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.duration = duration
        self._clock = clock
        self._place, self._since = 0.0, math.nan  # s; and the instant at which it was there, NaN at rest
        self._loop: tuple[float, float] | None = None

    @property
    def position(self) -> float:
        """Seconds."""
        if math.isnan(self._since):
            return self._place
        place = self._place + self._clock() - self._since
        if self._loop is not None:
            start, stop = self._loop
            return place if place < stop else start + (place - start) % (stop - start)
        return min(place, self.duration)

    @property
    def playing(self) -> bool:
        """Whether it moves."""
        return not math.isnan(self._since) and self.position < self.duration

    def play(self) -> None:
        """Go on, from the start (of the loop) after the end."""
        if self.position >= self.duration:
            self._place, self._since = 0.0, math.nan
        self._put(self.position)
        self._since = self._clock()

    def pause(self) -> None:
        """Stay there."""
        self._place, self._since = self.position, math.nan

    def seek(self, seconds: float) -> None:
        """Go on from there, or stay there."""
        playing = self.playing
        self._put(min(max(seconds, 0.0), self.duration))
        self._since = self._clock() if playing else math.nan

    def loop(self, start: float | None, stop: float | None = None) -> None:
        """Repeat a stretch; None ends that. Goes there from outside."""
        place, self._loop = self.position, None if start is None or stop is None else (start, stop)
        self.seek(place)

    def close(self) -> None:
        """Stop."""
        self.pause()

    def _put(self, place: float) -> None:
        if self._loop is not None and not self._loop[0] <= place < self._loop[1]:
            place = self._loop[0]
        self._place = place


@dataclass(frozen=True)
class Loop:
    """An A-B loop as the user makes it: A first, then B. Both in seconds."""

    start: float | None = None
    stop: float | None = None

    @property
    def whole(self) -> tuple[float, float] | None:
        """What repeats; None until both are set."""
        return None if self.start is None or self.stop is None else (self.start, self.stop)

    def pressed(self, position: float, selection: tuple[float, float] | None) -> Loop:
        """After one more press of the key: the selection is the loop, else A is set, then B, then nothing again."""
        if self.whole is None and selection is not None and selection[1] - selection[0] >= SHORTEST:
            return Loop(*selection)
        if self.start is None:
            return Loop(position)
        if self.stop is None and abs(position - self.start) >= SHORTEST:
            return Loop(*sorted((self.start, position)))
        return Loop()
