"""From the tracker to the outlet: every frame is stamped with its instants, counted, and goes on record."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from .counters import HOP, Counters
from .frame import PitchFrame
from .outlet import Outlet
from .recording.recorder import Recorder
from .roles import Marks, Settles, Tracker
from .timeline import Timeline


class Giving:
    """Gives frames away, for as long as one input stays open. The worker's, all of it."""

    def __init__(
        self,
        sample_rate: int,
        outlet: Outlet,
        counters: Counters,
        clock: Callable[[], float],
        live: bool,
        recorder: Recorder,
    ) -> None:
        self.timeline = Timeline(sample_rate)
        """Where the blocks lie; whoever gives sound to the tracker adds them."""
        self.due = 0
        """Position of the last sample that the next frame needs; 0 after a jump, when it is not known."""
        self._rate, self._outlet, self._counters, self._clock = sample_rate, outlet, counters, clock
        self._live, self._recorder = live, recorder
        self._peak = 0.0  # largest sample, either way, since the last frames

    def note_peak(self, sample: float) -> None:
        """The largest sample, either way, of the sound that comes next."""
        self._peak = max(self._peak, sample)

    def give(self, frames: Sequence[PitchFrame], tracker: Tracker, begun: float) -> None:
        """Frames of a push that was begun at this instant."""
        if not frames:
            return
        marks, emitted, latency = tracker.marks, self._clock(), tracker.latency
        hop = max(1, round(tracker.hop_seconds / HOP))
        # The frames of a hop wait for the same sound: that of its first, which has the longest way to it.
        firsts = (frames[i - i % hop] for i in range(len(frames)))
        peak, self._peak = _decibels(self._peak), 0.0
        stamped = [
            self._stamped(frame, first.time + latency, begun, marks, emitted, peak)
            for frame, first in zip(frames, firsts, strict=True)
        ]
        if self._live:  # a file played as fast as possible has no delay to measure
            for frame in stamped:
                self._counters.add_frame(frame, hop * HOP)
        self.due = self._last_needed(frames[-1].time + HOP + latency)
        self._counters.frames += len(stamped)
        self._outlet.put(stamped, wait=not self._live)
        self._recorder.see(stamped)

    def give_settled(self, frames: Sequence[PitchFrame], tracker: Settles) -> None:
        """Frames that settle earlier ones."""
        if not frames:
            return
        settler, emitted = tracker.settler, self._clock()
        needed = frames[-1].time + tracker.settled_latency  # one window gave them all
        stamped = [self._stamped(frame, needed, settler.begun, settler.marks, emitted, math.nan) for frame in frames]
        if self._live:
            self._counters.add_settled(stamped)
        self._counters.settled += len(stamped)
        self._outlet.put(stamped, wait=not self._live)
        self._recorder.see(stamped)

    def _stamped(
        self, frame: PitchFrame, needed: float, begun: float, marks: Marks, emitted: float, peak: float
    ) -> PitchFrame:
        """`frame` with its instants; `needed`: second of the stream up to which it needs sound."""
        timeline = self.timeline
        last_captured, due = timeline.of_block(self._last_needed(needed))
        return PitchFrame(  # all by place: `replace` takes twice the time
            frame.time,
            frame.f0,
            frame.confidence,
            frame.level,
            frame.candidate,
            frame.settled,
            timeline.captured(frame.time * self._rate),
            last_captured + 1 / self._rate,  # complete: when its end had sounded
            due,
            begun,
            *marks,
            emitted,
            peak,
        )

    def _last_needed(self, seconds: float) -> int:
        """Position of the last sample before an instant of the stream."""
        return round(seconds * self._rate) - 1


def _decibels(sample: float) -> float:
    return 20 * math.log10(sample) if sample > 0 else -math.inf
