"""From the ring to the tracker, for as long as one input stays open."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from .counters import HOP, Counters
from .frame import Settings
from .giving import Giving
from .idle import Gaps
from .inlet import Inlet, Stamp
from .outlet import Outlet
from .recording.recorder import Recorder
from .ring import Floats
from .roles import Settles, Tracker

LONGEST_PUSH = 1.0  # s of sound given to the tracker at once, so that a stop need not wait for more
BUDGET = 0.1  # s that a push of live sound should take at most, twice that it may; one of a hop what it takes
REMEMBERED = 0.5  # s of sound over which the tracker's pace is averaged
FIRST_PIECE = 0.05  # s of sound that the first push may have


class Feed:
    """Gives the tracker what arrives, in order, knowing what was lost on the way, and its frames away.

    A sample's *position* counts from the start of the session and includes every sample lost; its ring
    index counts only what the ring took. The difference, `_shift`, grows with every loss.
    """

    def __init__(
        self,
        inlet: Inlet,
        sample_rate: int,
        outlet: Outlet,
        counters: Counters,
        clock: Callable[[], float],
        stopping: threading.Event,
        live: bool,
        recorder: Recorder,
        settings: Settings,
        zero: float | None = None,
    ) -> None:
        """Begin with an inlet that nothing has been read from; `stopping` ends every push."""
        self.inlet = inlet
        self.zero = zero
        """The instant by `clock` of the session's second 0; None before any sound."""
        self._rate = sample_rate
        self._counters, self._clock = counters, clock
        self._stopping, self._live = stopping, live
        self._recorder, self._settings, self._factor = recorder, settings, _factor(settings.gain)
        self._giving = Giving(sample_rate, outlet, counters, clock, live, recorder)
        self._gaps = Gaps()
        self._shift = -inlet.ring.start
        self.started = False
        """Whether the source delivers into it."""
        self._lost = 0  # refusals of the ring that `_shift` accounts for
        self._piece = FIRST_PIECE  # s of sound that a push may have
        self._stamps: deque[Stamp] = deque()  # of blocks that have no place in the timeline yet
        self._first = self._stamped = inlet.ring.start  # ring index of the first block; after the last that has a place
        self.pace = 0.0
        """Seconds that the tracker takes for a second of sound, of late."""

    @property
    def position(self) -> int:
        """Of the next sample that the tracker gets."""
        return self.inlet.ring.start + self._shift

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self.position / self._rate

    def begin(self, seconds: float) -> None:
        """The first sample, which is still to come, will be that of this second of the session."""
        self._shift = round(seconds * self._rate) - self.inlet.ring.start

    def too_late(self, tracker: Tracker) -> bool:
        """Whether so much live sound lies unread that it must be skipped; a hop may come in while the network runs."""
        return self._late(tracker.hop_seconds)

    @property
    def overdue(self) -> bool:
        """Whether it has come too late for any tracker."""
        return self._late(0.0)

    def _late(self, hop_seconds: float) -> bool:
        return self._live and self.inlet.ring.unread / self._rate > self._settings.max_behind + hop_seconds

    def adjust(self, tracker: Tracker, settings: Settings) -> None:
        """Go on with the gain and the gate of `settings`; nothing if they are those it has."""
        if settings is not self._settings:  # replaced as a whole, never changed
            self._settings, self._factor = settings, _factor(settings.gain)
            tracker.set_gate(settings.gate)

    def follow(self, tracker: Tracker, stamps: Sequence[Stamp]) -> None:
        """Push the blocks of `stamps`; where the ring refused some in between, tell the tracker.

        Whatever fails on the way, what comes next is still pushed in its place. Live sound that has come too late
        meanwhile is left for `skip`.
        """
        self._stamps.extend(stamps)
        needed = None
        while self._stamps:
            stamp = self._stamps[0]
            if missing := self._missing(stamp):
                self._push(tracker, stamp.start)
                if self.inlet.ring.start < stamp.start:
                    return
                self._account(stamp, missing)
                self._jump(tracker, missing)
            if needed is None and stamp.stop + self._shift > self._giving.due:
                needed = stamp
            self._place(self._stamps.popleft())
        # Blocks shorter than a hop are saved up until they complete a frame: fewer calls, and none later.
        if needed is not None:
            self._gaps.note(needed.arrived)
        if needed is not None or not self._live:
            self._push(tracker, self._stamped)

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
        self._giving.give_settled(frames, tracker)
        return True

    def skip(self, tracker: Tracker, stamps: Sequence[Stamp]) -> float:
        """Go on after the last block, so that latency stays bounded: the seconds jumped over."""
        begun = self.position
        seconds = self.pass_over(stamps)
        self._jump(tracker, self.position - begun)
        return seconds

    def pass_over(self, stamps: Sequence[Stamp]) -> float:
        """Go on after the last block without a tracker: the seconds that none hears, and are counted so.

        A recording hears them nevertheless, each where it belongs.
        """
        self._stamps.extend(stamps)
        unheard = 0
        while self._stamps:
            stamp = self._stamps.popleft()
            if missing := self._missing(stamp):
                unheard += self._leave_out(stamp.start)
                self._account(stamp, missing)
            self._place(stamp)
        return (unheard + self._leave_out(self._stamped)) / self._rate

    def flush(self, tracker: Tracker) -> None:
        """Give out the frames that still wait for sound, now that none will come."""
        self._push(tracker, self.inlet.ring.end)
        begun = self._clock()
        self._giving.give(tracker.flush(), tracker, begun)
        if isinstance(tracker, Settles):
            self._giving.give_settled(tracker.settler.finish(), tracker)

    def leave(self) -> None:
        """There will be no more: a recording hears what was saved up for a frame that does not come.

        Where somebody stopped the session, that is no sound skipped: nobody waits for its frame.
        """
        before = self._counters.skipped
        self.pass_over(self.inlet.take(0) or [])
        self._leave_out(self.inlet.ring.end)
        if self._stopping.is_set():
            self._counters.taken += self._counters.skipped - before
            self._counters.skipped = before

    def _leave_out(self, stop: int) -> int:
        """The samples up to `stop` are for a recording alone: how many they are."""
        longest, unheard = int(LONGEST_PUSH * self._rate), 0
        while (missing := stop - self.inlet.ring.start) > 0:
            unheard += len(self._take(self.inlet.ring.start + min(missing, longest)))
        self._counters.skipped += unheard
        return unheard

    def _take(self, stop: int) -> Floats:
        """The samples up to `stop` with the gain, on record if there is one; their largest noted."""
        position, block = self.position, self.inlet.read(stop)
        if len(block):
            # `fmax` and `fmin` pass over what is no number.
            self._giving.note_peak(max(float(np.fmax.reduce(block)), -float(np.fmin.reduce(block))))
            if self._factor != 1.0:
                with np.errstate(over="ignore"):  # what a broken driver delivers may be as large as a float can be
                    block *= self._factor
            self._recorder.hear(position, self._rate, block)
        return block

    def _place(self, stamp: Stamp) -> None:
        if self.zero is None:
            self.zero = stamp.arrived - (stamp.stop + self._shift) / self._rate
        self._giving.timeline.add(stamp.start + self._shift, stamp.captured, stamp.arrived)
        self._stamped = stamp.stop

    def _missing(self, stamp: Stamp) -> int:
        """Samples before this block that are not in the ring: refused, or not heard before the device began."""
        if self.zero is None or stamp.start > self._first:
            return stamp.lost - self._lost
        return max(round((stamp.arrived - self.zero) * self._rate) - stamp.stop - self._shift, 0)

    def _account(self, stamp: Stamp, missing: int) -> None:
        self._lost = stamp.lost
        self._shift += missing

    def _jump(self, tracker: Tracker, samples: int) -> None:
        tracker.skip(samples)
        self._giving.due = 0

    def _push(self, tracker: Tracker, stop: int) -> None:
        """Push up to `stop`, or until the rest has come too late."""
        first = self.inlet.ring.start
        while (start := self.inlet.ring.start) < stop and not self._stopping.is_set():
            if start > first and self.too_late(tracker):
                return
            longest = max(self._piece, tracker.hop_seconds) if self._live else LONGEST_PUSH
            block = self._take(min(stop, start + max(1, round(longest * self._rate))))
            begun = self._clock()
            try:
                frames = tracker.push(block)
            except BaseException:
                self._counters.skipped += len(block)
                raise
            self._note_push(self._clock() - begun, block)
            self._giving.give(frames, tracker, begun)
            if not self._live and isinstance(tracker, Settles):
                self._settle_now(tracker)

    def _note_push(self, seconds: float, block: Floats) -> None:
        sound = len(block) / self._rate
        self.pace += min(1.0, sound / REMEMBERED) * (seconds / sound - self.pace)
        # Not by the pace: a push takes its time however little sound it has, and short ones would make that worse.
        if seconds > BUDGET:
            self._piece = max(HOP, min(sound, self._piece) / 2)
        elif sound >= self._piece:
            self._piece = min(2 * self._piece, LONGEST_PUSH)
        self._counters.taken += len(block)
        self._counters.add_push(seconds, sound)

    def _settle_now(self, tracker: Settles) -> None:
        """A source that waits for its reader leaves all the time there is."""
        while tracker.settler.expected is not None and not self._stopping.is_set():
            self._giving.give_settled(tracker.settler.work(), tracker)


def _factor(decibels: float) -> float:
    return float(10.0 ** (decibels / 20))
