import math
import os
import threading
from dataclasses import replace
from functools import partial

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is imported: tests never open a window on a screen

import pytest
from pytestqt.qtbot import QtBot

from livepitch.realtime.frame import Percentiles, PitchFrame, StreamStats
from livepitch.realtime.recording.takes import Recording
from livepitch.realtime.sending import Sending


def make_frame(time, f0=math.nan, confidence=0.9, level=-20.0, settled=True, captured=math.nan):
    return PitchFrame(time, f0, confidence, level, settled=settled, captured=captured)


def make_tone(f0, seconds, start=0.0, **more):
    return [make_frame(start + 0.01 * i, f0, **more) for i in range(round(100 * seconds))]


class FakeStream:
    """A session without audio: gives out what a test puts into `ready`."""

    latency = 0.032
    sample_rate = 48_000
    tuned = None

    def __init__(self, source=None, model="stream", settings=None, settle=None):
        self.source, self.model, self.settings, self.settle = source, model, settings, settle
        self.ready, self.message, self.running = [], None, False
        self.may_start = threading.Event()
        self.may_start.set()
        self.error = self.broken = None
        self.stopped_on = None
        self.shown, self.adjusted, self.recording = [], [], None
        self.outputs, self.sending = [], ()
        self.stats = StreamStats(
            xruns=3, skipped=24_000, stages={"sound_to_frame": Percentiles(47.4, 50.0, 60.0, 80.0)}
        )

    def start(self):
        self.may_start.wait(10)
        if self.error is not None:
            raise self.error
        self.running = True

    def stop(self):
        self.running = False
        self.stopped_on = threading.current_thread().name

    def frames(self):
        if self.broken is not None:
            raise self.broken
        frames, self.ready = self.ready, []
        return frames

    def adjust(self, **levels):
        self.adjusted.append(levels)

    def send(self, outputs):
        self.sending = tuple(Sending(output.name) for output in outputs)
        self.outputs.append(list(outputs))

    def record(self, take):
        self.recording = Recording(take)

    def end_recording(self):
        self.recording = replace(self.recording, running=False)

    def painted(self, frames, instant):
        self.shown.append((list(frames), instant))


class FakeSource:
    name = "Headset"
    sample_rate = 48_000


class Studio:
    """Makes streams for a window and remembers them."""

    def __init__(self):
        self.streams = []
        self.made = threading.Event()
        self.prepare = lambda stream: None

    def make(self, source, model, settings, settle=None):
        stream = FakeStream(source, model, settings, settle)
        self.prepare(stream)
        self.streams.append(stream)
        self.made.set()
        return stream

    @property
    def stream(self):
        """The newest; the first is waited for, as the window makes it in a thread of its own."""
        assert self.made.wait(20), "no stream was made"
        return self.streams[-1]


@pytest.fixture
def qtbot(qapp, request):
    """As that of pytest-qt, but more patient where nothing else is said: several tests share a core."""
    bot = QtBot(request)
    bot.waitUntil = partial(bot.waitUntil, timeout=20_000)
    bot.waitSignal = partial(bot.waitSignal, timeout=20_000)
    return bot


@pytest.fixture
def frame():
    return make_frame


@pytest.fixture
def tone():
    return make_tone


@pytest.fixture
def studio():
    return Studio()


@pytest.fixture
def window(qtbot, studio):
    from livepitch.gui.window import Window

    window = Window(FakeSource(), "stream", make_stream=studio.make)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    yield window
    for stream in studio.streams:
        stream.may_start.set()
    window.close()


@pytest.fixture
def running(window, qtbot):
    """The window, listening; its own timer stopped so that a test says when it ticks."""
    from livepitch.gui.sound.transport import State

    window.start()
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    window.scenes.timer.stop()
    return window
