"""Sums up the frames of one run after its warm-up: histograms and counts, in fixed memory."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from ..realtime.counters import HOP, Counters
from ..realtime.frame import Percentiles, PitchFrame, StreamStats
from ..realtime.inlet import Inlet


class Tally:
    """Counts the frames whose centres lie in `begin <= time < end` seconds of the stream.

    One thread gives it frames; the same or another one tells what was painted.
    """

    def __init__(self, begin: float, end: float) -> None:
        self.begin, self.end = begin, end
        self.hop_seconds = HOP
        """Of the model; frames are late by it."""
        self._counters = Counters(Inlet(time.monotonic))
        self._pushed = math.nan  # when the push of the last frame began: frames of one push share it
        self._first = self._last = math.nan

    def select(self, frames: Sequence[PitchFrame]) -> list[PitchFrame]:
        """Those frames that count."""
        return [frame for frame in frames if self.begin <= frame.time < self.end]

    def add(self, frames: Sequence[PitchFrame]) -> None:
        """Count frames, which `select` let through, in the order in which they came."""
        counters = self._counters
        for frame in frames:
            if frame.begun != self._pushed:
                self._pushed = frame.begun
                counters.add_push(frame.emitted - frame.begun, 0.0)
            counters.heard += HOP
            counters.frames += 1
            counters.add_frame(frame, self.hop_seconds)
            self._last = frame.time
            if math.isnan(self._first):
                self._first = frame.time

    def add_painted(self, frames: Sequence[PitchFrame], instant: float) -> None:
        """Count frames, which `select` let through, that were on screen at a `time.monotonic` instant."""
        self._counters.add_painted(frames, instant)

    @property
    def seconds(self) -> float:
        """Of sound that was measured: from the first frame to the last, gaps included."""
        return self._last - self._first + HOP if self._counters.frames else 0.0

    def stats(self) -> StreamStats:
        """Frames, late ones, RTF and the stages, of the frames that counted."""
        return self._counters.stats(0)

    def stage(self, name: str) -> Percentiles | None:
        """One stage or way of `realtime/counters.py`; None if nothing was measured of it."""
        return self.stats().stages.get(name)
