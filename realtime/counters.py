"""The counters of one session, while it runs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .frame import StreamStats
from .inlet import Inlet
from .latency import Histogram

HOP = 0.01  # s between frames: one given out later than this after it was due is late


@dataclass
class Counters:
    """Written by the worker alone; any thread may read, since each value is replaced in one step."""

    inlet: Inlet
    """The present one; it counts xruns and refusals, going on from the one before."""
    frames: int = 0
    skipped: int = 0
    late: int = 0
    restarts: int = 0
    computed: float = 0.0
    """Seconds spent in the tracker."""
    heard: float = 0.0
    """Seconds of sound given to it."""
    queue: Histogram = field(default_factory=Histogram)
    compute: Histogram = field(default_factory=Histogram)
    sound_to_frame: Histogram = field(default_factory=Histogram)

    def add_push(self, seconds: float, audio_seconds: float) -> None:
        """Count one push of the tracker."""
        self.compute.add(seconds)
        self.computed += seconds
        self.heard += audio_seconds

    def add_delay(self, captured: float, due: float, emitted: float) -> None:
        """Count one frame: the instants of its sound, of its last sample's arrival, of giving it out."""
        self.queue.add(due - captured)
        self.sound_to_frame.add(emitted - captured)
        self.late += emitted > due + HOP

    def stats(self, unread: int) -> StreamStats:
        """The counters now, as a record; `unread` is counted elsewhere."""
        stages = {
            "queue": self.queue.percentiles(),
            "compute": self.compute.percentiles(),
            "sound_to_frame": self.sound_to_frame.percentiles(),
        }
        return StreamStats(
            frames=self.frames,
            xruns=self.inlet.xruns,
            dropped=self.inlet.dropped,
            skipped=self.skipped,
            late=self.late,
            restarts=self.restarts,
            unread=unread,
            rtf=self.computed / self.heard if self.heard else math.nan,
            stages=stages,
        )
