"""What the latency statistics cost: stamping and counting against the pushes that they describe, in one process.

    python benchmarks/stats_cost.py --json stats_cost.json

The demo voice goes block by block through the objects that live uses, `Feed`, `StreamTracker`, `Counters`, without
waiting for the time of the sound. Timed are each push of the tracker, and each call that exists for the statistics
alone: stamping a frame, counting a push, a frame, a paint; and the readings of the clock that the stamps need. Timers
cost too, and count against the statistics. Frames are counted many at once, so a figure is the sum over as many blocks,
divided by their number. The share is that of the medians of those, since another program that takes the core for
milliseconds says nothing of either; that of the means is in the JSON as well.
"""

from __future__ import annotations

import json
import math
import sys
import threading
import time
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import numpy as np
import typer
from machine import describe_machine
from numpy.typing import NDArray

import livepitch
from livepitch.realtime.counters import BATCH, Counters
from livepitch.realtime.demo import demo_phrase
from livepitch.realtime.feed import Feed
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.inlet import Inlet
from livepitch.realtime.outlet import Outlet

SAMPLE_RATE, BLOCK = 48_000, 480
WARM_UP = 100  # blocks
CLOCKS = 6  # readings for the stamps of a push: arrival, begun, heard, inferred, decoded, emitted
MOST = 1.0  # per cent of compute that the statistics may take

now = time.perf_counter


class Timed:
    """Seconds spent in what is called through it, since it was last asked."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def __call__(self, function: Any, *arguments: Any) -> Any:
        """Call, and count the time."""
        begun = now()
        result = function(*arguments)
        self._seconds += now() - begun
        return result

    def take(self) -> float:
        """The seconds, and begin anew."""
        seconds, self._seconds = self._seconds, 0.0
        return seconds


class TimedCounters(Counters):
    """Counters that know what counting takes."""

    timed = Timed()

    def add_push(self, *arguments: Any) -> None:
        """Timed."""
        self.timed(super().add_push, *arguments)

    def add_frame(self, *arguments: Any) -> None:
        """Timed."""
        self.timed(super().add_frame, *arguments)

    def add_painted(self, *arguments: Any) -> None:
        """Timed."""
        self.timed(super().add_painted, *arguments)


class TimedFeed(Feed):
    """A feed that knows what stamping takes."""

    timed = Timed()

    def _stamped(self, *arguments: Any) -> PitchFrame:
        frame: PitchFrame = self.timed(super()._stamped, *arguments)
        return frame


def measure(blocks: int, model: str) -> NDArray[np.float64]:
    """Seconds that a block takes, one row for each `BATCH` of those that gave frames: (n, 3) pushes, stamps, counts."""
    inlet, outlet, taken = Inlet(time.monotonic), Outlet(), []
    inlet.allocate(SAMPLE_RATE)
    counters = TimedCounters(inlet)
    feed = TimedFeed(inlet, SAMPLE_RATE, 0, outlet, counters, time.monotonic, threading.Event(), True)
    tracker = livepitch.StreamTracker(livepitch.load_model(model), SAMPLE_RATE, None, time.monotonic)
    tracker.warm_up()
    pushed, push = Timed(), tracker.push
    tracker.push = lambda block: pushed(push, block)  # type: ignore[method-assign]
    audio, *_ = demo_phrase(SAMPLE_RATE)
    for number in range(WARM_UP + blocks):
        block = np.take(audio, range(number * BLOCK, (number + 1) * BLOCK), mode="wrap")
        inlet(block, time.monotonic() - BLOCK / SAMPLE_RATE, False)
        feed.follow(tracker, inlet.take(math.inf) or [])
        frames = outlet.drain()
        counters.add_painted(frames, time.monotonic())
        row = pushed.take(), feed.timed.take(), counters.timed.take()
        if frames and number >= WARM_UP:
            taken.append(row)
    whole = len(taken) // BATCH
    return np.array(taken[: whole * BATCH]).reshape(whole, BATCH, 3).mean(axis=1)


def clock_seconds(batches: int = 101, readings: int = 100) -> float:
    """One reading of the clock, with the loop round it; the median of some batches."""
    taken = []
    for _ in range(batches):
        begun = now()
        for _ in range(readings):
            time.monotonic()
        taken.append(now() - begun)
    return median(taken) / readings


def main(
    seconds: Annotated[float, typer.Option(help="Of sound.", min=1)] = 60.0,
    model: Annotated[str, typer.Option(help="A model by name or path.")] = "stream",
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write everything here.")] = None,
) -> None:
    """Measure what share of the compute time the statistics take; exit code 1 at one per cent or more."""
    taken = measure(round(seconds * SAMPLE_RATE / BLOCK), model)
    figures = {"clock": CLOCKS * 1e6 * clock_seconds()}
    figures |= dict(zip(("push", "stamp", "count"), 1e6 * np.median(taken, axis=0), strict=True))
    added = figures["clock"] + figures["stamp"] + figures["count"]
    share = 100 * added / figures["push"]
    means = 1e6 * taken.mean(axis=0)
    of_means = 100 * (figures["clock"] + means[1:].sum()) / means[0]
    print(f"{len(taken) * BATCH} blocks of 10 ms through {model}: medians in microseconds\n")
    for name in ("push", "stamp", "count", "clock"):
        print(f"{name:6} {figures[name]:9.2f}")
    print(
        f"\nstatistics add {added:.1f} us to {figures['push']:.0f}: {share:.2f} % of compute (means {of_means:.2f} %)"
    )
    if json_file is not None:
        shares = {"share_percent": share, "share_of_means_percent": of_means}
        whole = {"command": sys.argv[1:], "machine": describe_machine(), **shares, "median_us": figures}
        json_file.write_text(json.dumps(whole, indent=1), encoding="utf-8")
    raise typer.Exit(int(share >= MOST))


if __name__ == "__main__":
    typer.run(main)
