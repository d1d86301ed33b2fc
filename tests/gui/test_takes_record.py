"""Recording from the window: with a stream that says what a test wants, and once for real with the demo voice."""

import math
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog

from livepitch.gui.sound.transport import State
from livepitch.gui.window import Window
from livepitch.realtime.csv_track import read_take_track
from livepitch.realtime.source import DemoVoice

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("LIVEPITCH_RECORDINGS", str(tmp_path / "takes"))
    return tmp_path / "takes"


def begin(window, qtbot, studio):
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: bool(studio.streams) and studio.stream.recording is not None)


def test_one_key_records_and_the_same_ends_it(running, qtbot, studio, folder):
    window, room = running, running.takes.recording
    begin(window, qtbot, studio)
    name = studio.stream.recording.path.name
    assert studio.stream.recording.path.parent == folder
    assert name.startswith("Take 20")
    studio.stream.recording = replace(studio.stream.recording, seconds=65.4)
    qtbot.waitUntil(lambda: room.line.label.text() == f"Recording 1:05 · {name}")
    assert room.line.isVisible()
    assert room.button.text() == "1:05"
    assert room.action.text() == "Stop &recording"
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: not room.line.isVisible())
    assert window.stage.banner.label.text() == f"Saved {name}"
    assert window.stage.banner.button.text() == "Look at it"
    assert room.button.text() == "Record"
    assert window.listening.transport.state is State.RUNNING


def test_recording_starts_to_listen(window, qtbot, studio):
    qtbot.mouseClick(window.takes.recording.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(studio.streams) and studio.stream.recording is not None)
    assert window.listening.transport.state is State.RUNNING


def test_recording_from_the_command_line_waits_for_the_stream(window, qtbot, studio, tmp_path):
    studio.prepare = lambda stream: stream.may_start.clear()
    window.record_to(tmp_path)
    window.start()
    qtbot.waitUntil(window.takes.recording.line.isVisible)
    assert window.takes.recording.line.label.text().startswith("Recording begins · Take 20")
    assert studio.stream.recording is None
    studio.stream.may_start.set()
    qtbot.waitUntil(lambda: studio.stream.recording is not None)
    assert studio.stream.recording.path.parent == tmp_path


def test_a_stream_that_cannot_start_leaves_no_recording_waiting(window, qtbot, studio):
    studio.prepare = lambda stream: setattr(stream, "error", RuntimeError("no microphone"))
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: window.stage.welcome.text.text() == "No microphone")
    assert not window.takes.recording.line.isVisible()
    assert window.takes.recording.button.text() == "Record"


@pytest.mark.parametrize("seconds", [0.0, 3.2])
def test_a_full_disk_is_told_and_the_stream_goes_on(running, qtbot, studio, seconds):
    window = running
    begin(window, qtbot, studio)
    path = studio.stream.recording.path
    error = f"{path}: recording ended (No space left on device); free some space, or record into another folder"
    studio.stream.recording = replace(studio.stream.recording, seconds=seconds, error=error, running=False)
    qtbot.waitUntil(lambda: "No space left on device" in window.stage.banner.label.text())
    assert window.listening.transport.state is State.RUNNING
    assert not window.takes.recording.line.isVisible()
    qtbot.mouseClick(window.stage.banner.close_button, Qt.MouseButton.LeftButton)
    assert (window.stage.banner.label.text() == f"Saved {path.name}") == bool(seconds)


def test_markers_set_while_recording_lie_beside_the_take_from_its_start(running, qtbot, studio):
    window = running
    begin(window, qtbot, studio)
    path = studio.stream.recording.path
    path.parent.mkdir()
    for time in (3.0, 5.5, 20.0):  # before, within, after
        window.stage.view.markers.add(time)
    studio.stream.recording = replace(studio.stream.recording, seconds=10.0, start=4.25, running=False)
    labels = path.with_name(f"{path.name}.txt")
    qtbot.waitUntil(labels.exists)
    assert labels.read_text() == "1.250000\t1.250000\t2\n"


