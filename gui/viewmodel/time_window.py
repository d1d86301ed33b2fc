"""The stretch of time on screen: at the newest moment, or where the user looks."""

from __future__ import annotations

import math

MIN_SECONDS, MAX_SECONDS = 1.0, 1800.0
FIRST_SECONDS = 8.0
AHEAD = 0.03  # share of the width to the right of now, so that the dot is never cut
PAGE_START = 0.1  # share of the width that is seen again when a recording's picture turns over


class TimeWindow:
    """Visible seconds of a stream or a recording; while it follows, now stays in sight.

    What there is to see reaches from `start` to `stop`; the window never leaves that by more than its own margin.
    In a stream now is the newest moment, and stays near the right edge; in a recording it moves through the picture,
    which turns over like a page. With a `lead` it stays at a place of the picture, and what is to come lies before it.
    """

    def __init__(self, seconds: float = FIRST_SECONDS) -> None:
        self.seconds = seconds
        self.left = -seconds
        self.start = self.stop = self.now = 0.0
        self.following = True
        self.lead = math.nan
        """Share of the width that lies to the right of now; NaN for none but a margin."""

    @property
    def leads(self) -> bool:
        """Whether now stays at a place of the picture with something to come before it."""
        return not math.isnan(self.lead)

    @property
    def right(self) -> float:
        """Time at the right edge."""
        return self.left + self.seconds

    @property
    def behind(self) -> float:
        """Seconds between what is newest and the right edge, 0 where that is in sight."""
        return max((self.now if self.leads else self.stop) - self.right, 0.0)

    @property
    def whole(self) -> bool:
        """Whether all that there is lies in sight."""
        return self.left <= self.start and self.right >= self.stop

    def sees(self, time: float) -> bool:
        """Whether a moment is in sight."""
        return self.left <= time <= self.right

    def become(self, other: TimeWindow) -> None:
        """Show what another one shows."""
        vars(self).update(vars(other))

    def advance(self, start: float, stop: float, now: float = math.nan) -> None:
        """There is something to see from `start` to `stop`; follow `now`, in a stream the end, unless held."""
        self.start, self.stop = start, stop
        self.now = stop if math.isnan(now) else now
        if self.following:
            self._to_now()

    def hold(self) -> None:
        """Stay at what is on screen, whatever comes."""
        self.following = False

    def follow(self) -> None:
        """Go back to now and stay with it."""
        self.following = True
        self._to_now()

    def pan(self, seconds: float) -> None:
        """Look `seconds` later, or earlier if negative; who comes to a stream's newest moment follows it again."""
        wanted = self.left + seconds
        if wanted + self.seconds >= self._newest and seconds > 0 and not self.leads:
            self.to_newest()
            return
        self.following = False
        self._put(wanted)

    def look_at(self, time: float) -> None:
        """Bring a moment to the middle of the picture."""
        self.pan(time - self.seconds / 2 - self.left)

    def reveal(self, time: float) -> None:
        """Stay, and have a moment in sight, moving no further than that takes."""
        self.following = False
        if not self.sees(time):
            share = PAGE_START if time < self.left else 1.0 - PAGE_START
            self._put(time - share * self.seconds)

    def to_oldest(self) -> None:
        """Look at the beginning."""
        self.following = False
        self._put(-math.inf)

    def to_newest(self) -> None:
        """Look at the end; in a stream, or where something is to come, follow now again."""
        if self.leads:
            self.follow()
            return
        self.following = self.now >= self.stop
        self._put(math.inf)

    def zoom(self, factor: float, at: float = math.nan) -> None:
        """Show `factor` times as many seconds; the moment `at` stays in its place, in the middle without one."""
        before = self.seconds
        self.seconds = min(max(before * factor, MIN_SECONDS), MAX_SECONDS)
        if self.following and (self.leads or self.now >= self.stop):
            self._to_now()
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

    def _to_now(self) -> None:
        if self.leads:
            self._put(self.now - (1.0 - self.lead) * self.seconds)
        elif self.now >= self.stop:
            self._put(math.inf)
        elif not self.left <= self.now <= self.right - AHEAD * self.seconds:
            self._put(self.now - PAGE_START * self.seconds)

    def _put(self, left: float) -> None:
        margin = AHEAD * self.seconds
        earliest = min(self.start - margin, self._newest - self.seconds)
        self.left = min(max(left, earliest), self._newest - self.seconds)
