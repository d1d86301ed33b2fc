"""Whether this machine keeps up with a windowed model: found out by trying, before a stream begins."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from statistics import median

from ..model.registry import Model
from .frame import Settings
from .layout import Layout

SHARE = 0.8  # of a hop that a run may take; the rest is for the mel, the window on screen and other programs
HOPS = (16, 32, 48, 64, 96, 128)  # frames that are offered
RUNS = 3  # of the network for a figure, after one that does not count

Measure = Callable[[Layout], float]


@dataclass(frozen=True)
class Pace:
    """How fast the network runs against the sound that it must keep up with."""

    layout: Layout
    seconds: float
    """Of one run, of the longest window."""

    @property
    def holds(self) -> bool:
        """Whether a run is done well before the next is due."""
        return self.seconds <= SHARE * self.layout.hop_seconds

    @property
    def behind(self) -> float:
        """Seconds from a sound to its pitch, at most, if it holds."""
        return self.layout.latency + self.seconds


@dataclass(frozen=True)
class Outlook:
    """What to expect of a model on this machine."""

    now: Pace
    remedy: Pace | None = None
    """The shortest hop that holds, if the present one does not and any does."""


def look_ahead(model: Model, settings: Settings) -> Outlook:
    """Tries a windowed model under `settings`, on a thread that ends with it: MLX's arrays belong to threads."""
    stopped = threading.Event()

    def try_it() -> Outlook:
        measure = measure_with(model)
        return outlook(Layout.of(settings), lambda layout: math.inf if stopped.is_set() else measure(layout))

    with ThreadPoolExecutor(1, "livepitch-pace") as pool:
        try:
            return pool.submit(try_it).result()
        finally:
            stopped.set()  # at Ctrl-C the pool waits for its thread: no further layout, then


def outlook(layout: Layout, measure: Measure) -> Outlook:
    """The pace of `layout`, and if it does not hold, that of the shortest longer hop that does."""
    now = Pace(layout, measure(layout))
    if now.holds:
        return Outlook(now)
    for hop in HOPS:
        longer = replace(layout, hop=hop)
        # A longer window takes no less time, so many hops need not be tried.
        if hop > layout.hop and Pace(longer, now.seconds).holds:
            remedy = Pace(longer, measure(longer))
            if remedy.holds:
                return Outlook(now, remedy)
    return Outlook(now)


def measure_with(model: Model, clock: Callable[[], float] = time.perf_counter) -> Measure:
    """Measures on the thread that calls it: seconds of a run of a layout's longest window, the median of a few."""
    from .windowed import WindowedStream

    network = model.network()
    assert not model.causal

    def measure(layout: Layout) -> float:
        stream, taken = WindowedStream(network, layout), []  # type: ignore[arg-type]
        stream.rehearse(layout.longest)  # whatever is compiled is compiled now
        for _ in range(RUNS):
            begun = clock()
            stream.rehearse(layout.longest)
            taken.append(clock() - begun)
        return median(taken)

    return measure
