"""What the worker thread does: open the source, load the model, track, and mend what can be mended."""

from __future__ import annotations

import gc
import logging
import math
import threading
from collections.abc import Callable, Sequence

from ..model.device import release_memory
from ..model.errors import LivepitchError
from .counters import HOP, Counters
from .devices import DeviceError
from .feed import Feed
from .frame import PitchFrame, Settings, StreamStats
from .inlet import Inlet, Stamp
from .input import Input, InputLostError
from .models import Models
from .outlet import Outlet
from .priority import claim, give_up, stay
from .recording.recorder import Recorder
from .roles import Settles, Source, Tracker
from .watch import HangingError, Watch

log = logging.getLogger(__name__)

LOST = "input lost"  # how the message about that begins
SLOW = "this computer is too slow"  # begins the message when sound is skipped
NOTICE = 5.0  # s for which a trouble that has passed stays readable
FAULTS, FAULT_SPAN = 3, 10.0  # a tracker that fails so often within so many seconds is given up, unless it has worked
BACK_OFF, BACK_OFF_LONGEST = 0.1, 1.0  # s before the tracker's first restart; doubled for each next up to the longest
REOPEN, REOPEN_LONGEST = 0.25, 1.0  # s between attempts to reopen a lost input: the first wait, and the longest
TOO_OFTEN = 3  # skips in a row after which a tracker that is too slow for this computer loses its place before others
PUSH, DEVICE, TRACKER = 10.0, 10.0, 60.0  # s that a step may take, in a session that has worked, before it hangs


