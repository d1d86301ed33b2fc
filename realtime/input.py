"""A session's input: its source, opened, started, and opened again after it was lost; time goes on meanwhile."""

from __future__ import annotations

import gc
import logging
import math
import threading
from collections.abc import Callable

from .counters import Counters
from .feed import Feed
from .frame import Settings
from .inlet import Inlet
from .outlet import Outlet
from .priority import roaming
from .recording.recorder import Recorder
from .roles import Source

log = logging.getLogger(__name__)


class InputLostError(Exception):
    """The source delivers nothing any more, but may come back."""


class Input:
    """The worker's, all of it, but that any thread may read `feed`."""

    def __init__(
        self,
        source: Source,
        outlet: Outlet,
        counters: Counters,
        clock: Callable[[], float],
        stopping: threading.Event,
        recorder: Recorder,
        since: float | None,
    ) -> None:
        """Nothing is opened yet; `since`: the instant by `clock` of the session's second 0, if it has passed."""
        self.feed: Feed | None = None
        """What the source delivers into, or did last."""
        self._source, self._outlet, self._counters, self._clock = source, outlet, counters, clock
        self._stopping, self._recorder, self._zero = stopping, recorder, since
        self._reached = 0.0  # second of the session up to which there was sound
        self._frozen = False

    def open(self, settings: Settings) -> None:
        """Open the source, for a new feed. Any error of the source's."""
        inlet = Inlet(self._clock, before=self._counters.inlet)
        with roaming():
            self._source.open(inlet)
        rate = self._source.sample_rate
        inlet.allocate(math.ceil(rate * settings.ring_seconds))
        self._counters.inlet = inlet
        self.feed = Feed(
            inlet,
            rate,
            self._outlet,
            self._counters,
            self._clock,
            self._stopping,
            self._source.live,
            self._recorder,
            settings,
            self._zero,
        )

    def start(self, feed: Feed) -> None:
        """Have the source deliver into `feed`. Any error of the source's."""
        # A full garbage collection walks every object of the imported libraries: 75 ms, measured, in the
        # middle of a song. What is alive by now stays, so it is set aside; only what comes later is walked.
        gc.collect()
        if not self._frozen:
            gc.freeze()
            self._frozen = True
        if self._zero is not None:
            feed.begin(max(self._clock() - self._zero, self._reached))
        with roaming():
            self._source.start()
        feed.started = True

    def lose(self) -> None:
        """Close a source that delivers no more; until it does again, time goes on by the clock."""
        error = self.close()
        if error is not None:
            log.warning("%s: could not be closed: %s", self._source.name, error)
        feed = self.feed
        if feed is not None and feed.started:
            self._zero, self._reached = feed.zero, feed.seconds

    def close(self) -> Exception | None:
        """Close the source, whatever it says: what it said. Live sound that nobody has heard goes on record."""
        error = None
        try:
            self._source.close()
        except Exception as raised:
            error = raised
        if self.feed is not None and self._source.live:
            self.feed.leave()
        return error
