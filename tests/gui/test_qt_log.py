"""Qt's messages in the log, and a Qt that ends the process as a line of the doctor."""

import logging

import pytest
from PyQt6.QtCore import qCritical, qWarning

from livepitch.doctor.apart import examine
from livepitch.doctor.finding import Grade, Wanted
from livepitch.gui.home.qt_log import log_qt_messages


def test_qt_s_messages_are_events(caplog: pytest.LogCaptureFixture) -> None:
    undo = log_qt_messages()
    try:
        qWarning("no font is 100% right")
        qCritical("screen gone")
    finally:
        undo()
    qWarning("not ours any more")
    told = [(record.levelno, record.getMessage()) for record in caplog.records if "qt_log" in record.name]
    assert told == [(logging.WARNING, "default: no font is 100% right"), (logging.ERROR, "default: screen gone")]


def test_a_qt_that_ends_the_process_is_a_line_and_the_next_check_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "nonsense")
    screen, window = examine("livepitch.gui.home.screen_check", Wanted())
    assert screen.grade is Grade.FAILED
    assert "crashed (SIGABRT" in screen.found
    assert "no Qt platform plugin" in screen.found
    assert window.grade is Grade.WELL


def test_a_screen_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    found = {finding.check: finding for finding in examine("livepitch.gui.home.screen_check", Wanted())}
    assert found["screen"].grade is found["fonts"].grade is Grade.WELL
    assert "offscreen: 800 × 800" in found["screen"].found
