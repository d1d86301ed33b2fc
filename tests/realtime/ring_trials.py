"""The ring and the inlet between threads that take turns, and both again with every wrong order planted."""

import inspect
import textwrap
from queue import SimpleQueue

import numpy as np

from livepitch.realtime.inlet import Inlet
from livepitch.realtime.ring import RingBuffer
from tests.realtime.interleaving import Trial

BYTECODES = {
    RingBuffer.write.__code__,
    RingBuffer.read.__code__,
    RingBuffer.release.__code__,
    Inlet.__call__.__code__,
    Inlet.take.__code__,
    Inlet.read.__code__,
    Inlet.release.__code__,
}
SHARED = ("_start", "_end", "_refused", "_unread")


class Slots:
    """The ring's array, one sample at a time: numpy lets other threads run while it copies many."""

    def __init__(self, size, touch):
        self.values, self._touch = [0.0] * size, touch

    def __len__(self):
        return len(self.values)

    def __setitem__(self, place, block):
        for at, value in zip(range(*place.indices(len(self))), block.tolist(), strict=True):
            self._touch()
            self.values[at] = value

    def __getitem__(self, place):
        return np.array([self._got(at) for at in range(*place.indices(len(self)))], np.float32)

    def _got(self, at):
        self._touch()
        self._touch(self.values[at])
        return self.values[at]


class Stamps:
    """The inlet's queue, whose every use may be preceded by the other thread's."""

    def __init__(self, touch):
        self.inside, self._touch, self._queue = [], touch, SimpleQueue()

    def put(self, stamp):
        self._touch()
        self.inside.append(stamp)
        self._queue.put(stamp)

    def empty(self):
        self._touch()
        self._touch(empty := self._queue.empty())
        return empty

    def get(self, timeout):
        self._touch()
        stamp = self._queue.get(timeout=timeout)
        self._touch(self.inside.pop(0))
        return stamp

    def get_nowait(self):
        return self.get(0)


def _watched(name):
    """An attribute that calls `touch` before each use, and with what was read after it."""

    def get(self):
        self.touch()
        self.touch(value := self.__dict__[name])
        return value

    def put(self, value):
        if name in self.__dict__:  # not while it is being made
            self.touch()
        self.__dict__[name] = value

    return property(get, put)


def watched_ring(ring_class, capacity, touch):
    """A ring whose every touch of what two threads share is seen."""
    parts = {name: _watched(name) for name in SHARED}
    ring = type(f"Watched{ring_class.__name__}", (ring_class,), {**parts, "touch": staticmethod(touch)})(capacity)
    ring._samples = Slots(capacity, touch)
    return ring


class RingTrial(Trial):
    """Remembers how far each thread is, and what it has read, since it last held nothing but what `progress` tells."""

    def __init__(self, turns):
        super().__init__(turns)
        self._read = {}

    def touch(self, *read):
        """Before something shared is used; with what was read, after it."""
        if not read:
            self.turns.pause()
        self._read.setdefault(self.turns.mine, []).append(read)

    def forget(self):
        """What this thread has read so far does not matter any more."""
        self._read.pop(self.turns.mine, None)

    def progress(self):
        """What the threads hold between their steps; hashable."""
        raise NotImplementedError

    def state(self):
        read = tuple((who, tuple(values)) for who, values in sorted(self._read.items()))
        ring = tuple(self.ring.__dict__[name] for name in SHARED if name in self.ring.__dict__)
        return self.progress(), read, ring, tuple(self.ring._samples.values)


class Handing(RingTrial):
    """Blocks through an inlet whose ring holds fewer: what is refused is counted, all else arrives, at its place.

    Every sample is its number among those that the source gave.
    """

    def __init__(self, turns, ring_class=RingBuffer, inlet_class=Inlet, capacity=3, blocks=(2, 2, 1), takes=2):
        super().__init__(turns)
        self.inlet, self._blocks, self._takes = inlet_class(lambda: 0.0), blocks, takes
        self.inlet.ring = self.ring = watched_ring(ring_class, capacity, self.touch)
        self.inlet._stamps = Stamps(self.touch)
        self._given, self._taken, self._lost, self._shift = 0, [], 0, 0

    def programs(self):
        return self._give, self._take_some

    def _give(self):
        for size in self._blocks:
            block = np.arange(self._given, self._given + size, dtype=np.float32)
            self.inlet(block, 0.0, False)
            self._given += size
            self.forget()

    def _take_some(self):
        for _ in range(self._takes):
            self._take()
            self._takes -= 1

    def _take(self):
        for stamp in self.inlet.take(0) or []:
            self._shift += stamp.lost - self._lost
            self._lost = stamp.lost
            begin = self.ring.start + self._shift
            self._taken += [(begin + i, value) for i, value in enumerate(self.inlet.read(stamp.stop).tolist())]
        self.forget()

    def progress(self):
        return self._given, self._takes, self._shift, tuple(self._taken), tuple(self.inlet._stamps.inside)

    def check(self):
        self._take()
        assert all(position == value for position, value in self._taken), self._taken
        assert len({position for position, _ in self._taken}) == len(self._taken), self._taken
        assert len(self._taken) + self.inlet.dropped == self._given, (self._taken, self.inlet.dropped, self._given)


