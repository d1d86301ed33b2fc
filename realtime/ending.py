"""Being asked to end by the system: a signal from the keyboard, from a shutdown, from a terminal that is closed."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

log = logging.getLogger(__name__)

ASKING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def ending_by(end: Callable[[], object]) -> Iterator[None]:
    """While inside, a signal that asks this program to end calls `end`; the second one ends it at once.

    `end` runs on the main thread, between two of its steps. What somebody has this program ignore, as `nohup` does,
    stays ignored. ValueError on any other thread.
    """
    asked = False

    def obey(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        log.info("asked to end by %s", signal.Signals(number).name)
        if asked:
            os._exit(128 + number)  # whatever the first one is still waiting for
        asked = True
        end()

    heeded = [number for number in ASKING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, obey) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
