"""The ring between a sound source's thread and the worker: lock-free, one producer, one consumer.

Why no lock is needed: `_end` is written by the producer alone and `_start` by the consumer alone, and each
is one reference to an immutable integer, so the other side sees the old value or the new one, nothing in
between. The producer copies samples first and moves `_end` after; the consumer copies samples out first and
moves `_start` after. A stale view is only ever cautious: the producer sees too little room, the consumer
too little sound. One thread's bytecode runs in its order under the GIL, and free-threaded builds store
attributes atomically.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class RingBuffer:
    """Float32 mono samples addressed by absolute index: Python integers that only grow and never wrap."""

    def __init__(self, capacity: int, first: int = 0) -> None:
        """Make an empty ring of `capacity` samples whose first sample will have the index `first`."""
        if capacity < 1 or first < 0:
            raise ValueError(f"capacity must be at least 1 and first at least 0, not {capacity} and {first}")
        self._samples = np.zeros(capacity, np.float32)
        self._start = self._end = first
        self._refused = 0

    @property
    def capacity(self) -> int:
        """Samples that fit."""
        return len(self._samples)

    @property
    def start(self) -> int:
        """Index of the oldest sample that may be read."""
        return self._start

    @property
    def end(self) -> int:
        """Index that the next sample written will have."""
        return self._end

    @property
    def unread(self) -> int:
        """Samples between `start` and `end`."""
        # The end first: the other way round, a consumer moving in between would show too much.
        end = self._end
        return max(end - self._start, 0)

    @property
    def room(self) -> int:
        """Samples that can be written now."""
        return self.capacity - self.unread

    @property
    def refused(self) -> int:
        """Samples that did not fit, in all; counted by the producer."""
        return self._refused

    def write(self, block: Floats) -> bool:
        """Producer: append float32 `(n,)` whole; False (and counted) if it does not fit whole."""
        size, capacity, end = len(block), len(self._samples), self._end
        if size > capacity - (end - self._start):
            self._refused += size
            return False
        at = end % capacity
        head = min(size, capacity - at)
        self._samples[at : at + head] = block[:head]
        if head < size:
            self._samples[: size - head] = block[head:]
        self._end = end + size  # publishes the samples: after the copy, never before
        return True

    def read(self, start: int, stop: int) -> Floats:
        """Consumer: copy samples `start` to `stop` (exclusive), which stay; IndexError outside the ring."""
        if not self._start <= start <= stop <= self._end:
            raise IndexError(f"samples {start}..{stop} do not lie in the ring's {self._start}..{self._end}")
        capacity = len(self._samples)
        at, size = start % capacity, stop - start
        head = min(size, capacity - at)
        block = np.empty(size, np.float32)
        block[:head] = self._samples[at : at + head]
        block[head:] = self._samples[: size - head]
        return block

    def release(self, stop: int) -> None:
        """Consumer: give up every sample before `stop`, making room for the producer."""
        if not self._start <= stop <= self._end:
            raise IndexError(f"sample {stop} does not lie in the ring's {self._start}..{self._end}")
        self._start = stop  # after whatever was copied out
