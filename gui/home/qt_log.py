"""Qt's own messages go into the log: they tell of a screen that vanished, a missing font, a plugin that fails."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from PyQt6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from ...model.errors import printable
from ...realtime.log.log import flush

log = logging.getLogger(__name__)

GRADES = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def log_qt_messages() -> Callable[[], None]:
    """From now on; returns what undoes it."""
    before = qInstallMessageHandler(_log)

    def undo() -> None:
        qInstallMessageHandler(before)

    return undo


def _log(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
    # Not as an argument: it is by this text that the log knows what comes too often.
    log.log(GRADES.get(kind, logging.WARNING), f"{context.category or 'Qt'}: {text or ''}")
    if kind is QtMsgType.QtFatalMsg:  # Qt ends the process when this returns
        flush()
        if sys.stderr is not None:
            print(f"livepitch: {printable(text or 'Qt failed')}", file=sys.stderr)
