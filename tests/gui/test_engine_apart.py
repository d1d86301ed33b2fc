"""The window with its engine in another process: everything that it shows, and what it says when that dies."""

import os
import signal
import threading

import numpy as np
import pytest
import soundfile

from livepitch.gui.sound.transport import State
from livepitch.gui.window import Window
from livepitch.realtime.engine.remote import RemoteSession
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


def test_the_voice_is_drawn_and_an_engine_that_dies_is_told_and_replaced(window, qtbot, tmp_path):
    window.record_to(tmp_path)
    window.start()
    history = lambda: window.listening.live.history  # noqa: E731
    with qtbot.assertNotEmitted(window.listening.transport.failed):
        seen = lambda: history().newest > 1.5 or window.listening.transport.state is State.STOPPED  # noqa: E731
        qtbot.waitUntil(seen, timeout=60_000)
        assert window.listening.transport.state is State.RUNNING, window.stage.welcome.text.text()
        assert np.isfinite(history().f0).any()
        for fact in ("Demo voice", "16 kHz", "model stream", " ms algorithmic)", "xruns 0"):
            assert fact in shown(window)
        stream, before = window.listening.transport.stream, history().newest
        qtbot.waitUntil(lambda: "sound_to_paint" in stream.stats.stages, timeout=60_000)
        recording = window.takes.recording
        qtbot.waitUntil(lambda: "Recording 0:01" in recording.line.label.text(), timeout=60_000)

        os.kill(stream.pid, signal.SIGKILL)
        label = window.stage.banner.label
        qtbot.waitUntil(lambda: label.text().startswith("The engine ended unexpectedly"), timeout=60_000)
        assert label.text().endswith("; the recording goes on as " + stream.recording.path.name)
        qtbot.waitUntil(lambda: history().newest > before + 1.0, timeout=60_000)
        qtbot.waitUntil(lambda: "(2)" in recording.line.label.text(), timeout=60_000)
    assert window.listening.transport.stream is stream
    time = history().time
    assert time[0] < 0.1  # what was sung before is there still
    assert (np.diff(time) > 0).all()
    qtbot.waitUntil(lambda: stream.recording.seconds > 0.5, timeout=60_000)
    recording.toggle()
    first, second = (part.path.name for part in stream.recording.parts)
    qtbot.waitUntil(lambda: label.text() == f"Saved {first} and {second}", timeout=60_000)
    for name in (first, second):
        assert soundfile.info(tmp_path / f"{name}.flac").duration > 0.4


def test_a_wrong_model_is_said(window, qtbot):
    window.listening.choosing.chosen.name = "crooner"
    with qtbot.waitSignal(window.listening.transport.failed, timeout=60_000) as told:
        window.start()
    assert "crooner: no such model" in told.args[0]
    assert window.listening.transport.state is State.STOPPED
