"""Where the worker leaves its frames for whoever shows them: a bounded queue that forgets the oldest."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

from .frame import PitchFrame

CAPACITY = 6000  # frames, one minute


class Outlet:
    """Frames on their way out of a session. Every wait ends when the outlet is closed."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.unread = 0
        self._capacity = capacity
        self._frames: deque[PitchFrame] = deque()
        self._closed = False
        # One lock for both ends: it is held for a few instructions at a time, so a window may take it too.
        self._changed = threading.Condition()

    def put(self, frames: Iterable[PitchFrame], wait: bool) -> None:
        """Worker: append; when full wait for room, or throw the oldest away and count them in `unread`."""
        with self._changed:
            for frame in frames:
                if len(self._frames) >= self._capacity:
                    if wait:
                        self._changed.wait_for(lambda: self._closed or len(self._frames) < self._capacity)
                    else:
                        self._frames.popleft()
                        self.unread += 1
                self._frames.append(frame)
                self._changed.notify_all()

    def drain(self, limit: int | None = None) -> list[PitchFrame]:
        """The oldest frames, `limit` at most; never waits for any."""
        with self._changed:
            size = len(self._frames) if limit is None else min(limit, len(self._frames))
            frames = [self._frames.popleft() for _ in range(size)]
            self._changed.notify_all()
        return frames

    def next(self) -> PitchFrame | None:
        """The oldest frame, as soon as there is one; None when the outlet is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._frames)
            frame = self._frames.popleft() if self._frames else None
            self._changed.notify_all()
        return frame

    def close(self) -> None:
        """Any thread: there will be no more frames; those inside can still be fetched."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
