"""Frames handed to a function as they come, on a thread of their own: whatever it does, the pitch does not wait."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from .frame import PitchFrame
from .outlet import Outlet

log = logging.getLogger(__name__)

LOOK = 0.25  # s between looks at whether somebody wants an end
GRACE = 2.0  # s that a function may take for its last frame


class Delivery:
    """One function that is called with every frame of a session, in order, until either ends.

    A function that is slow has up to a minute of frames waiting for it. Beyond that a live session throws the oldest
    away and counts them in `lost`; one that plays a file waits. One that raises is not called again; `error` has why.

    Threads: "livepitch-delivery" calls the function. Every method may be called from any thread.
    """

    def __init__(self, outlet: Outlet, receive: Callable[[PitchFrame], object]) -> None:
        """Begin to call `receive` with what comes out of a branch."""
        self.error: Exception | None = None
        """What the function raised."""
        self._outlet, self._receive = outlet, receive
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="livepitch-delivery", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> int:
        """Frames thrown away because the function was too slow."""
        return self._outlet.unread

    @property
    def running(self) -> bool:
        """Whether it may be called again."""
        return self._thread.is_alive()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has had the session's last frame, so long at most; whether it has."""
        if threading.current_thread() is not self._thread:
            self._thread.join(seconds)
        return not self.running

    def close(self) -> None:
        """Have it called no more; what it is busy with may take it two seconds, then it is left to itself."""
        self._ending.set()
        self._outlet.leave()
        self.wait(GRACE)

    def _work(self) -> None:
        try:
            while not self._ending.is_set() and (frames := self._outlet.take(LOOK)) is not None:
                self._deliver(frames)
        except Exception as error:
            log.exception("a function that was given frames failed; it is not called again")
            self.error = error
        self._outlet.leave()

    def _deliver(self, frames: list[PitchFrame]) -> None:
        for frame in frames:
            if self._ending.is_set():
                return
            self._receive(frame)
