"""Random operations on the ring and on the outlet, against what a list and a queue would have done."""

import random
from collections import deque

import numpy as np

from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.outlet import Outlet
from livepitch.realtime.ring import RingBuffer

EPISODE = 10_000  # operations on one ring
BORDERS = (0, 2**31, 2**32, 2**53, 2**63)  # indices that a narrower number could not pass
CAPACITIES = (1, 2, 7, 64, 1000)


class Tape:
    """Every sample that was ever accepted, one after the other; old ones are cut off now and then."""

    def __init__(self, first):
        self._first, self._values, self._size = first, np.empty(1 << 16, np.float32), 0

    @property
    def end(self):
        return self._first + self._size

    def append(self, block, start):
        """Nothing before `start` will be asked for any more."""
        if self._size + len(block) > len(self._values):
            rest = self.between(start, self.end).copy()
            self._first, self._size = start, len(rest)
            self._values[: len(rest)] = rest
        self._values[self._size : self._size + len(block)] = block
        self._size += len(block)

    def between(self, start, stop):
        return self._values[start - self._first : stop - self._first]


class Against:
    """A ring, and the tape that it must agree with after every operation."""

    def __init__(self, rng):
        self._rng, self._pool = rng, np.random.default_rng(rng.getrandbits(32)).random(8192, np.float32)
        self.capacity = rng.choice(CAPACITIES)
        self.first = max(rng.choice(BORDERS) - rng.randrange(5 * self.capacity), 0)
        self.ring, self.tape = RingBuffer(self.capacity, self.first), Tape(self.first)
        self.start, self.refused = self.first, 0

    def operate(self):
        """One operation, with what must be so after it."""
        self._rng.choices((self._write, self._read, self._release, self._err), (45, 25, 25, 5))[0]()
        ring, end = self.ring, self.tape.end
        assert (ring.start, ring.end, ring.refused) == (self.start, end, self.refused)
        assert (ring.unread, ring.room) == (end - self.start, self.capacity - (end - self.start))

    def _write(self):
        size, at = self._rng.randint(0, self.capacity + 2), self._rng.randrange(4096)
        block = self._pool[at : at + size]
        fits = self.tape.end - self.start + size <= self.capacity
        assert self.ring.write(block) is fits
        if fits:
            self.tape.append(block, self.start)
        else:
            self.refused += size

    def _read(self):
        start = self._rng.randint(self.start, self.tape.end)
        stop = self._rng.randint(start, self.tape.end)
        assert self.ring.read(start, stop).tobytes() == self.tape.between(start, stop).tobytes()

    def _release(self):
        self.start = self._rng.randint(self.start, self.tape.end)
        self.ring.release(self.start)

    def _err(self):
        beyond = self._rng.randint(1, 2 * self.capacity)
        for wrong in (
            lambda: self.ring.read(self.start - beyond, self.start),
            lambda: self.ring.read(self.start, self.tape.end + beyond),
            lambda: self.ring.release(self.start - beyond),
            lambda: self.ring.release(self.tape.end + beyond),
        ):
            try:
                wrong()
            except IndexError:
                continue
            raise AssertionError(f"{beyond} samples outside of the ring")


def operate_ring(operations, seed):
    """So many operations, on a new ring every `EPISODE`; AssertionError where it does anything else than a list."""
    rng = random.Random(seed)
    for _ in range(0, operations, EPISODE):
        against = Against(rng)
        for _ in range(EPISODE):
            against.operate()


def operate_outlet(operations, seed):
    """The same for outlets that nobody waits for: the oldest frames go where there is no room, and are counted."""
    rng = random.Random(seed)
    for _ in range(0, operations, EPISODE):
        capacity = rng.choice((1, 2, 5, 40))
        outlet, inside, unread, number = Outlet(capacity), deque(maxlen=capacity), 0, 0
        for _ in range(EPISODE):
            kind, size = rng.randrange(3), rng.randrange(2 * capacity)
            if kind == 0:
                frames = [PitchFrame(float(number + i), 0.0, 0.0, 0.0) for i in range(size)]
                number += size
                outlet.put(frames, wait=False)
                unread += max(len(inside) + size - capacity, 0)
                inside.extend(frames)
            elif kind == 1:
                expected = [inside.popleft() for _ in range(min(size, len(inside)))]
                assert outlet.drain(size) == expected
            elif inside:
                assert outlet.next() == inside.popleft()
            assert outlet.unread == unread
        assert outlet.drain() == list(inside)
