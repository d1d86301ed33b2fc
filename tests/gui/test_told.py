"""What goes wrong is told in one sentence on the banner, and the window goes on."""

import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import Qt, QTimer, QUrl
from PyQt6.QtGui import QDesktopServices, QGuiApplication, QKeySequence

from livepitch.doctor import report as report_module
from livepitch.gui.home.mishaps import Mishaps
from livepitch.gui.sound.jobs import Jobs
from livepitch.gui.sound.transport import State
from livepitch.realtime.log import log as log_module
from livepitch.realtime.recording.takes import Recording, next_part, take_files

from .test_window import sing

CTRL = Qt.KeyboardModifier.ControlModifier
SLOW = "this computer is too slow for rmvpe-small: skipped 3.2 s"


def said(window):
    banner = window.stage.banner
    return banner.label.text() if banner.isVisible() else ""


def press(qtbot, window, keys):
    for combination in QKeySequence(keys):
        qtbot.keyClick(window, combination.key(), combination.keyboardModifiers())


# too slow a computer


@pytest.fixture
def slow(running, studio, tone):
    running.listening.choosing.chosen.name = "rmvpe-small"
    studio.stream.message = SLOW
    sing(running, studio, tone(440.0, 0.1))
    return running


def test_what_was_skipped_is_told_and_a_lighter_model_is_one_press_away(slow, qtbot, studio):
    assert said(slow) == "This computer is too slow for rmvpe-small: skipped 3.2 s"
    assert "skipped 0.5 s" in slow.status.labels["skipped"].text()  # in all
    qtbot.mouseClick(slow.stage.banner.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(studio.streams) == 2)
    assert studio.stream.model == "stream"


@pytest.mark.parametrize("recorded", [False, True])
def test_nothing_lighter_is_offered_where_there_is_none_or_a_recording_would_end(
    slow, studio, tone, tmp_path, recorded
):
    if recorded:
        studio.stream.record(tmp_path / "take")
    else:
        slow.listening.choosing.chosen.name = "stream"
    sing(slow, studio, tone(440.0, 0.1, start=0.1))
    assert said(slow) == "This computer is too slow for rmvpe-small: skipped 3.2 s. Close other programs."
    assert not slow.stage.banner.button.isVisible()


# a recording


@pytest.fixture
def recorded(running, qtbot, studio, tmp_path, monkeypatch):
    """The window, recording; its stream says how it goes."""
    monkeypatch.setenv("LIVEPITCH_RECORDINGS", str(tmp_path / "takes"))
    qtbot.keyClick(running, Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: studio.stream.recording is not None)
    return running


def test_a_disk_that_fills_is_told_minutes_before(recorded, qtbot, studio):
    stream, take = studio.stream, studio.stream.recording.path
    stream.recording = replace(stream.recording, seconds=60.0, start=0.0, left=1000.0)
    qtbot.waitUntil(lambda: "Recording 1:00" in recorded.takes.recording.line.label.text())
    assert said(recorded) == ""
    stream.recording = replace(stream.recording, seconds=1465.0, left=254.0)
    qtbot.waitUntil(lambda: "nearly full: room for about 4 minutes of this recording" in said(recorded))
    stream.recording = replace(stream.recording, left=9.0)
    qtbot.waitUntil(lambda: "room for less than a minute" in said(recorded))
    error = f"{take}: recording ended after 1474.0 s (49 MB are free on the disk); free some space"
    stream.recording = replace(stream.recording, seconds=1474.0, left=np.inf, error=error, running=False)
    qtbot.waitUntil(lambda: said(recorded).endswith("free some space"))
    assert recorded.listening.transport.state is State.RUNNING
    qtbot.mouseClick(recorded.stage.banner.close_button, Qt.MouseButton.LeftButton)
    assert said(recorded) == f"Saved {take.name}"


def test_a_recording_that_went_on_under_another_name_is_told_as_both(recorded, qtbot, studio):
    stream, first = studio.stream, studio.stream.recording.path
    first.parent.mkdir()
    for file in take_files(first):
        file.touch()
    recorded.stage.view.markers.add(2.0)
    recorded.stage.view.markers.add(7.0)
    broken = replace(stream.recording, seconds=5.0, start=0.0, running=False, error=f"{first}: ended with the engine")
    second = next_part(first)
    stream.recording = Recording(second, 3.0, start=6.0, before=broken)
    line = recorded.takes.recording.line.label
    qtbot.waitUntil(lambda: line.text() == f"Recording 0:03 · {first.name} (2)")
    stream.recording = replace(stream.recording, running=False)
    qtbot.waitUntil(lambda: said(recorded) == f"Saved {first.name} and {first.name} (2)")
    labels = [take_files(take)[0].with_suffix(".txt") for take in (first, second)]
    qtbot.waitUntil(lambda: all(path.exists() for path in labels))
    assert [path.read_text()[:8] for path in labels] == ["2.000000", "1.000000"]
    qtbot.mouseClick(recorded.stage.banner.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: f"{first.name} (2)" in said(recorded))  # it is empty, and that is said of it by its name


