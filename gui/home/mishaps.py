"""Errors of our own in the running window: one sentence, and it goes on.

Qt ends the whole program at the first exception that a slot or an event lets out, unless somebody takes it. Whoever
took exceptions before takes them still: the log, above all.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType

from PyQt6.QtCore import QObject, pyqtSignal

from ..parts import Parts
from ..viewmodel.messages import Rank

AGAIN = 60.0  # s after which the same error is told once more: a picture is painted 60 times a second
SAID = 20.0  # s


class Mishaps(QObject):
    """Takes what nobody else has caught, on any thread, from `watch` to `close`."""

    _met = pyqtSignal(str)

    def __init__(self, parts: Parts, report: Callable[[], object]) -> None:
        """Report: copies what is known of it, for the user to send."""
        super().__init__()
        self._banner, self._report = parts.stage.banner, report
        self._met_at: dict[tuple[str, str, int], float] = {}  # by kind and place
        self._met.connect(self._tell)
        self._before = sys.excepthook, threading.excepthook

    def watch(self) -> None:
        """From now on."""
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self.take
        threading.excepthook = self._take_of_thread

    def close(self) -> None:
        """No more."""
        sys.excepthook, threading.excepthook = self._before

    def take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Tell of an error, on the Qt thread or another; the same one of the same place again only after a minute."""
        if self._new(kind, trace):
            self._before[0](kind, error, trace)
            self._met.emit(kind.__name__)

    def _take_of_thread(self, args: threading.ExceptHookArgs) -> None:
        if self._new(args.exc_type, args.exc_traceback):
            self._before[1](args)
            self._met.emit(args.exc_type.__name__)

    def _new(self, kind: type[BaseException], trace: TracebackType | None) -> bool:
        place, now = (kind.__name__, *_place(trace)), time.monotonic()
        new = now - self._met_at.get(place, -AGAIN) >= AGAIN
        if new:
            self._met_at[place] = now
        return new

    def _tell(self, kind: str) -> None:
        text = f"Something failed in livepitch itself ({kind}). It goes on; the log tells more."
        self._banner.post("mishap", text, Rank.OFFER, seconds=SAID, button="Copy a report", act=self._report)


def _place(trace: TracebackType | None) -> tuple[str, int]:
    """File and line where it was raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return ("", 0) if trace is None else (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
