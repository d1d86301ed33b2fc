"""The window is closed, or told to end, while it is busy with anything: it ends, and nothing is left of it or lost."""

import os
import signal
import threading
import time

import pytest
import soundfile
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog

from livepitch.gui.sound.transport import State
from livepitch.gui.viewmodel import take_export
from livepitch.gui.window import Window
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.source import DemoVoice

from .conftest import FakeSource
from .leftovers import children, nothing_left
from .monkey_world import own_world
from .takes import melody, sung, write_take

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def world(tmp_path, monkeypatch):
    own_world(tmp_path, monkeypatch)


@pytest.fixture
def ending(qtbot, studio, tmp_path, monkeypatch):
    """A window that a test closes, after which nothing may be left."""
    with nothing_left(monkeypatch, tmp_path / "temporary"):
        window = Window(FakeSource(), make_stream=studio.make)
        qtbot.addWidget(window)
        window.show()
        yield window
        window.close()
        for stream in studio.streams:
            stream.may_start.set()


def test_while_an_input_takes_for_ever_to_open(ending, qtbot, studio):
    studio.prepare = lambda stream: stream.may_start.clear()
    ending.start()
    qtbot.waitUntil(lambda: len(studio.streams) == 1, timeout=60_000)
    ending.close()
    assert not ending.isVisible()
    studio.stream.may_start.set()  # now it opens
    qtbot.waitUntil(lambda: studio.stream.stopped_on is not None, timeout=60_000)
    assert not studio.stream.running


def test_while_a_pitch_is_found(ending, qtbot, tmp_path):
    sound = tmp_path / "long.flac"
    soundfile.write(sound, sung(melody(60, 62, seconds=30)), 16_000)
    ending.takes.open(sound)
    tracking = lambda: ending.takes.opening._tracking  # noqa: E731
    qtbot.waitUntil(lambda: tracking() is not None and tracking().pid is not None, timeout=60_000)
    pid = tracking().pid
    ending.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_while_something_is_saved_the_file_is_whole(ending, qtbot, tmp_path, monkeypatch):
    path = write_take(tmp_path / "takes", "Take 1", melody(60, 62))
    ending.takes.open(path)
    qtbot.waitUntil(lambda: ending.takes.scene.on, timeout=60_000)
    begun, write = threading.Event(), take_export.save

    def slowly(*arguments):
        begun.set()
        time.sleep(0.5)
        return write(*arguments)

    monkeypatch.setattr("livepitch.gui.takes.exporting.save", slowly)
    ending.takes.exporting.ask()  # what
    ending.takes.exporting.ask()  # where
    (dialog,) = ending.findChildren(QFileDialog)
    dialog.selectFile(str(tmp_path / "mine.csv"))
    dialog.accept()
    assert begun.wait(10)
    ending.close()
    rows = (tmp_path / "mine.csv").read_text().splitlines()
    assert (rows[0], len(rows)) == ("time,f0,confidence,voiced", 201)


def test_while_dialogs_are_open(ending, qtbot):
    qtbot.keyClick(ending, Qt.Key.Key_O, CTRL)
    (dialog,) = ending.findChildren(QFileDialog)
    assert dialog.isVisible()
    ending.close()
    assert not dialog.isVisible()


def test_one_room_that_fails_to_close_keeps_no_other_open(ending, qtbot, studio, monkeypatch, caplog):
    ending.start()
    qtbot.waitUntil(lambda: ending.listening.transport.state is State.RUNNING, timeout=60_000)
    monkeypatch.setattr(ending.practice, "leave", lambda: 1 / 0)
    ending.close()
    assert not studio.stream.running
    assert "PracticeRoom did not close" in caplog.text
    monkeypatch.undo()
    ending.practice.close()


@pytest.mark.parametrize("held", [False, True])
def test_while_the_engine_works_or_is_held_up(qtbot, tmp_path, monkeypatch, held):
    with nothing_left(monkeypatch, tmp_path / "temporary"):
        window = Window(DemoVoice(16_000), make_stream=RemoteSession)
        qtbot.addWidget(window)
        window.show()
        window.record_to(tmp_path / "takes")
        window.start()
        qtbot.waitUntil(lambda: window.listening.live.history.newest > 1.0, timeout=60_000)
        pid = window.listening.transport.stream.pid
        if held:
            os.kill(pid, signal.SIGSTOP)
        window.close()
        qtbot.waitUntil(lambda: pid not in children(), timeout=60_000)
    (take,) = (tmp_path / "takes").glob("*.flac")
    assert soundfile.info(take).duration > 0.5
