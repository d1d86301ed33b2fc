"""Faults, planted one by one into a session that is real but for its source, its clock and its network.

The source says in every sample when it was sung, and the tracker gives that as the pitch: so each frame tells whether
it is right. The clock moves only with the sound, so "within 2 s" is counted in blocks and holds on any machine.
"""

import errno
import threading
import time
from collections import deque

import numpy as np

from livepitch.realtime.recording import take_writer
from livepitch.realtime.session import Session
from livepitch.realtime.source import DeviceError
from tests.realtime.fakes import FakeClock, FakeTracker, wait_until

UNIT = 2.0**-23  # a step of 24 bits, so that a recording keeps every sample as it is
TICKS = 2000  # steps of a sample's value a second: half a millisecond each
BASE = 1000.0  # s by the clock, when a sample has the value 0
RATES = (1000, 2000)  # Hz
SOON = 200  # blocks of 10 ms, after a fault's end, within which frames must be right again
LOOK = 0.05  # s that a block waits for its frame before the next one comes


class Device:
    """A source that a test makes trouble with; it delivers nothing after `close`, as PortAudio does."""

    live = endless = True

    def __init__(self):
        self.name, self.sample_rate, self.patience = "fake input", RATES[0], 1e9
        self.finished, self.error = False, None
        self.refusals = {"open": deque(), "start": deque(), "close": deque()}
        self.delivered = self.overflows = self.opened = 0
        self._sink, self._lock = None, threading.Lock()
        self._running = threading.Event()

    def _maybe_fail(self, stage):
        if self.refusals[stage]:
            raise self.refusals[stage].popleft()

    def open(self, sink):
        self._maybe_fail("open")
        with self._lock:
            self._sink, self.error = sink, None
        self.opened += 1

    def start(self):
        self._maybe_fail("start")
        self._running.set()

    def close(self):
        with self._lock:
            self._sink = None
            self._running.clear()
        self._maybe_fail("close")

    @property
    def playing(self):
        return self._running.is_set()

    def give(self, block, captured, overflowed=False):
        """Whether it was there to be given to."""
        with self._lock:
            if self._sink is None or not self._running.is_set():
                return False
            self.delivered += len(block)
            self.overflows += overflowed
            self._sink(block, captured, overflowed)
        return True

    def fail(self, error):
        """As PortAudio does when a device goes: it stops by itself."""
        with self._lock:
            if self._sink is not None and self._running.is_set():
                self._running.clear()
                self.error = error
                self._sink(np.zeros(0, np.float32), 0.0, False)


class Tracker(FakeTracker):
    """Fails where it is told to."""

    def __init__(self, plan, *arguments):
        plan.maybe_fail("make")
        super().__init__(*arguments, before_push=lambda block: plan.maybe_fail("push"))
        self._plan = plan

    def warm_up(self):
        self._plan.maybe_fail("warm_up")
        super().warm_up()

    def skip(self, n):
        self._plan.maybe_fail("skip")
        super().skip(n)

    def set_gate(self, gate):
        self._plan.maybe_fail("set_gate")
        super().set_gate(gate)

    def _frames(self, lookahead):
        frames = super()._frames(lookahead)
        self._plan.maybe_fail("give")
        return frames


class Plan:
    """Which stages of the tracker shall fail, and how often."""

    def __init__(self):
        self.failures = {stage: deque() for stage in ("make", "warm_up", "skip", "push", "give", "set_gate")}
        self.held, self.holding = None, False  # an event that a push waits for, and whether one does

    def maybe_fail(self, stage):
        if stage == "push" and self.held is not None:
            self.holding = True
            self.held.wait(20)
            self.holding = False
        if self.failures[stage]:
            raise self.failures[stage].popleft()

    @property
    def empty(self):
        return not any(self.failures.values())


