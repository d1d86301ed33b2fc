"""What the worker thread does: open the source, load the model, track, and mend what can be mended."""

from __future__ import annotations

import gc
import math
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.blas import cores
from ..model.errors import LivepitchError
from .counters import HOP, Counters
from .devices import DeviceError
from .feed import Feed
from .frame import PitchFrame, Settings, StreamStats
from .inlet import Inlet, Stamp
from .outlet import Outlet
from .priority import claim, give_up, roaming, stay
from .recorder import Recorder
from .roles import Settles, Source, Tracker

if TYPE_CHECKING:
    from ..model.registry import Model

TrackerFactory = Callable[..., Tracker]
"""Called with model, sample rate and settings, and where frames shall be settled the model for that."""

LOST = "input lost"  # how the message about that begins
NOTICE = 5.0  # s for which a trouble that has passed stays readable
FAULTS, FAULT_SPAN = 3, 10.0  # a tracker that fails so often within so many seconds is given up
BACK_OFF = 0.1  # s before the tracker's first restart; doubled for the next
REOPEN, REOPEN_LONGEST = (
    0.5,
    5.0,
)  # s between attempts to reopen a lost input: the first wait, and the longest


class InputLostError(Exception):
    """The source delivers nothing any more, but may come back."""


class Worker:
    """One run of a session, from opening the source to closing it.

    `run` is the thread. Other threads may use `stop`, `stats`, `message` and the public attributes: they read
    single values that only the worker replaces, or set an event.
    """

    def __init__(
        self,
        source: Source,
        model: Model | str | Path,
        settings: Settings,
        outlet: Outlet,
        factory: TrackerFactory,
        clock: Callable[[], float],
        settle: Model | str | Path | None = None,
    ) -> None:
        self.model, self.settle = model, settle
        self.error: Exception | None = None
        self.opened = threading.Event()
        self.latency = math.nan
        self.recorder = Recorder()
        self._source, self._settings, self._outlet = source, settings, outlet
        self._factory, self._clock = factory, clock
        self._stopping, self._adjusting = threading.Event(), threading.Lock()
        self._counters = Counters(Inlet(clock))
        self._notice = ("", -math.inf)
        self._faults: list[float] = []

    def stop(self) -> None:
        """Let `run` end soon."""
        self._stopping.set()
        self._outlet.close()
        # After the event is set: a worker that is just changing inlets looks at the event before it sleeps.
        self._counters.inlet.wake()

    def adjust(self, gate: float | None, gain: float | None) -> None:
        """Any thread: another gate, another gain, from the next hop on. ValueError out of range."""
        with self._adjusting:  # against others here; the worker reads the whole of the settings at once
            self._settings = self._settings.adjusted(gate, gain)

    @property
    def message(self) -> str | None:
        """One sentence about what is wrong now, or was a moment ago."""
        sentence, until = self._notice
        return sentence if self._clock() < until else None

    def stats(self) -> StreamStats:
        """The counters now."""
        return self._counters.stats(self._outlet.unread)

    def painted(self, frames: Sequence[PitchFrame], instant: float) -> None:
        """The drawing thread: frames were on screen at `instant`."""
        # What replaces an instant frame is no news: only that frame's way to the screen counts.
        first = frames if self.settle is None else [frame for frame in frames if not frame.settled]
        self._counters.add_painted(first, instant)

    def run(self) -> None:
        """Work until the source ends, `stop` is called or nothing helps; `error` then says what."""
        try:
            feed: Feed | None = self._open(0.0)
            self.opened.set()
            self._load()
            if self._may_hurry():
                self._counters.priority = claim()  # before MLX starts its own thread, which inherits both
                stay()
            while feed is not None and not self._stopping.is_set():
                feed = self._attempt(feed)
        except Exception as error:
            self.error = error
        finally:
            try:
                self._source.close()
            except Exception as error:
                self.error = self.error or error
            self.recorder.close()
            gc.unfreeze()
            self._outlet.close()
            self.opened.set()

    def _open(self, seconds: float) -> Feed:
        """Open the source; its first sample will count as `seconds` after the session's start."""
        inlet = Inlet(self._clock, before=self._counters.inlet)
        self._source.open(inlet)
        rate = self._source.sample_rate
        inlet.allocate(math.ceil(rate * self._settings.ring_seconds))
        self._counters.inlet = inlet
        return Feed(
            inlet,
            rate,
            round(seconds * rate),
            self._outlet,
            self._counters,
            self._clock,
            self._stopping,
            self._source.live,
            self.recorder,
            self._settings,
        )

    def _load(self) -> None:
        self.model = self._loaded(self.model)
        if not getattr(self.model, "causal", True):
            self.settle = None  # it is windowed itself
        if self.settle is not None:
            self.settle = self._loaded(self.settle)

    def _may_hurry(self) -> bool:
        """Whether it rests most of the time: a windowed model would keep every core from everything else."""
        light = getattr(self.model, "causal", False) and self.settle is None
        return self._source.live and light and cores() > 1

    def _loaded(self, model: Model | str | Path) -> Model:
        if isinstance(model, (str, Path)):
            from ..model.registry import load_model

            self._notice = (f"loading {model}", math.inf)
            model = load_model(model)
            self._notice = ("", -math.inf)
        return model

    def _attempt(self, feed: Feed) -> Feed | None:
        """Track until something happens: the feed to go on with, None at the end."""
        try:
            tracker = self._fresh_tracker(feed)
            self._start_source(feed)
            self._track(tracker, feed)
        except InputLostError:
            return self._reopen(feed)
        except LivepitchError:
            raise  # the user can mend it, another attempt cannot
        except Exception as error:
            self._back_off(error)
            return feed
        return None

    def _fresh_tracker(self, feed: Feed) -> Tracker:
        settle = () if self.settle is None else (self.settle,)
        tracker = self._factory(self.model, self._source.sample_rate, self._settings, *settle)
        tracker.warm_up()
        if feed.position:
            tracker.skip(feed.position)
        self.latency = tracker.latency
        return tracker

    def _start_source(self, feed: Feed) -> None:
        if feed.started:
            return
        # A full garbage collection walks every object of the imported libraries: 75 ms, measured, in the
        # middle of a song. What is alive by now stays, so it is set aside; only what comes later is walked.
        gc.collect()
        gc.freeze()
        try:
            with roaming():
                self._source.start()
            feed.started = True
        except DeviceError as error:
            if self._counters.frames:
                raise InputLostError(str(error)) from error
            raise

    def _track(self, tracker: Tracker, feed: Feed) -> None:
        """Track until the source ends or the session stops."""
        source, settles = self._source, tracker if isinstance(tracker, Settles) else None
        feed.inlet.wake()  # look once before sleeping: a tracker that failed may have missed the source's end
        while not self._stopping.is_set():
            busy = settles is not None and self._settle(settles, feed)
            stamps = feed.inlet.take(0 if busy else source.patience)
            if stamps is None:
                if busy:
                    continue
                raise InputLostError("no sound arrives")
            self._follow(tracker, feed, stamps)
            if source.finished or source.error:
                # Its last block was queued before it said so: what is there now is everything.
                self._follow(tracker, feed, feed.inlet.take(0) or [])
                break
        if isinstance(source.error, DeviceError):
            raise InputLostError(str(source.error))
        if source.error:
            raise source.error
        if source.finished:
            feed.flush(tracker)

    def _settle(self, tracker: Settles, feed: Feed) -> bool:
        """Run a slice of the settling if there is time; count what it leaves out."""
        busy = feed.settle(tracker)
        if unsettled := tracker.settler.take_unsettled():
            self._counters.unsettled += unsettled
            name = getattr(self.settle, "name", self.settle)
            seconds = self._counters.unsettled * HOP
            self._say(f"no time to settle everything with {name}: {seconds:.1f} s stayed as first heard")
        return busy

    def _follow(self, tracker: Tracker, feed: Feed, stamps: list[Stamp]) -> None:
        feed.adjust(tracker, self._settings)
        # A hop of sound comes in while the network runs: that much is not yet too late.
        if self._source.live and feed.behind(stamps) > self._settings.max_behind + tracker.hop_seconds:
            seconds = feed.skip(tracker, stamps)
            name = getattr(self.model, "name", self.model)
            self._say(f"this computer is too slow for {name}: skipped {seconds:.1f} s")
            if self._counters.priority != "normal":
                self._counters.priority = give_up()  # the sound server and the screen need time, too
        else:
            feed.follow(tracker, stamps)

    def _back_off(self, error: Exception) -> None:
        """Wait a little before the next attempt; raise `error` if there were too many."""
        now = self._clock()
        self._faults = [*(at for at in self._faults if now - at < FAULT_SPAN), now]
        if len(self._faults) >= FAULTS:
            raise error
        self._counters.restarts += 1
        self._say(f"the tracker failed and was started again: {error or type(error).__name__}")
        self._stopping.wait(BACK_OFF * 2 ** (len(self._faults) - 1))

    def _reopen(self, feed: Feed) -> Feed:
        """Close the source and wait until it can be opened again; the session's time goes on meanwhile."""
        since, delay = self._clock(), REOPEN
        self._notice = (f"{LOST}: {self._source.name}; listening goes on as soon as it is back", math.inf)
        self._source.close()
        feed.leave()
        while not self._stopping.wait(delay):
            try:
                with roaming():
                    feed = self._open(feed.seconds + self._clock() - since)
            except DeviceError:
                delay = min(2 * delay, REOPEN_LONGEST)
                continue
            self._counters.restarts += 1
            self._notice = ("", -math.inf)
            break
        return feed

    def _say(self, sentence: str) -> None:
        self._notice = (sentence, self._clock() + NOTICE)
