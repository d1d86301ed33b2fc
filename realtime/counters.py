"""The counters of one session, while it runs, and how long a sound takes from stage to stage.

A frame's time from sound to screen is cut, without a gap, into

    lookahead  captured -> complete   sound that the model must hear beyond the frame's centre
    input      complete -> due        the rest of the block, and what the device says it takes
    wait       due -> begun           until the worker takes the block up
    mel        begun -> heard         resampling and log-mel
    network    heard -> inferred
    decode     inferred -> decoded
    out        decoded -> emitted     making the frames, stamping them
    draw       emitted -> painted     fetching, drawing

`compute` is all that the worker does for one push, `sound_to_frame` and `sound_to_paint` are whole ways. A frame that
is settled later counts in `sound_to_settled` alone.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from .frame import PitchFrame, StreamStats
from .inlet import Inlet
from .latency import Histogram

T = TypeVar("T")

HOP = 0.01  # s between frames
BATCH = 64  # frames that are counted at once, see `Counters`
STAGES = ("lookahead", "input", "wait", "mel", "network", "decode", "out", "draw")
WAYS = ("compute", "sound_to_frame", "sound_to_paint", "sound_to_settled")


def _histograms() -> dict[str, Histogram]:
    return {name: Histogram() for name in (*STAGES, *WAYS)}


@dataclass
class Counters:
    """Written by the worker alone, but for what is painted, which the drawing thread notes. Any thread may read.

    What is noted is counted many frames at once, by whoever finds the batch full or asks for the figures: a frame then
    takes a tenth of what it would between two runs of a network, which fills the processor's cache with other things.
    """

    inlet: Inlet
    """The present one; it counts xruns and refusals, going on from the one before."""
    frames: int = 0
    taken: int = 0
    """Samples that the tracker took."""
    skipped: int = 0
    late: int = 0
    restarts: int = 0
    settled: int = 0
    unsettled: int = 0
    priority: str = "normal"
    computed: float = 0.0
    """Seconds spent in the tracker."""
    heard: float = 0.0
    """Seconds of sound given to it."""
    spans: dict[str, Histogram] = field(default_factory=_histograms)
    _frames: deque[PitchFrame] = field(default_factory=deque)
    _pushes: deque[float] = field(default_factory=deque)
    _paints: deque[tuple[Sequence[PitchFrame], float]] = field(default_factory=deque)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def add_push(self, seconds: float, audio_seconds: float) -> None:
        """Note one push of the tracker."""
        self._pushes.append(seconds)
        self.computed += seconds
        self.heard += audio_seconds
        if len(self._pushes) >= 2 * BATCH:  # where frames are not noted: those of a file
            self._count_unless_busy()

    def add_frame(self, frame: PitchFrame, hop_seconds: float = HOP) -> None:
        """Note a stamped frame's way to the outlet; it is late once the next hop's sound is there too."""
        self.late += frame.emitted > frame.due + hop_seconds
        self._frames.append(frame)
        if len(self._frames) >= BATCH:
            self._count_unless_busy()

    def add_settled(self, frames: Sequence[PitchFrame]) -> None:
        """Count stamped frames that replace instant ones of the same time, and nothing else about them."""
        self.spans["sound_to_settled"].add([frame.emitted - frame.captured for frame in frames])

    def add_painted(self, frames: Sequence[PitchFrame], painted: float) -> None:
        """The drawing thread: note frames that were on screen at the instant `painted`."""
        self._paints.append((frames, painted))
        if len(self._paints) >= BATCH:
            self._count_unless_busy()

    def _count_unless_busy(self) -> None:
        if self._counting.acquire(blocking=False):  # who is in a hurry waits for nobody; the next batch is longer
            try:
                self._count()
            finally:
                self._counting.release()

    def _count(self) -> None:
        """Whoever holds the lock: count what was noted."""
        if pushes := _taken(self._pushes):
            self.spans["compute"].add(pushes)
        if frames := _taken(self._frames):
            instants = np.array([frame.instants for frame in frames])
            for name, seconds in zip(STAGES, np.diff(instants, axis=1).T, strict=False):  # all but `draw`
                self.spans[name].add(seconds)
            self.spans["sound_to_frame"].add(instants[:, -1] - instants[:, 0])
        if paints := _taken(self._paints):
            ways = [(painted, frame.emitted, frame.captured) for shown, painted in paints for frame in shown]
            painted, emitted, captured = np.array(ways).reshape(-1, 3).T
            self.spans["draw"].add(painted - emitted)
            self.spans["sound_to_paint"].add(painted - captured)

    def stats(self, unread: int) -> StreamStats:
        """The counters now, as a record; `unread` is counted elsewhere."""
        with self._counting:
            self._count()
        stages = {name: span.percentiles() for name, span in self.spans.items()}
        return StreamStats(
            frames=self.frames,
            xruns=self.inlet.xruns,
            dropped=self.inlet.dropped,
            skipped=self.skipped,
            late=self.late,
            restarts=self.restarts,
            heard=self.taken,
            settled=self.settled,
            unsettled=self.unsettled,
            unread=unread,
            priority=self.priority,
            rtf=self.computed / self.heard if self.heard else math.nan,
            stages={name: span for name, span in stages.items() if not math.isnan(span.max)},
        )


def _taken(noted: deque[T]) -> list[T]:
    """What the deque holds now; whoever appends may go on meanwhile."""
    return [noted.popleft() for _ in range(len(noted))]


def added(before: StreamStats, now: StreamStats) -> StreamStats:
    """The counts of both; what is no count is that of `now`."""
    counts = ("frames", "xruns", "dropped", "skipped", "late", "restarts", "heard", "settled", "unsettled", "unread")
    return replace(now, **{name: getattr(before, name) + getattr(now, name) for name in counts})