class Streaming(RingTrial):
    """Blocks through the bare ring, read up to its end, as the worker does where a source ends or is left."""

    def __init__(self, turns, ring_class=RingBuffer, capacity=3, blocks=(2, 2, 1, 1), takes=2):
        super().__init__(turns)
        self._blocks, self._takes = blocks, takes
        self.ring = watched_ring(ring_class, capacity, self.touch)
        self._given, self._accepted, self._taken = 0, [], []

    def programs(self):
        return self._give, self._take_some

    def _give(self):
        for size in self._blocks:
            block = np.arange(self._given, self._given + size, dtype=np.float32)
            if self.ring.write(block):
                self._accepted += block.tolist()
            self._given += size
            self.forget()

    def _take_some(self):
        for _ in range(self._takes):
            self._take()
            self._takes -= 1
            self.forget()

    def _take(self):
        stop = self.ring.end
        self._taken += self.ring.read(self.ring.start, stop).tolist()
        self.ring.release(stop)

    def progress(self):
        return self._given, self._takes, tuple(self._accepted), tuple(self._taken)

    def check(self):
        self._take()
        assert self._taken == self._accepted
        assert len(self._taken) + self.ring.refused == self._given


class Looking(RingTrial):
    """A third thread looks at `unread` and `room` while samples come and go."""

    def __init__(self, turns, ring_class=RingBuffer, capacity=1):
        super().__init__(turns)
        self.ring = watched_ring(ring_class, capacity, self.touch)
        self._writes = self._releases = 0

    def programs(self):
        return self._give, self._take, self._look

    def _give(self):
        for _ in range(2):
            self.ring.write(np.zeros(1, np.float32))
            self._writes += 1
            self.forget()

    def _take(self):
        for _ in range(2):
            self.ring.release(self.ring.end)
            self._releases += 1
            self.forget()

    def _look(self):
        assert 0 <= self.ring.unread <= self.ring.capacity
        self.forget()
        assert 0 <= self.ring.room <= self.ring.capacity

    def progress(self):
        return self._writes, self._releases

    def check(self):
        assert self.ring.end + self.ring.refused == 2


def planted(owner, method, *changes):
    """`owner` whose `method` has old text replaced by new; AssertionError if the old one is not there."""
    function = vars(owner)[method]
    function = function.fget if isinstance(function, property) else function
    text = textwrap.dedent(inspect.getsource(function))
    for old, new in changes:
        assert text.count(old) == 1, f"{owner.__name__}.{method} has changed: plant the fault anew"
        text = text.replace(old, new)
    scope = {"np": np, **vars(inspect.getmodule(owner))}
    exec(compile(f"from __future__ import annotations\n{text}", f"<planted {method}>", "exec"), scope)
    return type(f"Planted{owner.__name__}", (owner,), {method: scope[method]})


PUBLISH = "    self._end = end + size  # publishes the samples: after the copy, never before\n"
HEAD = "    self._samples[at : at + head] = block[:head]\n"
WRAP = "    if head < size:\n"
REFUSE = "    if size > capacity - (end - self._start):\n        self._refused += size\n        return False\n"
READ = "    block = self.ring.read(self.ring.start, stop)\n"
RELEASE = "    self.release(stop)\n"
QUEUE = """    elif ring.write(block):
        self._stamps.put(Stamp(start, ring.end, captured, self._clock(), ring.refused))
"""
QUEUE_FIRST = """    else:
        self._stamps.put(Stamp(start, start + len(block), captured, self._clock(), ring.refused))
        ring.write(block)
"""


class SharedCount(RingBuffer):
    """The classical mistake: one count of what is unread, moved from both sides."""

    def __init__(self, capacity, first=0):
        super().__init__(capacity, first)
        self._unread = 0

    def write(self, block):
        size, end = len(block), self._end
        if size > self.capacity - self._unread:
            self._refused += size
            return False
        for i, value in enumerate(block):
            at = (end + i) % self.capacity
            self._samples[at : at + 1] = np.array([value])
        self._end = end + size
        self._unread += size
        return True

    def release(self, stop):
        released = stop - self._start
        self._start = stop
        self._unread -= released


UNCHECKED = planted(RingBuffer, "read", ("if not self._start <= start <= stop <= self._end:", "if False:"))
FAULTS = {
    "published before the copy": (
        Streaming,
        {"ring_class": planted(RingBuffer, "write", (PUBLISH, ""), (HEAD, PUBLISH + HEAD))},
    ),
    "published between the halves of the copy": (
        Streaming,
        {"ring_class": planted(RingBuffer, "write", (PUBLISH, ""), (WRAP, PUBLISH + WRAP))},
    ),
    "copied before it is known to fit": (
        Handing,
        {"ring_class": planted(RingBuffer, "write", (REFUSE, ""), (PUBLISH, REFUSE + PUBLISH))},
    ),
    "one count moved from both sides": (Streaming, {"ring_class": SharedCount}),
    "released before the copy": (
        Handing,
        {
            "ring_class": UNCHECKED,
            "inlet_class": planted(
                Inlet,
                "read",
                (READ, "    start = self.ring.start\n"),
                (RELEASE, RELEASE + READ.replace("self.ring.start", "start")),
            ),
        },
    ),
    "announced before it is written": (
        Handing,
        {"ring_class": UNCHECKED, "inlet_class": planted(Inlet, "__call__", (QUEUE, QUEUE_FIRST))},
    ),
    "unread samples counted from the wrong side": (
        Looking,
        {
            "ring_class": planted(
                RingBuffer,
                "unread",
                (
                    "    end = self._end\n    return max(end - self._start, 0)",
                    "    start = self._start\n    return max(self._end - start, 0)",
                ),
            )
        },
    ),
}
"""Faults by name: the trial that must find it, and what that is to be made of to have it."""
