"""The window with its engine in another process: everything that it shows, and what it says when that dies."""

import os
import signal
import threading

import numpy as np
import pytest

from livepitch.gui.sound.transport import State
from livepitch.gui.window import Window
from livepitch.realtime.remote import RemoteSession
from livepitch.realtime.source import DemoVoice


@pytest.fixture
def window(qtbot):
    window = Window(DemoVoice(16_000), make_stream=RemoteSession)
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()
    assert "livepitch-transport" not in {thread.name for thread in threading.enumerate()}


def shown(window):
    return "  ".join(label.text() for label in window.status.labels.values())


def test_the_voice_is_drawn_and_a_dead_engine_is_said_and_started_again(window, qtbot):
    window.start()
    with qtbot.assertNotEmitted(window.listening.transport.failed):
        seen = lambda: window.listening.live.history.newest > 1.5 or window.listening.transport.state is State.STOPPED  # noqa: E731
        qtbot.waitUntil(seen, timeout=60_000)
    assert window.listening.transport.state is State.RUNNING, window.stage.welcome.text.text()
    assert np.isfinite(window.listening.live.history.f0).any()
    for fact in ("Demo voice", "16 kHz", "model stream", " ms algorithmic)", "xruns 0"):
        assert fact in shown(window)
    stream = window.listening.transport.stream
    qtbot.waitUntil(lambda: "sound_to_paint" in stream.stats.stages)

    with qtbot.waitSignal(window.listening.transport.failed) as told:
        os.kill(stream.pid, signal.SIGKILL)
    assert "engine ended unexpectedly" in told.args[0]
    assert window.listening.transport.state is State.STOPPED

    window.start()
    qtbot.waitUntil(lambda: window.listening.live.history.newest > 0.3, timeout=60_000)
    assert window.listening.transport.stream is not stream


def test_a_wrong_model_is_said(window, qtbot):
    window.listening.choosing.chosen.name = "crooner"
    with qtbot.waitSignal(window.listening.transport.failed, timeout=60_000) as told:
        window.start()
    assert "crooner: no such model" in told.args[0]
    assert window.listening.transport.state is State.STOPPED
