"""The real window, engine and sound server: the tone is heard, the microphone is pulled out and put back."""

import subprocess

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from livepitch.gui.sound.transport import State
from livepitch.gui.window import Window
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.source import Microphone, input_devices
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone, skip_unless_installed

pytestmark = pytest.mark.audio
NULL_SINK = ["module-null-sink", "sink_name=virt", "rate=48000", "channels=1", "format=s16le"]


def pactl(*arguments):
    return subprocess.run(["pactl", *arguments], check=True, capture_output=True, text=True).stdout


def unplug():
    module = next(line.split()[0] for line in pactl("list", "short", "modules").splitlines() if "null-sink" in line)
    pactl("unload-module", module)


@pytest.fixture
def virtual():
    skip_unless_installed()
    with VirtualMicrophone(48_000) as microphone:
        input_devices(refresh=True)  # PortAudio made its list before the server was there
        yield microphone


@pytest.fixture
def window(qtbot, virtual):
    window = Window(Microphone(DEVICE, sample_rate=48_000), make_stream=RemoteSession)
    qtbot.addWidget(window)
    window.show()
    window.start()
    qtbot.waitUntil(lambda: window.listening.transport.state is not State.STARTING, timeout=30_000)
    assert window.listening.transport.state is State.RUNNING, window.stage.welcome.text.text()
    yield window
    window.close()


@pytest.mark.timeout(90)
def test_a_tone_is_heard_and_a_microphone_that_goes_is_missed_and_comes_back_by_itself(window, qtbot):
    history, banner = window.listening.live.history, window.stage.banner
    qtbot.waitUntil(lambda: len(history) > 20, timeout=20_000)
    qtbot.keyClick(window, Qt.Key.Key_T)  # into the null sink, whose monitor is the microphone
    heard = lambda: np.abs(history.f0[-20:] - 440.0) < 3  # noqa: E731
    qtbot.waitUntil(lambda: np.all(heard()), timeout=20_000)
    assert window.stage.note.note.accessibleName() == "Note A4"
    qtbot.keyClick(window, Qt.Key.Key_T)

    unplug()
    lost = f"Input lost: {DEVICE}; listening goes on as soon as it is back"
    qtbot.waitUntil(lambda: banner.isVisible() and banner.label.text() == lost, timeout=10_000)
    assert "(lost, waiting)" in window.status.labels["device"].text()
    qtbot.waitUntil(lambda: window.stage.meter.figure.text() == "–")  # nothing is heard
    before = history.newest

    pactl("load-module", *NULL_SINK)
    qtbot.waitUntil(lambda: history.newest > before + 0.3, timeout=20_000)
    qtbot.waitUntil(lambda: banner.label.text() != lost, timeout=2_000)
    assert window.listening.transport.state is State.RUNNING
    assert "(lost, waiting)" not in window.status.labels["device"].text()
    assert np.any(np.abs(history.f0 - 440.0) < 3)  # what was sung before stays
    assert np.max(np.diff(history.time)) > 0.3  # and time went on meanwhile
