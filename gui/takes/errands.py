"""What may take a while, done on another thread, with its result brought back to Qt's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from PyQt6.QtCore import QObject, pyqtSignal

from ..look.wording import sentence
from ..sound.jobs import Jobs

Result = TypeVar("Result")


class Errands(QObject):
    """One thread, which does one errand after another."""

    _returned = pyqtSignal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._jobs, self._closed = Jobs(name), False
        self._returned.connect(lambda news: news())

    def run(
        self,
        work: Callable[[], Result],
        then: Callable[[Result], object] = lambda _: None,
        failed: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Do `work` there; what it gives goes to `then`, one sentence about its error to `failed`, both here.

        Once closed, nothing is done any more.
        """
        if not self._closed:
            self._jobs.put(lambda: self._bring(_done(work, then, failed)))

    def close(self, seconds: float = 3.0) -> None:
        """Finish what was asked for, waiting so long at most; nobody hears of it any more."""
        if not self._closed:
            self._closed = True
            self._returned.disconnect()
            self._jobs.close(seconds)

    def _bring(self, news: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the window is gone, and with it what Qt knows of this
            self._returned.emit(news)


def _done(
    work: Callable[[], Result], then: Callable[[Result], object], failed: Callable[[str], object]
) -> Callable[[], object]:
    try:
        result = work()
    except Exception as error:  # whatever it is, the window lives on and says so
        told = sentence(str(error)) or type(error).__name__
        return lambda: failed(told)
    return lambda: then(result)
