"""What nobody caught goes into the log: exceptions of any thread, and those that Python can raise nowhere."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any

from ...model.errors import printable

log = logging.getLogger(__name__)


class Hooks:
    """Python's three hooks for what nobody caught.

    Where a hook is not Python's own, PyQt, too, goes on after an exception in a slot instead of ending the process.
    """

    def set(self) -> None:
        """From now on."""
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread
        sys.unraisablehook = self._unraisable

    def unset(self) -> None:
        """As it was."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):  # Ctrl-C
            self._before[0](kind, error, trace)
            return
        log.critical("uncaught: %s", error, exc_info=(kind, error, trace))
        _say(error)

    def _uncaught_in_thread(self, told: Any) -> None:
        if told.exc_type is SystemExit or told.exc_value is None:
            return
        log.critical("uncaught: %s", told.exc_value, exc_info=(told.exc_type, told.exc_value, told.exc_traceback))
        _say(told.exc_value)

    def _unraisable(self, told: Any) -> None:
        what = told.err_msg or "ignored, raised in"
        trace = (told.exc_type, told.exc_value, told.exc_traceback) if told.exc_value is not None else None
        log.error("%s %r", what, told.object, exc_info=trace)


def _say(error: BaseException) -> None:
    """One line on standard error, if anybody is there."""
    line = printable(f"livepitch: unexpected {type(error).__name__}: {error} (see the log)")
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(line, file=sys.stderr)
