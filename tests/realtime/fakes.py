"""A source, a tracker and a clock that tests move by hand."""

import math
import threading
import time

import numpy as np

from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.roles import Marks

PATIENT = 20.0  # s that a test waits for another thread before it gives up


def wait_until(condition):
    """Sleep until `condition()` holds; fail after `PATIENT` seconds."""
    limit = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.002)


def sing(source, session, frames):
    """Have a fake source deliver so many frames' worth of sound, none faster than it is tracked."""
    for _ in range(0, frames, 10):
        wanted = session.stats.frames + 10
        source.give([1.0] * (source.sample_rate // 10))
        wait_until(lambda: session.stats.frames >= wanted)  # noqa: B023


class FakeClock:
    """A monotonic clock that stands still unless moved."""

    def __init__(self, now=1000.0):
        self.now = now

    def __call__(self):
        return self.now


class FakeSource:
    """Delivers what the test gives it, on the test's thread."""

    def __init__(self, sample_rate=1000, live=True, patience=math.inf):
        self.name, self.sample_rate, self.live, self.patience = "fake input", sample_rate, live, patience
        self.finished, self.error, self.sink = False, None, None
        self.log = []
        self.open_error = self.start_error = None

    def open(self, sink):
        if self.open_error:
            self.log.append("refused")
            raise self.open_error
        self.log.append("open")
        self.sink, self.finished, self.error, self.started = sink, False, None, threading.Event()

    def start(self):
        if self.start_error:
            raise self.start_error
        self.log.append("start")
        self.started.set()

    def close(self):
        self.log.append("close")

    def give(self, block, captured=0.0, overflowed=False):
        assert self.started.wait(PATIENT)
        self.sink(np.asarray(block, np.float32), captured, overflowed)

    def end(self, error=None):
        self.finished, self.error = error is None, error
        self.sink(np.zeros(0, np.float32), 0.0, False)


class FakeTracker:
    """Gives a frame every 10 ms: `f0` is the sample at its centre, its time counts what was skipped.

    `latency` seconds of sound must follow a frame's centre first. `before_push` may fail or wait.
    """

    def __init__(self, model, sample_rate, settings, latency=0.0, before_push=lambda block: None, hop_seconds=0.0):
        self.model, self.sample_rate, self.settings = model, sample_rate, settings
        self.latency, self.hop_seconds = latency, hop_seconds
        self.before_push = before_push
        self.hop = sample_rate // 100
        self.samples, self.first, self.frame = [], 0, 0
        self.calls = ["made"]
        self.marks = Marks()
        self.thread = threading.current_thread().name

    def warm_up(self):
        self.calls.append("warm_up")
        self.samples, self.first, self.frame = [], 0, 0

    def push(self, block):
        assert block.dtype == np.float32
        self.before_push(block)
        self.calls.append(("push", len(block)))
        self.samples += block.tolist()
        return self._frames(round(self.latency * self.sample_rate))

    def flush(self):
        self.calls.append("flush")
        return self._frames(0)

    def set_gate(self, gate):
        self.calls.append(("gate", gate))

    def skip(self, n):
        self.calls.append(("skip", n))
        self.first += len(self.samples) + n
        self.samples = []
        self.frame = -(-self.first // self.hop)

    def _frames(self, lookahead):
        frames = []
        while (centre := self.frame * self.hop) + max(lookahead, 1) <= self.first + len(self.samples):
            value = self.samples[centre - self.first]
            frames.append(PitchFrame(time=centre / self.sample_rate, f0=value, confidence=1.0, level=0.0))
            self.frame += 1
        return frames


class Factory:
    """Makes fake trackers and keeps them."""

    def __init__(self, **options):
        self.options, self.made = options, []

    def __call__(self, model, sample_rate, settings):
        self.made.append(FakeTracker(model, sample_rate, settings, **self.options))
        return self.made[-1]
