"""Trackers run on recordings in several processes; what they answered is kept, so that a run can be taken up again.

An answer is kept by tracker, version, checkpoint and sound: whoever retrains one network runs that one anew and finds
the others done, and a change of the measures runs nothing again.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from conditions import Condition
from ours import ours
from peers import PEERS, Tracker
from recordings import SAMPLE_RATE, Audio, Recording
from scores import Estimate, Frames, aligned
from timing import Timing, timed

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
CACHED = 1  # raised when the files of the cache change their meaning


@dataclass(frozen=True)
class Spec:
    """Which tracker: small enough to be sent to another process."""

    kind: str
    """whole, live or peer."""
    name: str
    """A checkpoint's, or a key of `PEERS`."""


@dataclass(frozen=True)
class About:
    """What a report says of a tracker."""

    name: str
    version: str
    voicing: str
    latency: float
    """Seconds."""
    why: str
    role: str


@dataclass(frozen=True)
class Clip:
    """One tracker on one recording in one condition."""

    tracker: str
    source: str
    condition: str
    name: str
    frames: Frames
    timing: Timing
    audio: float
    """Seconds of sound."""
    taken: float
    """Seconds of computing, when it was computed."""


@cache
def tracker(spec: Spec) -> Tracker:
    """The tracker, built once in each process.

    Raises:
        ImportError: it is not installed.
        LivepitchError: a checkpoint cannot be read.
    """
    return PEERS[spec.name]() if spec.kind == "peer" else ours(spec.name, live=spec.kind == "live")


def about(spec: Spec) -> About:
    """The tracker in words; raises what `tracker` raises."""
    made = tracker(spec)
    return About(made.name, made.version, made.voicing, made.latency, made.why, made.role)


def measure(recording: Recording, condition: Condition, specs: list[Spec], folder: Path | None) -> list[Clip]:
    """Lets every tracker hear the recording in the condition."""
    audio = condition.heard(recording)
    clips = []
    for spec in specs:
        made = tracker(spec)
        estimate, taken = answered(made, audio, folder)
        frames, timing = aligned(recording, estimate), timed(recording, estimate, made.latency)
        where = (made.name, recording.source, str(condition), recording.name)
        clips.append(Clip(*where, frames, timing, len(audio) / SAMPLE_RATE, taken))
    return clips


def answered(made: Tracker, audio: Audio, folder: Path | None) -> tuple[Estimate, float]:
    """The tracker's estimate, from the cache where it is there, and the seconds that it took."""
    path = folder / kept_as(made, audio) if folder else None
    if path and path.is_file():
        with np.load(path) as kept:
            return Estimate(kept["time"], kept["hz"], kept["voiced"]), float(kept["taken"])
    begun = time.perf_counter()
    estimate = made.track(audio)
    taken = time.perf_counter() - begun
    if path:
        keep(path, estimate, taken)
    return estimate, taken


def kept_as(made: Tracker, audio: Audio) -> str:
    """Where in the cache the tracker's answer to this sound belongs."""
    key = f"{CACHED} {made.name} {made.version} {made.voicing} {made.identity}".encode()
    digest = hashlib.sha256(key + np.ascontiguousarray(audio, np.float32).tobytes()).hexdigest()
    return f"{made.name.replace(' ', '-')}/{digest[:32]}.npz"


def keep(path: Path, estimate: Estimate, taken: float) -> None:
    """Writes an answer, whole or not at all: the run may be interrupted at any time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    with partial.open("wb") as file:
        np.savez(file, time=estimate.time, hz=estimate.hz, voiced=estimate.voiced, taken=taken)
    os.replace(partial, path)


def processes(jobs: int) -> ProcessPoolExecutor:
    """Fresh processes of one thread each: forked ones would share the threads of libraries already loaded."""
    for name in THREADS:
        os.environ[name] = "1"
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def measured(
    pool: ProcessPoolExecutor,
    tasks: list[tuple[Recording, Condition]],
    specs: list[Spec],
    folder: Path | None,
    ahead: int,
) -> Iterator[list[Clip]]:
    """Every task's clips, in order; only `ahead` tasks at a time are sent to the processes."""
    waiting: deque[Future[list[Clip]]] = deque()
    for recording, condition in tasks:
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
        waiting.append(pool.submit(measure, recording, condition, specs, folder))
    while waiting:
        yield waiting.popleft().result()
