"""Sources that an engine's process can import, and that make trouble there."""

import os
import threading
import time

import numpy as np

from livepitch.realtime import worker
from livepitch.realtime.engine import engine
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.paced import PacedSource
from livepitch.realtime.source import DeviceError, FileSource
from tests.realtime.fakes import FakeTracker

NOTE = 0.5  # s


def sung_at(instant):
    """Hz that a `Clockwork` sings at a monotonic instant, s."""
    return 220.0 * 2.0 ** (int(instant / NOTE) % 12 / 12)


class Stuck(FileSource):
    """Never done with opening."""

    def open(self, sink):
        threading.Event().wait()


class Renamed(FileSource):
    """Knows its name and rate only once it is open."""

    def __init__(self, path):
        super().__init__(path)
        self.name, self.sample_rate = "some input", 0

    def open(self, sink):
        self.name, self.sample_rate = "Headset", 16_000
        super().open(sink)


class Refused(FileSource):
    def open(self, sink):
        raise DeviceError("Headset: is in use by another program")


class OddError(Exception):
    """One that cannot be made from what it was pickled as."""

    def __init__(self, what, why):
        super().__init__(f"{what}, {why}")


class Odd(FileSource):
    def open(self, sink):
        raise OddError("broken", "on purpose")


class Bound(FileSource):
    """Cannot travel."""

    def __init__(self, path, **options):
        super().__init__(path, **options)
        self.lock = threading.Lock()


class Ear(FakeTracker):
    """Hears the pitch of a plain tone by its zeros, with next to no work: a busy machine is fast enough for it."""

    WINDOW = 0.05  # s

    def __init__(self, model, sample_rate, settings, *settle):
        super().__init__(model, sample_rate, settings, latency=self.WINDOW / 2)

    def skip(self, n):
        if self.first + len(self.samples) + n < 0:
            raise AssertionError("time goes back")
        super().skip(n)

    def _frames(self, lookahead):
        frames, half = [], round(self.WINDOW / 2 * self.sample_rate)
        while (centre := self.frame * self.hop) + half <= self.first + len(self.samples):
            heard = np.array(self.samples[max(centre - half - self.first, 0) : centre + half - self.first])
            frames.append(self._frame(centre / self.sample_rate, heard))
            self.frame += 1
        return frames

    def _frame(self, time, heard):
        level = 20 * np.log10(np.sqrt(np.mean(heard**2)) + 1e-9)
        rising = np.flatnonzero((heard[:-1] < 0) & (heard[1:] >= 0))
        if len(rising) < 3:
            return PitchFrame(time, float("nan"), 0.0, float(level))
        exact = rising + heard[rising] / (heard[rising] - heard[rising + 1])
        return PitchFrame(time, float((len(exact) - 1) * self.sample_rate / (exact[-1] - exact[0])), 1.0, float(level))


class Clockwork(PacedSource):
    """Sings for ever, at every instant what the clock says, so that each frame tells whether it is right.

    The process that it travels to hears it with an `Ear`, unless it is to be heard by the network.
    """

    endless = True

    def __init__(self, rate=16_000, network=False):
        super().__init__(True, rate)
        self.name, self.network = "clockwork", network

    def __setstate__(self, state):
        super().__setstate__(state)
        if not self.network:
            engine.stream_tracker = Ear

    def _blocks(self):
        begin, size, phase = time.monotonic(), self.sample_rate // 100, 0.0
        for number in range(10**9):
            hz = sung_at(begin + number / 100)
            phases = phase + 2 * np.pi * hz / self.sample_rate * np.arange(1, size + 1)
            phase = phases[-1] % (2 * np.pi)
            self._at(number)
            yield (0.3 * np.sin(phases)).astype(np.float32)

    def _at(self, number):
        """Before block `number`."""


class Fatal(Clockwork):
    """Ends its process before its first sound, by a signal or an exit code."""

    def __init__(self, signal_number=None):
        super().__init__()
        self.signal_number = signal_number

    def _at(self, number):
        if self.signal_number is None:
            os._exit(7)
        os.kill(os.getpid(), self.signal_number)


class Once(Clockwork):
    """Makes trouble in the first process that it is opened in, and none in the next."""

    def __init__(self, note):
        super().__init__()
        self.note = note  # a file that tells the next process

    def _first(self):
        try:
            self.note.open("x").close()
        except FileExistsError:
            return False
        return True


class Sticky(Once):
    """Is lost, and then its driver never comes back from opening it."""

    def __setstate__(self, state):
        super().__setstate__(state)
        self.opened = 0
        worker.DEVICE = 0.3  # that process believes sooner that it hangs

    def open(self, sink):
        self.opened += 1
        if self.opened == 2 and self._first():
            threading.Event().wait()
        super().open(sink)

    def _at(self, number):
        if number == 60 and not self.note.exists():
            raise DeviceError("clockwork: stopped by the system")


class Unplugged(Once):
    """Is not there for a while when another process opens it."""

    def __setstate__(self, state):
        super().__setstate__(state)
        self.refusals = 0 if self._first() else 3

    def open(self, sink):
        self.refusals -= 1
        if self.refusals >= 0:
            raise DeviceError("clockwork: not there")
        super().open(sink)