class Worker:
    """One run of a session, from opening the source to closing it.

    `run` is the thread. Other threads may use `stop`, `stats`, `message` and the public attributes: they read
    single values that only the worker replaces, or set an event.
    """

    def __init__(
        self,
        source: Source,
        models: Models,
        settings: Settings,
        outlet: Outlet,
        clock: Callable[[], float],
        since: float | None = None,
    ) -> None:
        """Prepare; `since`: the instant by `clock` of second 0, where a session goes on that broke off."""
        self.models = models
        self.error: Exception | None = None
        self.opened = threading.Event()
        self.latency = math.nan
        self.recorder = Recorder(source.live)
        self.watch = Watch(clock)
        """Whether the present step takes too long."""
        self._source, self._settings, self._outlet = source, settings, outlet
        self._clock = clock
        self._stopping, self._adjusting = threading.Event(), threading.Lock()
        self._counters = Counters(Inlet(clock))
        self._input = Input(source, outlet, self._counters, clock, self._stopping, self.recorder, since)
        self._resumes = since is not None
        self._notice = ("", -math.inf)
        self._faults: list[float] = []
        self._slow = 0  # skips in a row of a tracker that needs longer than the sound lasts

    def stop(self) -> None:
        """Let `run` end soon."""
        self._stopping.set()
        self._outlet.end()
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
        first = frames if self.models.settle is None else [frame for frame in frames if not frame.settled]
        self._counters.add_painted(first, instant)

    def abandon(self) -> None:
        """Another thread: it hangs. What it has not heard goes on record, and the recording is completed."""
        self.error = HangingError(f"{self._source.name}: livepitch hangs; end it and start it again")
        log.error("%s", self.error)
        self._stopping.set()
        feed = self._input.feed
        if feed is not None:
            feed.leave()
        self.recorder.close()
        self._outlet.close()
        self.opened.set()

    def run(self) -> None:
        """Work until the source ends, `stop` is called or nothing helps; `error` then says what."""
        try:
            if self._resumes:
                self.opened.set()  # it may take its time
            self._open()
            self.opened.set()
            self.models.load(self._tell)
            self._tell("")
            if self.models.may_hurry(self._source):
                self._counters.priority = claim()  # before MLX starts its own thread, which inherits both
                stay()
            while not self._stopping.is_set() and self._attempt():
                pass
        except Exception as error:
            log.error("%s: the session ended: %s", self._source.name, error)
            self.error = error
        finally:
            self.watch.expect(DEVICE)
            closing = self._input.close()
            self.error = self.error or closing
            self.recorder.close()
            self.watch.rest()
            gc.unfreeze()
            self._outlet.close()
            self.opened.set()

    def _open(self) -> None:
        try:
            self._input.open(self._settings)
        except Exception as error:
            if not self._resumes:
                raise
            self._reopen(error)

    def _attempt(self) -> bool:
        """Track until something happens: whether to go on then."""
        feed = self._input.feed
        if feed is None:  # stopped before there was an input
            return False
        try:
            self._expect(TRACKER)
            tracker = self.models.tracker(self._source.sample_rate, self._settings)
            self.latency = tracker.latency
            self._start_source(feed)
            if feed.position:
                tracker.skip(feed.position)
            self._track(tracker, feed)
        except InputLostError as lost:
            self._reopen(lost)
            return True
        except Exception as error:
            self._back_off(error, feed)
            return True
        if self._source.error and not self._stopping.is_set():
            raise self._source.error
        return False

    def _start_source(self, feed: Feed) -> None:
        if feed.started:
            return
        self._expect(DEVICE)
        try:
            self._input.start(feed)
        except Exception as error:
            if self._worked:
                raise InputLostError(str(error)) from error
            raise

    @property
    def _worked(self) -> bool:
        """Whether a live session has worked before: then what fails is tried again for as long as it takes."""
        return self._source.live and (self._resumes or self._counters.frames > 0)

    def _expect(self, seconds: float) -> None:
        """The next step takes no longer, if it is like one that worked before; else it may take what it needs."""
        if self._worked:
            self.watch.expect(seconds)
        else:
            self.watch.rest()

    def _track(self, tracker: Tracker, feed: Feed) -> None:
        """Track until the source ends or the session stops."""
        source, settles = self._source, tracker if isinstance(tracker, Settles) else None
        feed.inlet.wake()  # look once before sleeping: a tracker that failed may have missed the source's end
        while not self._stopping.is_set():
            busy = settles is not None and self._settle(settles, feed)
            patience = 0 if busy else source.patience
            self.watch.rest()
            stamps = feed.inlet.take(patience)
            self._expect(PUSH)
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
        if source.finished:
            feed.flush(tracker)

    def _settle(self, tracker: Settles, feed: Feed) -> bool:
        """Run a slice of the settling if there is time; count what it leaves out."""
        busy = feed.settle(tracker)
        if unsettled := tracker.settler.take_unsettled():
            self._counters.unsettled += unsettled
            name = self.models.name(self.models.settle)
            seconds = self._counters.unsettled * HOP
            self._say(f"no time to settle everything with {name}: {seconds:.1f} s stayed as first heard")
        return busy

    def _follow(self, tracker: Tracker, feed: Feed, stamps: list[Stamp]) -> None:
        feed.adjust(tracker, self._settings)
        if not feed.too_late(tracker):
            feed.follow(tracker, stamps)
        elif seconds := feed.skip(tracker, stamps):
            name = self.models.name(self.models.model)
            self._say(f"{SLOW} for {name}: skipped {seconds:.1f} s")
            # A moment in which nothing went on, while the computer slept say, is no reason to let others go first.
            self._slow = self._slow + 1 if feed.pace > 1.0 else 0
            if self._slow >= TOO_OFTEN and self._counters.priority != "normal":
                self._counters.priority = give_up()  # the sound server and the screen need time, too

    def _back_off(self, error: Exception, feed: Feed) -> None:
        """Wait a little before the next attempt; raise `error` if none is worth while."""
        now = self._clock()
        self._faults = [*(at for at in self._faults if now - at < FAULT_SPAN), now]
        hopeless = isinstance(error, LivepitchError)  # the user can mend it, another attempt cannot
        if not self._worked and (hopeless or len(self._faults) >= FAULTS):
            raise error
        log.warning("the tracker failed and is started again", exc_info=error)
        self._counters.restarts += 1
        self._say(f"the tracker failed and was started again: {error or type(error).__name__}")
        release_memory()
        self.watch.rest()
        self._stopping.wait(min(BACK_OFF * 2 ** min(len(self._faults) - 1, 9), BACK_OFF_LONGEST))
        if feed.overdue:
            feed.pass_over(feed.inlet.take(0) or [])  # a recording hears it nevertheless

    def _reopen(self, why: Exception) -> None:
        """Close the source and wait until it can be opened again; the session's time goes on meanwhile."""
        log.warning("%s: lost (%s)", self._source.name, why)
        self._tell(f"{LOST}: {self._source.name}; listening goes on as soon as it is back")
        self._expect(DEVICE)
        self._input.lose()
        self.watch.rest()
        delay = REOPEN
        while not self._stopping.wait(delay):
            if self._is_back():
                self._counters.restarts += 1
                self._tell("")
                log.info("%s: opened again", self._source.name)
                break
            delay = min(2 * delay, REOPEN_LONGEST)

    def _is_back(self) -> bool:
        self._expect(DEVICE)
        try:
            self._input.open(self._settings)
        except Exception as error:  # of any type: what a driver says in trouble is not always what it should
            log.debug("%s: not yet back (%s)", self._source.name, error)
            return False
        finally:
            self.watch.rest()
        return True

    def _tell(self, sentence: str) -> None:
        """A state, until there is another; "" for nothing to tell."""
        self._notice = (sentence, math.inf if sentence else -math.inf)

    def _say(self, sentence: str) -> None:
        self._notice = (sentence, self._clock() + NOTICE)
