"""Faults planted in sessions, one after the other, in random order, for as long as you like.

    python benchmarks/soak.py faults --faults 10000 --real 40

The first part plants what tests/realtime/faults.py knows, by a clock that moves with the sound. The second runs in real
time, with the waits and the `stream` network that users have: a source that sings what the clock says is lost, refused,
silent or goes with its process, and it is measured how long after the fault's end frames are right again.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from soaking import Figures, open_files, resident

from livepitch.realtime import worker
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.session import Session, stream_tracker
from livepitch.realtime.source import DeviceError

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the faults, which the tests own
from tests.realtime.distant import Clockwork
from tests.realtime.faults import ALL, Stage
from tests.realtime.test_engines import is_right

IN_A_ROW = 50  # faults of one session
SOON = 2.0  # s after a fault's end within which frames must be right
PATIENCE = 60.0  # s
APART = 9.0  # s between two ends of an engine
GROWTH = 30.0  # MiB
IMPATIENT = ("BACK_OFF", "BACK_OFF_LONGEST", "REOPEN", "REOPEN_LONGEST")


def faults(
    faults: Annotated[int, typer.Option(help="By the clock of the sound.")] = 2000,
    real: Annotated[int, typer.Option(help="In real time, of each of four kinds.")] = 10,
    seed: int = 0,
) -> None:
    """Plant faults and look whether everything is right again."""
    figures = Figures()
    _simulated(faults, seed, figures)
    _in_real_time(real, figures)
    _in_another_process(real, figures)
    print(figures)
    if not figures.hold:
        raise typer.Exit(1)


def _simulated(number: int, seed: int, figures: Figures) -> None:
    kept = {name: getattr(worker, name) for name in IMPATIENT}
    for name in IMPATIENT:
        setattr(worker, name, 0.001)
    rng, planted, before, files, exact = np.random.default_rng(seed), Counter[str](), 0.0, 0, True
    while planted.total() < number:
        stage = Stage(rng)
        for name in rng.choice([name for name in ALL if name != "disk full"], IN_A_ROW):
            ALL[str(name)](stage)
            stage.recover()  # fails if no frame is right within 2 s
            planted[str(name)] += 1
        stage.session.stop()
        stats = stage.session.stats
        exact &= stats.heard + stats.skipped + stats.dropped == stage.device.delivered
        if not before:
            before, files = resident(), open_files()
    for name, value in kept.items():
        setattr(worker, name, value)
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith("livepitch")]
    figures.add("faults planted, by the clock of the sound; right within 2 s of sound", f"{planted.total():,}", True)
    figures.add("kinds, and how often each at least", f"{len(planted)}, {min(planted.values())}")
    figures.add("heard + skipped + dropped = delivered in every session", exact, exact)
    figures.add("threads and files left", f"{len(left)} and {open_files() - files}", not left and open_files() <= files)
    grown = resident() - before
    figures.add("resident memory grown since the first session", f"{grown:.1f} MiB", grown < GROWTH)


class Troubled(Clockwork):
    """Can be lost, and refuse to come back for a while."""

    absent_until = 0.0
    lost = threading.Event()

    def open(self, sink: object) -> None:
        """DeviceError while it is absent."""
        if time.monotonic() < self.absent_until:
            raise DeviceError("clockwork: not there")
        super().open(sink)

    def _at(self, number: int) -> None:
        if self.lost.is_set():
            self.lost.clear()
            raise DeviceError("clockwork: stopped by the system")


def _until_right(session: Session | RemoteSession, since: float) -> float:
    """Seconds from that instant until a frame of later sound is there, and right."""
    while time.monotonic() < since + PATIENCE:
        for frame in session.frames():
            if frame.captured >= since and is_right(frame):
                return float(frame.emitted - since)
        time.sleep(0.005)
    return PATIENCE


def _in_real_time(number: int, figures: Figures) -> None:
    failing, took = threading.Event(), dict[str, list[float]]()

    def make(*arguments: object) -> object:
        tracker = stream_tracker(*arguments)  # type: ignore[arg-type]
        push = tracker.push

        def fail(block: object) -> object:
            if failing.is_set():
                raise RuntimeError("[malloc] Unable to allocate, on purpose")
            return push(block)  # type: ignore[arg-type]

        tracker.push = fail  # type: ignore[method-assign,assignment]
        return tracker

    source = Troubled()
    with Session(source, "stream", tracker_factory=make) as session:  # type: ignore[arg-type]
        _until_right(session, time.monotonic())
        for _ in range(number):
            source.absent_until = time.monotonic() + 1.5
            source.lost.set()
            time.sleep(1.5)
            took.setdefault("the device was away for 1.5 s", []).append(_until_right(session, source.absent_until))
            failing.set()
            time.sleep(1.5)
            failing.clear()
            took.setdefault("the network failed for 1.5 s", []).append(_until_right(session, time.monotonic()))
    _tell(took, figures)


def _in_another_process(number: int, figures: Figures) -> None:
    took = dict[str, list[float]]()
    with RemoteSession(Clockwork(network=True)) as session:
        _until_right(session, time.monotonic())
        for _ in range(number):
            for how, what in ((signal.SIGKILL, "the engine was killed"), (signal.SIGSEGV, "the engine crashed")):
                _until_right(session, time.monotonic() + APART)  # the next process is ready then
                assert session.pid is not None
                os.kill(session.pid, how)
                took.setdefault(what, []).append(_until_right(session, time.monotonic()))
        figures.add("engines started again", session.generation, session.generation == 2 * number)
    _tell(took, figures)


def _tell(took: dict[str, list[float]], figures: Figures) -> None:
    for what, seconds in took.items():
        text = f"median {np.median(seconds):.2f} s, at most {max(seconds):.2f} s of {len(seconds)}"
        figures.add(f"{what}: right again after", text, max(seconds) <= SOON)


if __name__ == "__main__":
    typer.run(faults)
