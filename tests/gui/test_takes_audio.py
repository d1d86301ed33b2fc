"""Replay that is really heard: the window plays a take into a virtual sink, and a virtual microphone listens."""

import time

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from livepitch.realtime.portaudio import open_streams, output_devices
from livepitch.realtime.source import Microphone
from tests.gui.takes import melody, write_take
from tests.realtime.test_microphone import Recorder, open_and_start
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone, skip_unless_installed

pytestmark = pytest.mark.audio

RATE = 48_000


@pytest.fixture
def ear():
    skip_unless_installed()
    with VirtualMicrophone(RATE):
        assert DEVICE in [device.name for device in output_devices(refresh=True)]
        recorder, microphone = Recorder(), Microphone(DEVICE, sample_rate=RATE)
        open_and_start(microphone, recorder)
        yield recorder
        microphone.close()


def loudest_hz(sound):
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return np.argmax(spectrum) * RATE / len(sound)


def test_a_take_is_heard_where_the_cursor_is(window, qtbot, ear, tmp_path):
    window.takes.open(write_take(tmp_path, "take", melody(57, 69, seconds=2.0)))
    qtbot.waitUntil(lambda: window.takes.scene.on)
    window.takes.scene.seek(2.0)  # A4 from here on
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.takes.scene.position > 2.8, timeout=20_000)
    assert not window.stage.banner.isVisible()  # nothing to complain of
    qtbot.keyClick(window, Qt.Key.Key_Space)
    resting = window.takes.scene
    qtbot.waitUntil(lambda: not resting.playing and not window.scenes.timer.isActive())
    at = resting.position
    qtbot.wait(300)
    assert resting.position == at
    sound = np.concatenate(list(ear.blocks))
    heard = np.flatnonzero(np.abs(sound) > 0.05)
    seconds = (heard[-1] - heard[0]) / RATE
    assert loudest_hz(sound[heard[0] : heard[-1]]) == pytest.approx(440, abs=3)
    assert seconds == pytest.approx(at - 2.0, abs=0.15)
    window.close()
    limit = time.monotonic() + 5
    while len(open_streams) > 1 and time.monotonic() < limit:
        time.sleep(0.05)
    assert len(open_streams) == 1  # the microphone's
