"""The window hands the model and settings of the command line on, to that model alone."""

import pytest
from PyQt6.QtCore import Qt

from livepitch.gui.menus.choices import Choice
from livepitch.gui.sound.transport import State
from livepitch.gui.window import Window
from livepitch.realtime.frame import Settings
from tests.gui.conftest import FakeSource

LOADED = object()
STREAM, FILE = Choice("stream", "stream", ""), Choice("folder/big.pt", "big.pt", "")


@pytest.fixture
def window(qtbot, studio):
    settings = Settings(threshold=0.03, hop=32, a4=442.0)
    window = Window(FakeSource(), FILE.key, settings, studio.make, LOADED)
    qtbot.addWidget(window)
    window.show()
    yield window
    for stream in studio.streams:
        stream.may_start.set()
    window.close()


def wait_for_stream(qtbot, window, studio, number):
    qtbot.waitUntil(lambda: len(studio.streams) == number and window.listening.transport.state is State.RUNNING)
    return studio.stream


def test_a_model_that_is_loaded_is_not_loaded_again(window, studio, qtbot):
    window.start()
    first = wait_for_stream(qtbot, window, studio, 1)
    assert first.model is LOADED
    assert (first.settings.threshold, first.settings.hop, first.settings.a4) == (0.03, 32, 442.0)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    window.start()
    assert wait_for_stream(qtbot, window, studio, 2).model is LOADED


def test_another_model_has_its_own_thresholds_and_windows(window, studio, qtbot):
    window.listening.choosing.choose_model(STREAM)
    other = wait_for_stream(qtbot, window, studio, 1)
    assert other.model == "stream"
    assert (other.settings.threshold, other.settings.hop, other.settings.a4) == (None, None, 442.0)
    window.listening.choosing.choose_model(FILE)
    again = wait_for_stream(qtbot, window, studio, 2)
    assert (again.model, again.settings.hop) == (LOADED, 32)


def test_loading_is_said_until_the_first_pitch(window, studio, qtbot):
    studio.prepare = lambda stream: stream.may_start.clear()
    window.start()
    qtbot.waitUntil(lambda: len(studio.streams) == 1)
    assert window.stage.welcome.isVisible()
    assert "Loading the model big.pt" in window.stage.welcome.text.text()
    assert "Headset" in window.stage.welcome.text.text()
    studio.stream.message = "loading big.pt"
    studio.stream.may_start.set()
    wait_for_stream(qtbot, window, studio, 1)
    window.listening._tell(studio.stream)
    assert not window.stage.banner.isVisible()  # it need not be said twice
    studio.stream.may_start.set()  # pytest-qt closes the window first of all, which would wait for it
