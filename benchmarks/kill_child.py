"""Known sound and pitches for `soak_kills.py`, and the process that is killed: a copy of a recording, which goes on."""

from __future__ import annotations

import fcntl
import math
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.recording.take_writer import TakeWriter
from livepitch.realtime.recording.takes import take_files
from livepitch.realtime.recording.tape import Tape
from livepitch.realtime.recording.unfinished import unfinished_file

PERIODS = (99_991, 86_477)  # samples of two noises; primes, so that their sum repeats only after 150 hours at 16 kHz
FRAMES = 100  # a second
PITCHES = 7919  # frames after which the pitches repeat; every fifth has none
HEARD, GIVEN = 0, 1  # places in the counts

Floats = NDArray[np.float32]
Counts = NDArray[np.int64]


def _noise(period: int) -> Floats:
    whole = np.random.default_rng(period).normal(0.0, 300.0, period).round()
    return (np.append(whole, whole) / 2**15).astype(np.float32)  # 16 bits, as most microphones have


NOISES = [_noise(period) for period in PERIODS]


def expected_sound(start: int, stop: int) -> Floats:
    """The samples of the whole recording from `start` to `stop`, which are no more than the smaller of PERIODS."""
    parts = [
        noise[start % period : start % period + stop - start] for noise, period in zip(NOISES, PERIODS, strict=True)
    ]
    return parts[0] + parts[1]


def expected_pitch(frame: int) -> float:
    """Of a frame, Hz; NaN for none."""
    return math.nan if frame % 5 == 4 else 100.0 + frame % PITCHES / 10


def expected_frames(start: int, stop: int, rate: int) -> list[PitchFrame]:
    """Those whose centres lie from sample `start` to `stop`."""
    hop = rate // FRAMES
    return [PitchFrame(n / FRAMES, expected_pitch(n), 0.5, -30.0) for n in range(-(-start // hop), -(-stop // hop))]


def files_of(take: Path) -> tuple[Path, Path, Path]:
    """The files of a take that is not complete."""
    return (*take_files(take), unfinished_file(take))


class GoingOn(Tape):
    """The thread of a recording, which goes on with files that are there."""

    def __init__(self, take: Path, writer: TakeWriter) -> None:
        self._writer = writer
        super().__init__(take)

    def _begun(self) -> TakeWriter:
        return self._writer


def go_on(writer: TakeWriter, take: Path, copy: Path, rate: int, position: int, counts: Counts) -> None:
    """In a process that was just forked: record from sample `position` on, in real time, into a `copy` of its files.

    Never returns. What has arrived is counted before it is handed over.
    """
    for path, copied in zip(files_of(take), files_of(copy), strict=True):
        _exchange(path, copied)
    with suppress(OSError):  # as a program runs that is used, however patient this benchmark is
        os.setpriority(os.PRIO_PROCESS, 0, 0)
    tape, size, begun = GoingOn(copy, writer), rate // FRAMES, time.monotonic()
    start = position
    while True:
        while start > position + (time.monotonic() - begun) * rate:
            time.sleep(0.002)
        counts[:2] = start + size, -(-(start + size) // size)
        tape.hear(start, rate, expected_sound(start, start + size))
        tape.see(expected_frames(start, start + size, rate))
        start += size


def copy_files(take: Path, copy: Path) -> None:
    """Copy the files of a recording that nobody writes meanwhile."""
    for path, copied in zip(files_of(take), files_of(copy), strict=True):
        shutil.copyfile(path, copied)


def _exchange(path: Path, copied: Path) -> None:
    """Let what this process has open of `path` be `copied` from now on, at its end and locked."""
    for name in os.listdir("/proc/self/fd"):
        if os.path.exists(f"/proc/self/fd/{name}") and os.path.samefile(f"/proc/self/fd/{name}", path):
            new = os.open(copied, os.O_RDWR)
            os.lseek(new, 0, os.SEEK_END)
            os.dup2(new, int(name), inheritable=False)
            os.close(new)
            fcntl.flock(int(name), fcntl.LOCK_EX)