def test_another_livepitch_that_has_taken_the_name_at_the_same_moment_costs_only_the_name(recorded, qtbot, studio):
    stream, take = studio.stream, studio.stream.recording.path
    take.parent.mkdir()
    take_files(take)[0].write_text("of another process")
    stream.recording = replace(stream.recording, running=False, error=f"{take}.flac: is there already")
    qtbot.waitUntil(lambda: stream.recording.path.name == f"{take.name} (2)")
    assert stream.recording.running
    assert said(recorded) == ""
    assert take_files(take)[0].read_text() == "of another process"


# errors of livepitch itself


@pytest.fixture
def hooked(running):
    """A program's window; `told` is what reaches the log."""
    told, before, threads = [], sys.excepthook, threading.excepthook
    sys.excepthook = lambda kind, error, trace: told.append(error)
    threading.excepthook = lambda args: told.append(args.exc_value)
    mishaps = Mishaps(running.parts, lambda: told.append("report"))
    mishaps.watch()
    yield running, told
    mishaps.close()
    sys.excepthook, threading.excepthook = before, threads


def paint_badly(painter, scale):
    raise ValueError("no such colour")


@pytest.mark.qt_no_exception_capture
def test_an_error_in_a_picture_is_told_once_and_the_voice_is_seen_again(hooked, qtbot, studio, tone):
    window, told = hooked
    window.stage.view.roll.layers.append(paint_badly)
    for moment in range(5):
        sing(window, studio, tone(440.0, 0.1, start=0.1 * moment))
        window.stage.view.viewport().grab()
    assert "Something failed in livepitch itself (ValueError)" in said(window)
    assert [str(error) for error in told] == ["no such colour"]
    window.stage.view.roll.layers.remove(paint_badly)
    sing(window, studio, tone(440.0, 0.3, start=0.5))
    assert window.stage.note.cents.text() == "0 cents · in tune"
    qtbot.mouseClick(window.stage.banner.button, Qt.MouseButton.LeftButton)
    assert told[-1] == "report"


@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize("place", ["slot", "timer", "thread"])
def test_an_error_anywhere_leaves_the_window_alive(hooked, qtbot, studio, tone, place):
    window, told = hooked
    if place == "slot":
        window.listening.started.connect(lambda: {}["nothing"])
        window.listening.start()
    elif place == "timer":
        QTimer.singleShot(0, lambda: {}["nothing"])
    else:
        threading.Thread(target=lambda: {}["nothing"]).start()
    qtbot.waitUntil(lambda: "(KeyError)" in said(window))
    qtbot.waitUntil(lambda: window.listening.transport.state is State.RUNNING)
    assert len(told) == 1
    sing(window, studio, tone(440.0, 0.3))
    assert window.stage.note.cents.text() == "0 cents · in tune"


def test_a_job_that_fails_keeps_no_other_from_being_done(caplog):
    jobs, done = Jobs("livepitch-test"), threading.Event()
    jobs.put(lambda: 1 / 0)
    jobs.put(done.set)
    assert done.wait(20)
    assert jobs.close(20)
    assert "a job of livepitch-test failed" in caplog.text


# telling others


def test_a_report_comes_onto_the_clipboard_while_the_window_goes_on(running, qtbot, monkeypatch):
    asked, may_end = [], threading.Event()

    def report():
        asked.append(threading.current_thread().name)
        may_end.wait(20)
        return "livepitch doctor: all is well"

    monkeypatch.setattr(report_module, "report_text", report)
    for _ in range(2):
        press(qtbot, running, "Ctrl+Shift+F, R")
    qtbot.waitUntil(lambda: asked == ["livepitch-report"])
    assert "ten seconds" in said(running)
    may_end.set()
    qtbot.waitUntil(lambda: "The report is copied" in said(running))
    assert QGuiApplication.clipboard().text() == "livepitch doctor: all is well"
    assert len(asked) == 1


def test_the_log_is_shown_by_the_program_that_the_system_has_for_it(running, qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv(log_module.VARIABLE, str(tmp_path))
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or len(opened) == 1)
    press(qtbot, running, "Ctrl+Shift+F, L")
    assert "Nothing has been written into the log yet" in said(running)
    log_module.log_file().touch()
    press(qtbot, running, "Ctrl+Shift+F, L")
    assert opened == [QUrl.fromLocalFile(str(log_module.log_file()))]
    press(qtbot, running, "Ctrl+Shift+F, L")
    assert said(running).endswith(str(log_module.log_file()))
