"""From the ring through the tracker to the outlet, for as long as one input stays open."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence

import numpy as np

from .counters import HOP, Counters
from .frame import PitchFrame, Settings
from .idle import Gaps
from .inlet import Inlet, Stamp
from .outlet import Outlet
from .recorder import Recorder
from .ring import Floats
from .roles import Marks, Settles, Tracker
from .timeline import Timeline

LONGEST_PUSH = 1.0  # s of sound given to the tracker at once, so that a stop need not wait for more


class Feed:
    """Gives the tracker what arrives, in order, knowing what was lost on the way, and stamps its frames.

    A sample's *position* counts from the start of the session and includes every sample lost; its ring
    index counts only what the ring took. The difference, `_shift`, grows with every loss.
    """

    def __init__(
        self,
        inlet: Inlet,
        sample_rate: int,
        position: int,
        outlet: Outlet,
        counters: Counters,
        clock: Callable[[], float],
        stopping: threading.Event,
        live: bool,
        recorder: Recorder,
        settings: Settings,
    ) -> None:
        """Begin at `position` with an inlet that nothing has been read from; `stopping` ends every push."""
        self.inlet = inlet
        self._rate = sample_rate
        self._outlet, self._counters, self._clock = outlet, counters, clock
        self._stopping, self._live = stopping, live
        self._recorder, self._settings, self._factor = recorder, settings, _factor(settings.gain)
        self._peak = 0.0  # largest sample, either way, since the last frames
        self._timeline, self._gaps = Timeline(sample_rate), Gaps()
        self._shift = position - inlet.ring.start
        self.started = False
        """Whether the source delivers into it."""
        self._due = 0  # position of the last sample that the next frame needs
        self._lost = 0  # refusals of the ring that `_shift` accounts for

    @property
    def position(self) -> int:
        """Of the next sample that the tracker gets."""
        return self.inlet.ring.start + self._shift

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self.position / self._rate

    def behind(self, stamps: Sequence[Stamp]) -> float:
        """Seconds of sound that lie unread up to the last of `stamps`."""
        return (stamps[-1].stop - self.inlet.ring.start) / self._rate if stamps else 0.0

    def adjust(self, tracker: Tracker, settings: Settings) -> None:
        """Go on with the gain and the gate of `settings`; nothing if they are those it has."""
        if settings is not self._settings:  # replaced as a whole, never changed
            self._settings, self._factor = settings, _factor(settings.gain)
            tracker.set_gate(settings.gate)

    def follow(self, tracker: Tracker, stamps: Sequence[Stamp]) -> None:
        """Push the blocks of `stamps`; where the ring refused some in between, tell the tracker."""
        for stamp in stamps:
            if stamp.lost > self._lost:
                self._push(tracker, stamp.start)
                self._jump(tracker, self._account(stamp))
            self._timeline.add(stamp.start + self._shift, stamp.captured, stamp.arrived)
        # Blocks shorter than a hop are saved up until they complete a frame: fewer calls, and none later.
        needed = next((stamp for stamp in stamps if stamp.stop + self._shift > self._due), None)
        if needed is not None:
            self._gaps.note(needed.arrived)
        if stamps and (not self._live or needed is not None):
            self._push(tracker, stamps[-1].stop)

    def settle(self, tracker: Settles) -> bool:
        """Run one slice of the settling, if that delays no frame that is due: whether it did."""
        settler = tracker.settler
        if self._live:
            settler.keep_up()
        if self.inlet.waiting or (expected := settler.expected) is None:
            return False
        begun = self._clock()
        if not self._gaps.free(begun, expected):
            settler.refuse()
            return False
        frames = settler.work()
        self._counters.computed += self._clock() - begun
        self._give_out_settled(frames, tracker)
        return True

    def skip(self, tracker: Tracker, stamps: Sequence[Stamp]) -> float:
        """Go on after the last of `stamps`, so that latency stays bounded: the seconds jumped over.

        A recording hears them nevertheless, each where it belongs.
        """
        newest, begun = stamps[-1], self.position
        unread = newest.stop - self.inlet.ring.start
        for stamp in stamps:
            if stamp.lost > self._lost:
                self._take(stamp.start)
                self._account(stamp)
        self._take(newest.stop)
        self._counters.skipped += unread
        self._jump(tracker, self.position - begun)
        self._timeline.add(newest.start + self._shift, newest.captured, newest.arrived)
        return unread / self._rate

    def flush(self, tracker: Tracker) -> None:
        """Give out the frames that still wait for sound, now that none will come."""
        self._push(tracker, self.inlet.ring.end)
        begun = self._clock()
        self._give_out(tracker.flush(), tracker, begun)
        if isinstance(tracker, Settles):
            self._give_out_settled(tracker.settler.finish(), tracker)

    def leave(self) -> None:
        """There will be no more: a recording hears what was saved up for a frame that does not come."""
        self._take(self.inlet.ring.end)

    def _take(self, stop: int) -> Floats:
        """The samples up to `stop` with the gain, on record if there is one; their largest noted."""
        position, block = self.position, self.inlet.read(stop)
        if len(block):
            # `fmax` and `fmin` pass over what is no number.
            self._peak = max(self._peak, float(np.fmax.reduce(block)), -float(np.fmin.reduce(block)))
            if self._factor != 1.0:
                block *= self._factor
            self._recorder.hear(position, self._rate, block)
        return block

    def _account(self, stamp: Stamp) -> int:
        """Samples that the ring refused since the last time, up to this stamp; the shift grows by them."""
        refused = stamp.lost - self._lost
        self._lost = stamp.lost
        self._shift += refused
        return refused

    def _jump(self, tracker: Tracker, samples: int) -> None:
        tracker.skip(samples)
        self._due = 0

    def _push(self, tracker: Tracker, stop: int) -> None:
        while (start := self.inlet.ring.start) < stop and not self._stopping.is_set():
            block = self._take(min(stop, start + int(LONGEST_PUSH * self._rate)))
            begun = self._clock()
            frames = tracker.push(block)
            self._counters.add_push(self._clock() - begun, len(block) / self._rate)
            self._give_out(frames, tracker, begun)
            if not self._live and isinstance(tracker, Settles):
                self._settle_now(tracker)

    def _settle_now(self, tracker: Settles) -> None:
        """A source that waits for its reader leaves all the time there is."""
        while tracker.settler.expected is not None and not self._stopping.is_set():
            self._give_out_settled(tracker.settler.work(), tracker)

    def _give_out(self, frames: Sequence[PitchFrame], tracker: Tracker, begun: float) -> None:
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
        self._due = self._last_needed(frames[-1].time + HOP + latency)
        self._counters.frames += len(stamped)
        self._outlet.put(stamped, wait=not self._live)
        self._recorder.see(stamped)

    def _give_out_settled(self, frames: Sequence[PitchFrame], tracker: Settles) -> None:
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
        timeline = self._timeline
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


def _factor(decibels: float) -> float:
    return float(10.0 ** (decibels / 20))


def _decibels(sample: float) -> float:
    return 20 * math.log10(sample) if sample > 0 else -math.inf
