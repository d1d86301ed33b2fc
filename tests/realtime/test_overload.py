"""A model too slow for the machine: latency is bounded, what is skipped is counted to the sample, and said.

Time is simulated: the network's work moves the clock, and the device delivers meanwhile.
"""

import numpy as np
import pytest

from livepitch.realtime import feed
from livepitch.realtime.frame import Settings
from livepitch.realtime.session import Session
from tests.realtime.fakes import FakeClock, FakeTracker, wait_until
from tests.realtime.faults import Device

SECONDS, BLOCK, RATE = 30, 0.01, 1000


class Watched(Device):
    """Knows when the worker has nothing more to do: only then does it ask how long to wait."""

    def __init__(self):
        self.idle = False
        super().__init__()

    @property
    def patience(self):
        self.idle = self._sink is not None and not self._sink.waiting
        return 1e9

    @patience.setter
    def patience(self, value): ...

    def give(self, *arguments):
        self.idle = False
        return super().give(*arguments)


class Machine:
    """A device whose sound comes while the clock moves, and a network that moves it."""

    def __init__(self, factor, lookahead=0.02):
        self.clock, self.device, self.factor = FakeClock(1000.0), Watched(), factor
        self.blocks, self.trackers, self.cost = 0, [], 0.0
        machine = self

        class Slow(FakeTracker):
            def push(self, block):
                machine.elapse(machine.cost + machine.factor * len(block) / RATE)
                return super().push(block)

        def make(*arguments):
            self.trackers.append(Slow(*arguments, latency=lookahead))
            return self.trackers[-1]

        self.session = Session(self.device, object(), tracker_factory=make, clock=self.clock)

    def play(self):
        """All of it: where the network has nothing to do time passes, too."""
        while self.blocks < SECONDS / BLOCK:
            wait_until(lambda: self.device.idle)
            self.elapse(BLOCK)
        wait_until(lambda: self.device.idle)

    def elapse(self, seconds):
        """Let time pass; what sounds in it is delivered. The worker calls it in a push, others while it is idle."""
        end = self.clock.now + seconds
        while self.blocks < SECONDS / BLOCK and 1000.0 + (self.blocks + 1) * BLOCK <= end + 1e-9:
            begun = 1000.0 + self.blocks * BLOCK
            self.blocks += 1
            self.clock.now = begun + BLOCK
            self.device.give(np.full(round(BLOCK * RATE), 0.1, np.float32), begun)
        self.clock.now = max(end, self.clock.now)


@pytest.mark.parametrize("factor", [1.2, 3.0, 20.0])
def test_latency_is_bounded_and_what_is_skipped_is_counted(factor):
    machine, settings = Machine(factor), Settings()
    with machine.session as session:
        machine.play()
        message, frames = session.message, session.frames()
    stats = session.stats
    most = 0.02 + 2 * BLOCK + settings.max_behind + max(2 * feed.BUDGET, factor * BLOCK) + 1e-6
    # Where no more sound comes there is nothing to skip to: the rest is worked off.
    assert max(frame.latency for frame in frames if frame.time < SECONDS - 1.0) <= most
    assert message.startswith("this computer is too slow for ")
    assert "skipped 0." in message
    assert stats.heard + stats.skipped + stats.dropped == machine.device.delivered == SECONDS * RATE
    assert stats.heard == sum(call[1] for call in machine.trackers[0].calls if call[0] == "push")
    assert sum(call[1] for call in machine.trackers[0].calls if call[0] == "skip") <= stats.skipped
    assert stats.dropped == 0
    # It hears as much as it has time for, but for the hop that it may be ahead.
    assert stats.heard / machine.device.delivered == pytest.approx(1 / factor, rel=0.15)


def test_a_model_that_is_just_fast_enough_skips_nothing():
    machine = Machine(0.95)
    with machine.session as session:
        machine.play()
        stats = session.stats
    assert stats.skipped == stats.dropped == 0


def test_a_model_whose_every_push_takes_its_time_catches_up_with_long_ones():
    machine = Machine(0.0)
    machine.cost = 0.06  # s, whatever it hears
    with machine.session as session:
        machine.play()
        stats = session.stats
    assert stats.skipped == stats.dropped == 0