class Stage:
    """A session under test, and the sound for it."""

    def __init__(self, rng, take=None):
        self.rng, self.clock, self.device, self.plan = rng, FakeClock(BASE + 1.0), Device(), Plan()
        self.session = Session(
            self.device, object(), tracker_factory=lambda *made: Tracker(self.plan, *made), clock=self.clock
        )
        self.given, self.frames, self.planted = {}, [], 0
        if take is not None:
            self.session.record(take)
        self.session.start()
        self.recover()

    def block(self, seconds=0.01, overflowed=False, alter=lambda block: block):
        """The next sound; whether anybody took it."""
        begun = self.clock.now
        self.clock.now += seconds
        rate = self.device.sample_rate
        ticks = np.round((begun - BASE) * TICKS) + np.arange(round(seconds * rate)) * (TICKS // rate)
        block = alter((ticks * UNIT).astype(np.float32))
        taken = self.device.give(block, begun, overflowed)
        self.frames += self.session.frames()
        return taken

    def sound(self, seconds):
        for _ in range(round(seconds * 100)):
            self.block()

    def recover(self):
        """Go on until a frame of sound given from now on is right: within 2 s."""
        since = self.clock.now
        for _ in range(SOON):
            if not self.block():
                time.sleep(0.002)  # the worker is busy opening
                self.clock.now -= 0.01  # by this clock no time has passed meanwhile
                if not self._wait(lambda: self.device.playing, 20):
                    break
                continue
            if self._wait(lambda: self._right_since(since), LOOK):
                return
        raise AssertionError(f"no right frame for {SOON} blocks; {self.session.message}; {self.session.stats}")

    def _wait(self, condition, seconds):
        limit = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > limit:
                return False
            time.sleep(0.0005)
        return True

    def _right_since(self, since):
        self.frames += self.session.frames()
        return any(frame.captured >= since - 1e-6 and self.is_right(frame) for frame in self.frames[-20:])

    def is_right(self, frame):
        """Whether its pitch is that of the sound at its instant, and its time the time since the start."""
        sung = BASE + frame.f0 / UNIT / TICKS
        return abs(sung - frame.captured) < 1e-3 and abs(frame.captured - self.begun - frame.time) < 0.05

    @property
    def begun(self):
        return BASE + 1.0

    def restarted(self, action, more=1):
        """Do something after which the session must have restarted something, so often at least."""
        before = self.session.stats.restarts
        action()
        wait_until(lambda: (self.block(), self.session.stats.restarts >= before + more)[1])


def device_error(stage):
    stage.restarted(lambda: stage.device.fail(DeviceError("fake input: stopped by the system")))


def refused(stage):
    """It is away for a while; what the driver says then is not always what it should."""
    kinds = (DeviceError, OSError, RuntimeError, MemoryError, ValueError)
    for _ in range(int(stage.rng.integers(1, 5))):
        stage.device.refusals["open"].append(stage.rng.choice(kinds)("unplugged, on purpose"))
    device_error(stage)
    assert not stage.device.refusals["open"]


def refused_start(stage):
    stage.device.refusals["start"].append(DeviceError("busy, on purpose"))
    device_error(stage)
    wait_until(lambda: not stage.device.refusals["start"])


def refused_close(stage):
    stage.device.refusals["close"].append(OSError("cannot stop, on purpose"))
    device_error(stage)
    assert not stage.device.refusals["close"]


def gone_for_long(stage):
    stage.device.refusals["open"].extend(DeviceError("unplugged, on purpose") for _ in range(3))
    stage.device.fail(DeviceError("fake input: stopped by the system"))
    wait_until(lambda: len(stage.device.refusals["open"]) < 3)
    stage.clock.now += float(stage.rng.uniform(0.5, 30.0))
    wait_until(lambda: stage.device.playing)


def silent_without_a_word(stage):
    before = stage.session.stats.restarts
    stage.device.patience = 0.01
    stage.block()  # it sleeps for that long from now on
    wait_until(lambda: stage.session.stats.restarts > before)
    stage.device.patience = 1e9
    stage.sound(0.02)


def another_rate(stage):
    stage.device.fail(DeviceError("fake input: stopped by the system"))
    stage.device.sample_rate = RATES[stage.device.sample_rate == RATES[0]]
    wait_until(lambda: stage.device.playing)


def stall(stage):
    """The callback comes late, with everything at once."""
    seconds = float(stage.rng.choice([0.001, 0.01, 0.1, 1.0, 10.0]))
    for _ in range(round(seconds * 100)):
        stage.block()


def overflow(stage):
    for _ in range(int(stage.rng.integers(1, 6))):
        stage.block(overflowed=True)


def altered(change):
    def plant(stage):
        for _ in range(int(stage.rng.integers(1, 30))):
            stage.block(alter=change)

    return plant


def failing(where, kind=RuntimeError, text="on purpose"):
    def plant(stage):
        count = int(stage.rng.integers(1, 4))
        stage.plan.failures[where].extend(kind(text) for _ in range(count))
        if where in ("make", "warm_up", "skip"):
            stage.plan.failures["push"].append(kind(text))
        wait_until(lambda: (stage.block(), stage.plan.empty)[1])

    return plant


def failing_gate(stage):
    stage.plan.failures["set_gate"].append(RuntimeError("on purpose"))
    stage.session.adjust(gate=float(stage.rng.uniform(-90, -60)))
    wait_until(lambda: (stage.block(), stage.plan.empty)[1])


def failing_away(stage):
    """What takes the frames fails."""
    outlet, put = stage.session._outlet, stage.session._outlet.put
    called = threading.Event()

    def fail(*arguments, **options):
        outlet.put = put
        called.set()
        raise RuntimeError("on purpose")

    outlet.put = fail
    wait_until(lambda: (stage.block(), called.is_set())[1])


def busy_for_long(stage):
    """The network takes longer than `max_behind`, or than the ring is long."""
    stage.plan.held = threading.Event()
    stage.sound(float(stage.rng.choice([0.1, 0.4, 1.5, 31.0])))
    held, stage.plan.held = stage.plan.held, None
    held.set()


def clock_jump(stage):
    """The computer slept, or its clock was set; `time.monotonic` never goes back."""
    jump = float(stage.rng.uniform(0.5, 3600.0))
    stage.device.fail(DeviceError("fake input: stopped by the system"))
    stage.clock.now += jump
    wait_until(lambda: stage.device.playing)


def disk_full(stage):
    """The recording ends, the stream goes on."""
    flush = take_writer.TakeWriter.flush

    def full(writer):
        raise OSError(errno.ENOSPC, "No space left on device")

    take_writer.TakeWriter.flush = full
    try:
        recording = stage.session.recording
        if recording is not None and recording.running:
            wait_until(lambda: (stage.block(), not stage.session.recording.running)[1])
            assert stage.session.recording.error
    finally:
        take_writer.TakeWriter.flush = flush


def denormal(block):
    return np.full_like(block, 1e-40)


def constant(value):
    return lambda block: np.full_like(block, value)


SOUNDS = {
    "NaN": altered(constant(np.nan)),
    "Inf": altered(constant(np.inf)),
    "minus Inf": altered(constant(-np.inf)),
    "largest float": altered(constant(np.finfo(np.float32).max)),
    "denormals": altered(denormal),
    "DC": altered(constant(0.5)),
    "clipping": altered(constant(1.0)),
    "zeros": altered(constant(0.0)),
}
TROUBLES = {
    "device error in the callback": device_error,
    "device error in open": refused,
    "device error in start": refused_start,
    "device error in stop": refused_close,
    "device gone and back": gone_for_long,
    "device silent without a word": silent_without_a_word,
    "callback stalls": stall,
    "overflow flags": overflow,
    "tracker fails when made": failing("make"),
    "tracker fails when warmed up": failing("warm_up"),
    "tracker fails in a push": failing("push", ZeroDivisionError),
    "tracker fails after a push": failing("give", KeyError),
    "tracker fails in a skip": failing("skip"),
    "tracker fails in set_gate": failing_gate,
    "frames cannot be given away": failing_away,
    "MLX out of memory": failing("push", RuntimeError, "[malloc] Unable to allocate 123456789 bytes."),
    "Python out of memory": failing("push", MemoryError, ""),
    "the network gives no numbers": failing("push", FloatingPointError, "the network gives no numbers"),
    "network busy for long": busy_for_long,
    "clock jumps": clock_jump,
}
OTHERS = {"another rate on return": another_rate, "disk full": disk_full}
ALL = {**TROUBLES, **SOUNDS, **OTHERS}
