"""The stretch of time on screen: at the newest moment, or where the user looks."""

from __future__ import annotations

import math

MIN_SECONDS, MAX_SECONDS = 1.0, 1800.0
FIRST_SECONDS = 8.0
AHEAD = 0.03  # share of the width to the right of now, so that the dot is never cut


class TimeWindow:
    """Visible seconds of a stream or a recording; while it follows, now stays near its right edge.

    What there is to see reaches from `start` to `stop`; the window never leaves that by more than its own margin.
    """

    def __init__(self, seconds: float = FIRST_SECONDS) -> None:
        self.seconds = seconds
        self.left = -seconds
        self.start = self.stop = 0.0
        self.following = True

    @property
    def right(self) -> float:
        """Time at the right edge."""
        return self.left + self.seconds

    @property
    def behind(self) -> float:
        """Seconds between what is newest and the right edge, 0 where that is in sight."""
        return max(self.stop - self.right, 0.0)

    def advance(self, start: float, now: float) -> None:
        """There is something to see from `start` to `now`; follow it, unless held."""
        self.start, self.stop = start, now
        if self.following:
            self._to_newest()

    def hold(self) -> None:
        """Stay at what is on screen, whatever comes."""
        self.following = False

    def follow(self) -> None:
        """Go back to the newest moment and stay with it."""
        self.following = True
        self._to_newest()

    def pan(self, seconds: float) -> None:
        """Look `seconds` later, or earlier if negative; who comes to the newest moment follows it again."""
        wanted = self.left + seconds
        if wanted + self.seconds >= self._newest and seconds > 0:
            self.follow()
            return
        self.following = False
        self._put(wanted)

    def zoom(self, factor: float, at: float = math.nan) -> None:
        """Show `factor` times as many seconds; the moment `at` stays in its place, in the middle without one."""
        before = self.seconds
        self.seconds = min(max(before * factor, MIN_SECONDS), MAX_SECONDS)
        if self.following:
            self._to_newest()
            return
        share = 0.5 if math.isnan(at) else (at - self.left) / before
        self._put(self.left + share * (before - self.seconds))

    def show(self, start: float, stop: float) -> None:
        """Show just this stretch."""
        self.following = False
        self.seconds = min(max(stop - start, MIN_SECONDS), MAX_SECONDS)
        self._put(start)

    @property
    def _newest(self) -> float:
        return self.stop + AHEAD * self.seconds

    def _to_newest(self) -> None:
        self.left = self._newest - self.seconds

    def _put(self, left: float) -> None:
        margin = AHEAD * self.seconds
        earliest = min(self.start - margin, self._newest - self.seconds)
        self.left = min(max(left, earliest), self._newest - self.seconds)
