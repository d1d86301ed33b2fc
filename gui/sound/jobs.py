"""A thread for what may wait: devices, above all."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

log = logging.getLogger(__name__)

Job = Callable[[], object]


class Jobs:
    """Runs what it is given in turn, on a daemon thread of its own; what a job raises is written into the log."""

    def __init__(self, name: str) -> None:
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Run this after those before; returns at once."""
        self._queue.put(job)

    def close(self, seconds: float) -> bool:
        """End when all is done; False if a device keeps it busy for longer than `seconds`."""
        self._queue.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        for job in iter(self._queue.get, None):
            _do(job)


def _do(job: Job) -> None:
    try:
        job()
    except Exception:  # the others are done all the same
        log.exception("a job of %s failed", threading.current_thread().name)
