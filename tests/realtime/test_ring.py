"""The ring against a list, two real threads, and indices that no 32-bit integer holds."""

from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from livepitch.realtime.ring import RingBuffer
from tests.realtime.ring_model import operate_ring
from tests.realtime.ring_threads import frequent_switches, pass_through

CAPACITY = 13


class RingAgainstList(RuleBasedStateMachine):
    """The model: every sample ever accepted, and where reading stands."""

    def __init__(self):
        super().__init__()
        self.first = 2**31 - 7  # the ring's arithmetic crosses 2**31 within the first few writes
        self.ring = RingBuffer(CAPACITY, self.first)
        self.accepted, self.released, self.refused, self.value = [], 0, 0, 0.0

    @rule(size=st.integers(0, CAPACITY + 3))
    def write(self, size):
        block = np.arange(size, dtype=np.float32) + self.value
        self.value += size
        fits = len(self.accepted) - self.released + size <= CAPACITY
        assert self.ring.write(block) is fits
        if fits:
            self.accepted += block.tolist()
        else:
            self.refused += size

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def read(self, data):
        start = data.draw(st.integers(self.released, len(self.accepted)))
        stop = data.draw(st.integers(start, len(self.accepted)))
        assert self.ring.read(self.first + start, self.first + stop).tolist() == self.accepted[start:stop]

    @rule(data=st.data())
    def release(self, data):
        self.released = data.draw(st.integers(self.released, len(self.accepted)))
        self.ring.release(self.first + self.released)

    @invariant()
    def counters_agree(self):
        assert self.ring.start == self.first + self.released
        assert self.ring.end == self.first + len(self.accepted)
        assert self.ring.unread == len(self.accepted) - self.released
        assert self.ring.room == CAPACITY - self.ring.unread
        assert self.ring.refused == self.refused


RingAgainstList.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestRingAgainstList = RingAgainstList.TestCase


def test_full_ring_refuses_the_newest_block_whole():
    ring = RingBuffer(4)
    assert ring.write(np.array([1, 2, 3], np.float32))
    assert not ring.write(np.array([4, 5], np.float32))
    assert ring.refused == 2
    assert ring.read(0, 3).tolist() == [1, 2, 3]
    ring.release(1)
    assert ring.write(np.array([6, 7], np.float32))
    assert ring.read(1, 5).tolist() == [2, 3, 6, 7]


@pytest.mark.parametrize(("start", "stop"), [(0, 2), (4, 3), (3, 6), (-1, 1)])
def test_reading_outside_is_an_error(start, stop):
    ring = RingBuffer(4)
    ring.write(np.zeros(4, np.float32))
    ring.release(2)
    ring.write(np.zeros(1, np.float32))
    with pytest.raises(IndexError, match=rf"{start}\.\.{stop}"):
        ring.read(start, stop)


@pytest.mark.parametrize("stop", [1, 6])
def test_releasing_outside_is_an_error(stop):
    ring = RingBuffer(4)
    ring.write(np.zeros(4, np.float32))
    ring.release(2)
    with pytest.raises(IndexError):
        ring.release(stop)


def test_a_copy_outlives_what_overwrites_it():
    ring = RingBuffer(4)
    ring.write(np.array([1, 2, 3, 4], np.float32))
    block = ring.read(0, 4)
    ring.release(4)
    ring.write(np.array([9, 9, 9, 9], np.float32))
    assert block.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(("capacity", "first"), [(0, 0), (-3, 0), (4, -1)])
def test_bad_sizes(capacity, first):
    with pytest.raises(ValueError, match="capacity"):
        RingBuffer(capacity, first)


@pytest.mark.parametrize("seed", range(4))
def test_random_operations_are_those_of_a_list(seed):
    """Across 2**31, 2**32, 2**53 and 2**63; `benchmarks/soak.py ring` does ten million."""
    operate_ring(50_000, seed)


@pytest.mark.parametrize("waits", [False, True], ids=["refused", "waited for"])
@pytest.mark.parametrize("switches", [frequent_switches, nullcontext], ids=["at every bytecode", "as usual"])
def test_two_threads_lose_and_change_nothing(waits, switches):
    """Random blocks through the inlet between two free-running threads, every sample looked at, and checksummed."""
    with switches():
        passed = pass_through(lambda given: given < 1_500_000, 1, waits)
    assert passed.whole, passed
    assert (passed.refused > 0) is not waits