@pytest.mark.alone
@pytest.mark.timeout(120)
def test_the_demo_voice_is_recorded_seen_and_saved_without_a_manual(qtbot, folder, tmp_path):
    window = Window(DemoVoice())
    qtbot.addWidget(window)
    window.show()
    try:
        qtbot.mouseClick(window.takes.recording.button, Qt.MouseButton.LeftButton)
        newest = lambda: window.listening.live.history.newest  # noqa: E731
        qtbot.waitUntil(lambda: newest() > 1.5, timeout=60_000)
        qtbot.keyClick(window, Qt.Key.Key_M)
        (marker,) = window.stage.view.markers
        qtbot.waitUntil(lambda: newest() > 2.0)
        live = window.listening.live.history
        sung_there = live.f0[np.searchsorted(live.time, marker.time - 0.005)]
        qtbot.mouseClick(window.takes.recording.button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: window.stage.banner.label.text().startswith("Saved Take "), timeout=10_000)
        qtbot.mouseClick(window.stage.banner.button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: window.takes.scene.on)
        (voice,) = window.stage.view.roll.voices
        sound = next(folder.glob("Take *.flac"))
        saved = read_take_track(sound.with_name(f"{sound.stem}.csv"))
        np.testing.assert_allclose(voice.history.f0, saved.f0, rtol=1e-5)
        assert np.isfinite(saved.f0).mean() > 0.3
        qtbot.waitUntil(lambda: len(window.stage.view.markers) == 1)  # it was saved with the take
        (kept,) = window.stage.view.markers
        assert saved.f0[round(100 * kept.time)] == pytest.approx(sung_there, rel=1e-3, nan_ok=True)
        assert 0 < kept.time < marker.time + 0.01
        assert window.takes.scene.take.duration == pytest.approx(soundfile.info(sound).duration)
        assert window.takes.scene.take.duration > 1.5
        window.takes.exporting.ask()  # what
        window.takes.exporting.ask()  # where
        (dialog,) = window.findChildren(QFileDialog)
        dialog.selectFile(str(tmp_path / "mine.csv"))
        dialog.accept()
        qtbot.waitUntil((tmp_path / "mine.csv").exists)
        mine = read_take_track(tmp_path / "mine.csv")
        np.testing.assert_allclose(mine.f0, saved.f0, rtol=1e-5)
        assert not math.isnan(np.nanmedian(mine.f0))
    finally:
        window.close()


def record_from(window, qtbot, studio, start):
    begin(window, qtbot, studio)
    path = studio.stream.recording.path
    path.parent.mkdir(exist_ok=True)
    studio.stream.recording = replace(studio.stream.recording, seconds=1.0, start=start)
    return path.with_name(f"{path.name}.txt")


def test_a_marker_is_on_the_disk_while_the_recording_goes_on(running, qtbot, studio):
    labels = record_from(running, qtbot, studio, 4.0)
    marker = running.stage.view.markers.add(5.0)
    qtbot.waitUntil(lambda: labels.exists() and labels.read_text() == "1.000000\t1.000000\t1\n")
    running.stage.view.markers.rename(marker, "breath")
    qtbot.waitUntil(lambda: labels.read_text() == "1.000000\t1.000000\tbreath\n")
    qtbot.keyClick(running, Qt.Key.Key_L, CTRL)  # an empty picture does not take it back
    running.stage.view.markers.add(6.0)
    qtbot.waitUntil(lambda: labels.read_text() == "1.000000\t1.000000\tbreath\n2.000000\t2.000000\t1\n")


def test_closing_the_window_while_recording_keeps_the_markers(running, qtbot, studio):
    labels = record_from(running, qtbot, studio, 4.0)
    running.stage.view.markers.add(5.0)
    running.close()
    assert labels.read_text() == "1.000000\t1.000000\t1\n"


def test_another_stream_or_recording_on_screen_does_not_change_the_markers(running, qtbot, studio, folder):
    labels = record_from(running, qtbot, studio, 4.0)
    first = studio.stream
    running.stage.view.markers.add(5.0)
    running.listening.start()  # another input, say: its picture begins empty
    running.stage.view.markers.add(4.5)
    first.recording = replace(first.recording, seconds=3.0, running=False)
    qtbot.waitUntil(lambda: running.stage.banner.label.text().startswith("Saved Take "))
    running.close()
    assert labels.read_text() == "1.000000\t1.000000\t1\n"
