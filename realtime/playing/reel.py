"""A take as blocks of sound: played, paused, sought and looped without a click, and where in it the listener is."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..ring import Floats
from .ramp import Ramp

FADE = 0.005  # s: in at a start, out at an end, across at a jump
RUNS = 512  # remembered; what lies ready in an output is far fewer


@dataclass(frozen=True)
class Order:
    """What is to be done, as a whole: who takes the newest one misses nothing of those before."""

    playing: bool = False
    place: int = 0
    """Sample of the latest jump."""
    jumps: int = 0
    """Asked for so far."""
    loop: tuple[int, int] | None = None
    """Samples, the second one exclusive."""
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class _Run:
    """Samples that sound one after another."""

    instant: float
    """When the first one sounds, monotonic s."""
    first: int
    size: int


class Reel:
    """A take and the place in it.

    Any thread may ask and give orders; one renders, without a lock: an order and a run are one object each, put in
    place in one step.
    """

    def __init__(self, audio: Floats, sample_rate: int, order: Order) -> None:
        """audio: float32 `(n,)`, used as it is. Begins at the order's place."""
        self.audio, self.sample_rate = audio, sample_rate
        self._order = self._taken = order
        self._ordering = threading.Lock()  # of those who give orders
        self._position = order.place
        self._fade = max(1, round(FADE * sample_rate))
        self._gain, self._volume = Ramp(0.0, self._fade), Ramp(order.volume, 4 * self._fade)
        self._tails: list[tuple[int, Ramp]] = []  # what fades out, from which sample on
        self._runs = [_Run(-math.inf, order.place, 0)] * RUNS
        self._newest = 0
        self._end = math.inf  # when the last sample has sounded

    @property
    def order(self) -> Order:
        """The newest."""
        return self._order

    def give(self, **changes: Any) -> None:
        """Change fields of the order. To give a `place` is to jump there, or to the loop's start from outside it."""
        with self._ordering:
            order = replace(self._order, **changes)
            if "place" in changes:
                place = order.loop[0] if order.loop and not _inside(order.place, order.loop) else order.place
                order = replace(order, place=place, jumps=order.jumps + 1)
            self._order = order

    @property
    def wanted(self) -> bool:
        """Whether it is to be heard now, or soon."""
        order = self._order
        return order.playing and (order.jumps != self._taken.jumps or self._position < len(self.audio))

    def finished(self, now: float) -> bool:
        """Whether its last sample had sounded at a monotonic instant, and no jump was asked for since."""
        return self._order.jumps == self._taken.jumps and now >= self._end

    def place(self, now: float) -> float:
        """Which sample sounds at a monotonic instant; at rest, the one that would come next."""
        order, taken = self._order, self._taken  # before the runs: that of a jump is there when it is taken
        run = next(run for run in self._backwards() if run.instant <= now)
        passed = (now - run.instant) * self.sample_rate
        if passed >= run.size and order.jumps != taken.jumps:
            return float(order.place)
        return run.first + min(passed, float(run.size))

    def render(self, out: Floats, instant: float) -> bool:
        """Fill `out` (n,), heard from a `time.monotonic` instant on; whether anything sounds in it."""
        out[:] = 0
        sounds, done = bool(self._tails), 0
        self._tails = self._faded(self._tails, out)
        self._obey(out, instant)
        while size := min(len(out) - done, self._straight_on()):
            self._note(_Run(instant + done / self.sample_rate, self._position, size))
            out[done : done + size] += self._samples(self._position, size) * self._gain.next(size)
            self._position += size
            done += size
            self._turn(out[done:], instant + done / self.sample_rate)
        if self._volume.left or self._volume.value != 1.0:
            out *= self._volume.next(len(out))
        return sounds or done > 0

    def _obey(self, out: Floats, instant: float) -> None:
        order, taken = self._order, self._taken
        if order is taken:
            return
        if order.jumps != taken.jumps:
            self._jump(order.place, out, order.playing)
        if order.loop and not _inside(self._position, order.loop):
            self._jump(order.loop[0], out, order.playing)
        at_end = self._position >= len(self.audio)
        if order.playing and at_end:
            self._end = min(self._end, instant)
        self._gain.aim(1.0 if order.playing and not at_end else 0.0)
        self._volume.aim(order.volume)
        self._taken = order  # last: who sees it taken finds the run of its jump

    def _straight_on(self) -> int:
        """Samples until something changes; 0 at rest."""
        loop = self._taken.loop
        ahead = (loop[1] if loop else len(self.audio)) - self._position
        return ahead if self._gain.target > 0.0 else min(ahead, self._gain.left)

    def _turn(self, rest: Floats, instant: float) -> None:
        """At the end of a loop, back to its start; at that of the take, rest. rest: what is left of the block."""
        loop = self._taken.loop
        if loop and self._position >= loop[1]:
            self._jump(loop[0], rest, on=self._gain.target > 0.0)
        elif self._position >= len(self.audio):
            self._gain.jump(0.0)
            self._end = instant

    def _jump(self, place: int, rest: Floats, on: bool) -> None:
        """Go on from another place, or rest there; what sounded fades out into the rest of the block, and the next."""
        sounded = self._gain.value
        if sounded > 0.0:
            tail = Ramp(sounded, self._fade)
            tail.aim(0.0)
            self._tails += self._faded([(self._position, tail)], rest)
        if not (on and sounded > 0.0):
            self._note(_Run(-math.inf, place, 0))  # there at once, heard or not
        self._gain.jump(0.0)
        self._gain.aim(float(on))
        self._position, self._end = place, math.inf

    def _faded(self, tails: list[tuple[int, Ramp]], out: Floats) -> list[tuple[int, Ramp]]:
        """Mix what fades out into a block; what goes on in the next one."""
        for place, gain in tails:
            out += self._samples(place, len(out)) * gain.next(len(out))
        return [(place + len(out), gain) for place, gain in tails if gain.left]

    def _samples(self, start: int, size: int) -> Floats:
        """Samples `(size,)`, silence after the end; the take's own ends are faded."""
        there, length = self.audio[start : start + size], len(self.audio)
        if start >= self._fade and start + size <= length - self._fade:
            return there
        samples = np.zeros(size, np.float32)
        samples[: len(there)] = there
        index = np.arange(start, start + size)
        samples *= np.clip(np.minimum(index + 1, length - index) / self._fade, 0, 1)
        return samples

    def _note(self, run: _Run) -> None:
        self._runs[(self._newest + 1) % RUNS] = run
        self._newest += 1  # after it is there

    def _backwards(self) -> list[_Run]:
        at, runs = self._newest % RUNS, self._runs[:]
        return [*runs[at::-1], *runs[:at:-1], _Run(-math.inf, self._position, 0)]


def _inside(place: int, loop: tuple[int, int]) -> bool:
    return loop[0] <= place < loop[1]
