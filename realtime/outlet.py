"""Where the worker leaves its frames for whoever shows them: a bounded queue that forgets the oldest."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

from .frame import PitchFrame

CAPACITY = 6000  # frames, one minute


class Outlet:
    """Frames on their way out of a session. Every wait ends when the outlet is closed."""

    def __init__(self, capacity: int = CAPACITY, waits: bool = True) -> None:
        """Empty; `waits`: whether whoever fills it may have to wait for room."""
        self.unread = 0
        self._capacity, self._waits = capacity, waits
        self._frames: deque[PitchFrame] = deque()
        self._branches: tuple[Outlet, ...] = ()
        self._sleepers: list[Callable[[], None]] = []
        self._fetched = self._closed = self._left = self._hurried = False
        # One lock for both ends: it is held for a few instructions at a time, so a window may take it too.
        self._changed = threading.Condition()

    def branch(self, waits: bool = True) -> Outlet:
        """Another one, of the same size, for somebody else: every frame from now on goes into both."""
        branch = Outlet(self._capacity, waits)
        with self._changed:
            self._branches = (*(each for each in self._branches if not each._left), branch)
            if self._closed:
                branch.close()
        return branch

    def leave(self) -> None:
        """Whoever fetched from this branch does so no more: nobody fills it, or waits for it."""
        with self._changed:
            self._left = self._closed = self._hurried = True
            self._frames.clear()
            self._tell()

    def put(self, frames: Iterable[PitchFrame], wait: bool) -> None:
        """Worker: append; when full wait for room, or throw the oldest away and count them in `unread`.

        Where there are branches and nobody has ever fetched from this one, it is for them: nobody waits for its room.
        """
        frames = tuple(frames)
        for branch in self._branches:
            if not branch._left:
                branch.put(frames, wait)
        wait = wait and self._waits and (self._fetched or not self._branches)
        with self._changed:
            for frame in frames:
                if len(self._frames) >= self._capacity:
                    if wait:
                        self._changed.wait_for(lambda: self._hurried or len(self._frames) < self._capacity)
                    else:
                        self._frames.popleft()
                        self.unread += 1
                self._frames.append(frame)
                self._tell()

    def drain(self, limit: int | None = None) -> list[PitchFrame]:
        """The oldest frames, `limit` at most; never waits for any."""
        with self._changed:
            return self._taken(limit)

    def next(self) -> PitchFrame | None:
        """The oldest frame, as soon as there is one; None when the outlet is closed and empty."""
        with self._changed:
            self._fetched = True
            self._changed.wait_for(lambda: self._closed or self._frames)
            return next(iter(self._taken(1)), None)

    def take(self, timeout: float) -> list[PitchFrame] | None:
        """All frames as soon as there is one, none after so many seconds; None when the outlet is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._frames, timeout)
            return None if self._closed and not self._frames else self._taken(None)

    def wake(self, sleeper: Callable[[], None]) -> None:
        """Call this once, as soon as there is a frame to fetch or the outlet closes, on whichever thread that happens.

        It is called within the lock: it must not wait, nor use the outlet.
        """
        with self._changed:
            self._sleepers.append(sleeper)
            if self._closed or self._frames:
                self._tell()

    def forget(self, sleeper: Callable[[], None]) -> None:
        """Do not call it any more; nothing if it was called."""
        with self._changed:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)

    @property
    def closed(self) -> bool:
        """Whether nothing more is meant to come; frames may still be inside."""
        return self._closed

    def close(self) -> None:
        """Any thread: there will be no more frames; those inside can still be fetched."""
        self.end()
        for branch in self._branches:
            branch.close()

    def end(self) -> None:
        """Any thread: whoever fetches here wants no more; branches get what is still to come. Nobody waits for room."""
        with self._changed:
            self._closed = self._hurried = True
            self._tell()
        for branch in self._branches:
            branch._hurry()

    def _hurry(self) -> None:
        with self._changed:
            self._hurried = True
            self._changed.notify_all()

    def _tell(self) -> None:
        """Within the lock: something came, or nothing will."""
        self._changed.notify_all()
        sleepers, self._sleepers = self._sleepers, []
        for sleeper in sleepers:
            sleeper()

    def _taken(self, limit: int | None) -> list[PitchFrame]:
        self._fetched = True
        size = len(self._frames) if limit is None else min(limit, len(self._frames))
        frames = [self._frames.popleft() for _ in range(size)]
        self._changed.notify_all()
        return frames
