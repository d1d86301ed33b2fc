"""Where a source's thread leaves its sound for the worker: the ring, and a stamp for every block in it."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import NamedTuple

from .ring import Floats, RingBuffer


class Stamp(NamedTuple):
    """What is known of one block in the ring."""

    start: int
    """Ring index of its first sample."""
    stop: int
    """Ring index after its last."""
    captured: float
    """When its first sample reached the input, monotonic s."""
    arrived: float
    """When the block did reach the ring, monotonic s."""
    lost: int
    """Samples that the ring had refused by then, in all."""


class Inlet:
    """The sink that a session gives its source, and the worker's end of it.

    The source's thread calls the object; it may be PortAudio's callback. What it does there is the copy
    into the ring and one `SimpleQueue.put`, which never waits: it is made to be called from interrupts and
    finalizers, takes only the queue's own lock for a few instructions, and wakes the worker if that sleeps
    in `get`. So the worker sleeps until there is sound instead of polling. The queue is bounded although it
    has no bound: a stamp is queued only for a block that the ring took, or to wake the worker.
    """

    def __init__(self, clock: Callable[[], float], before: Inlet | None = None) -> None:
        """Make an inlet whose counters go on from those of the one `before`."""
        self.ring = RingBuffer(1)
        self.xruns: int = before.xruns if before else 0
        self._dropped_before = before.dropped if before else 0
        self._clock = clock
        self._stamps: SimpleQueue[Stamp | None] = SimpleQueue()
        self._released = threading.Condition()

    def allocate(self, samples: int) -> None:
        """Worker: make the ring, once the source knows its rate and before it starts."""
        self.ring = RingBuffer(samples)

    @property
    def dropped(self) -> int:
        """Samples that the ring refused, in all."""
        return self._dropped_before + self.ring.refused

    def __call__(self, block: Floats, captured: float, overflowed: bool) -> None:
        """Source: take float32 `(n,)`, or count it as refused. An empty block only wakes the worker."""
        if overflowed:
            self.xruns += 1  # written by this thread alone
        ring = self.ring
        start = ring.end
        if not len(block):
            self._stamps.put(None)
        elif ring.write(block):
            self._stamps.put(Stamp(start, ring.end, captured, self._clock(), ring.refused))

    def wait_for_room(self, samples: int, timeout: float) -> bool:
        """Source, but no callback: sleep until `samples` fit; False after `timeout` seconds."""
        if samples > self.ring.capacity:
            raise ValueError(f"blocks of {samples} samples do not fit in a ring of {self.ring.capacity}")
        with self._released:
            return self._released.wait_for(lambda: self.ring.room >= samples, timeout)

    def wake(self) -> None:
        """Any thread: let the worker look round."""
        self._stamps.put(None)

    @property
    def waiting(self) -> bool:
        """Worker: whether `take` would give something at once."""
        return not self._stamps.empty()

    def take(self, timeout: float) -> list[Stamp] | None:
        """Worker: sleep until something came, then all stamps; None after `timeout` seconds of nothing.

        The list is empty if the worker was merely woken.
        """
        try:
            news = [self._stamps.get(timeout=None if math.isinf(timeout) else timeout)]
            while not self._stamps.empty():  # the worker is the only one that takes
                news.append(self._stamps.get_nowait())
        except Empty:
            return None
        return [stamp for stamp in news if stamp is not None]

    def read(self, stop: int) -> Floats:
        """Worker: take the samples up to `stop` out of the ring, float32 `(n,)`."""
        block = self.ring.read(self.ring.start, stop)
        self.release(stop)
        return block

    def release(self, stop: int) -> None:
        """Worker: give up the samples up to `stop` unread."""
        self.ring.release(stop)
        with self._released:
            self._released.notify_all()
