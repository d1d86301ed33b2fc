"""Two free-running threads with an inlet between them: every sample at its place, or counted as refused."""

import random
import sys
import threading
import time
import zlib
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from livepitch.realtime.inlet import Inlet
from livepitch.realtime.ring import RingBuffer

CAPACITY, LONGEST = 4096, 2000  # samples; numpy lets other threads run while it copies more than 500
RAMP = np.arange(1 << 17, dtype=np.float32)  # a sample's number, again and again: exact in 32 bits
PERIOD = 1 << 16


@dataclass
class Passed:
    """What went through."""

    given: int = 0
    """Samples that the source had."""
    taken: int = 0
    """Samples that the worker got."""
    wrong: int = 0
    """Samples that were not what was given at their place: torn, doubled, moved."""
    refused: int = 0
    """Samples that the ring refused."""
    sent: int = 0
    """CRC-32 of everything that the ring took."""
    received: int = 0
    """CRC-32 of everything that the worker got."""

    @property
    def whole(self):
        """Whether nothing was lost without being counted, doubled or changed."""
        same = self.taken + self.refused == self.given and self.sent == self.received
        return same and not self.wrong and self.taken > 0


@contextmanager
def frequent_switches():
    """Let the interpreter change threads every few bytecodes instead of every 5 ms."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def pass_through(going_on, seed, waits, first=2**31 - 100_000):
    """Give blocks of a random length as long as `going_on(samples so far)`; `waits`: for room, like a file."""
    inlet, passed, ended = Inlet(time.monotonic), Passed(), threading.Event()
    inlet.ring = RingBuffer(CAPACITY, first)

    def give():
        rng = random.Random(seed)
        while going_on(passed.given):
            size = rng.randint(1, LONGEST)
            block = RAMP[passed.given % PERIOD :][:size]
            while waits and not inlet.wait_for_room(size, 0.1):
                pass
            before = inlet.ring.end
            inlet(block, 0.0, False)
            if inlet.ring.end > before:
                passed.sent = zlib.crc32(block.tobytes(), passed.sent)
            else:
                time.sleep(1e-4)
            passed.given += size
        ended.set()
        inlet.wake()

    source = threading.Thread(target=give, daemon=True)
    source.start()
    _take(inlet, passed, ended, random.Random(seed + 1))
    source.join()
    passed.refused = inlet.dropped
    return passed


def _take(inlet, passed, ended, rng):
    """As the worker does: stamp by stamp, with what was lost before each, or several at once; slow now and then."""
    shift = lost = 0
    shift -= inlet.ring.start
    while not (ended.is_set() and not inlet.waiting):
        for stamp in inlet.take(0.1) or []:
            shift, lost = shift + stamp.lost - lost, stamp.lost
            position = inlet.ring.start + shift
            block = inlet.read(stamp.stop)
            passed.wrong += int(np.count_nonzero(block != RAMP[position % PERIOD :][: len(block)]))
            passed.received = zlib.crc32(block.tobytes(), passed.received)
            passed.taken += len(block)
        if rng.random() < 0.02:
            time.sleep(1e-3)
