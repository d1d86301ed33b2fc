"""Recordings killed at random moments, and what is left of them: at most the last second may be missing.

    python benchmarks/soak.py kills                          50 kills in a recording of 8 h, 10 of an engine
    python benchmarks/soak.py kills --kills 6 --hours 0.1 --real-time 2

Linux. One recording of 8 h of known noise is written faster than real time. At moments that chance picks its process is
forked, its files are copied, and the fork goes on with the copy: the recorder's own thread, in real time, until it gets
a SIGKILL some seconds later. So each of them is a recording of up to 8 h that is killed while it records live. Every
sample and every row that is left is compared with what was given; flac, sox and ffmpeg open it as it lies there, if
they are installed (Debian packages of these names). Then livepitch completes the take, and its rows are compared again.
In the end the engine of a session with the `stream` model is killed, as a user would lose it.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from kill_check import Found, check_known, check_programs, check_rows
from kill_child import FRAMES, GIVEN, HEARD, copy_files, expected_frames, expected_sound, go_on
from soaking import Figures, Memory

from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.recording.growing import flac_length
from livepitch.realtime.recording.take_writer import TakeWriter
from livepitch.realtime.recording.takes import take_files
from livepitch.realtime.recording.unfinished import finish_takes, unfinished_file
from livepitch.realtime.source import DemoVoice

ALLOWED = 1.0  # s that may be missing
LIVES = 1.0, 4.0  # s that a fork lives, at least and at most
EARLIEST, LATEST = 2.0, 8.0  # s of sound after which an engine is killed
WARM, GROWTH = 0.1, 8.0  # of the recording, after which its memory may grow by so many MiB


@dataclass
class Kill:
    """What one of them did."""

    at: float
    """Second of sound that had been handed over."""
    sound: float
    """Seconds that are missing at the end."""
    rows: float
    """The same, of the pitches."""
    found: Found
    wrong: list[str] = field(default_factory=list)


def kills(
    kills: Annotated[int, typer.Option(help="forks of the recording to be killed")] = 50,
    hours: Annotated[float, typer.Option(help="of sound in the recording")] = 8.0,
    rate: Annotated[int, typer.Option(help="Hz")] = 16_000,
    real_time: Annotated[int, typer.Option(help="engines to be killed")] = 10,
    workers: Annotated[int, typer.Option(help="forks at a time")] = 2,
    seed: Annotated[int, typer.Option(help="of the moments")] = 8,
    folder: Annotated[Path | None, typer.Option(help="where the takes lie meanwhile: up to 1 GB each")] = None,
) -> None:
    """Kill recordings, and look at what is left."""
    figures, chance = Figures(), random.Random(seed)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        moments = sorted(chance.uniform(0.0, 3600 * hours) for _ in range(kills))
        _sum_up(
            figures,
            f"recordings of up to {hours:g} h",
            list(_killed(Path(name), rate, hours, moments, workers, figures)),
        )
        _sum_up(figures, "engines", [_told(_kill_engine(Path(name), n, chance)) for n in range(real_time)])
    print(figures)
    sys.exit(0 if figures.hold else 1)


def _killed(
    folder: Path, rate: int, hours: float, moments: list[float], workers: int, figures: Figures
) -> Iterator[Kill]:
    """Record it all, and have forks of it killed."""
    (folder / "whole").mkdir()
    take, memory, samples = folder / "whole" / "take", Memory(), round(3600 * hours * rate)
    writer, running = TakeWriter(take), list[Connection]()
    for start in range(0, samples, rate):
        while moments and moments[0] * rate < start:
            if len(running) == workers:
                yield _told(running.pop(0).recv())
            running.append(_fork(writer, take, folder / f"{moments.pop(0):.3f}", rate, start))
        stop = min(start + rate, samples)
        writer.hear(start, rate, expected_sound(start, stop))
        writer.see(expected_frames(start, stop, rate), ended=False)
        writer.flush()
        if start % (60 * rate) == 0:
            memory.look(start / rate / 3600)
    yield from (_told(job.recv()) for job in running)
    _complete(writer, take, rate, samples, memory, figures)


def _complete(writer: TakeWriter, take: Path, rate: int, samples: int, memory: Memory, figures: Figures) -> None:
    """Close the recording itself, and say what it was like."""
    hours, begun = samples / rate / 3600, time.monotonic()
    writer.close()
    closing = time.monotonic() - begun
    first, last, _ = memory.after(WARM * hours)
    figures.add(
        f"memory of the recording of {hours:g} h", f"{first:.1f} MiB, {last:.1f} at the end", last - first < GROWTH
    )
    found = check_known(take, rate)
    wrong = [text for text in found.wrong if not text.startswith(f"row {found.rows} ")]  # at the very end: no frame
    said = f"{found.samples:,} samples, {take_files(take)[0].stat().st_size / 1e6:,.0f} MB, complete in {closing:.1f} s"
    figures.add(
        f"the recording of {hours:g} h itself", wrong[0] if wrong else said, not wrong and found.samples == samples
    )


def _told(kill: Kill) -> Kill:
    said = "; ".join(kill.wrong) or "whole"
    print(f"killed at {kill.at:9.2f} s: {kill.sound:.3f} s and {kill.rows:.3f} s missing, {said}", flush=True)
    return kill


def _fork(writer: TakeWriter, take: Path, folder: Path, rate: int, position: int) -> Connection:
    """Begin a process that forks a recording, kills the fork and looks at what is left; where its `Kill` comes out."""
    folder.mkdir()
    copy_files(take, folder / "take")
    ours, its = multiprocessing.Pipe()
    arguments = (writer, take, folder, rate, position, its)
    multiprocessing.get_context("fork").Process(target=_kill, args=arguments, daemon=True).start()
    its.close()
    return ours


def _kill(writer: TakeWriter, take: Path, folder: Path, rate: int, position: int, result: Connection) -> None:
    copy, counts = folder / "take", np.frombuffer(mmap.mmap(-1, 16), np.int64)
    pid = os.fork()
    if not pid:
        go_on(writer, take, copy, rate, position, counts)
    time.sleep(random.Random(position).uniform(*LIVES))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    heard, given, found = int(counts[HEARD]), int(counts[GIVEN]), check_known(copy, rate)
    wrong = [*found.wrong, *_completed(copy, rate, found)]
    for path in folder.iterdir():
        path.unlink()
    result.send(Kill(heard / rate, (heard - found.samples) / rate, (given - found.rows) / FRAMES, found, wrong))


def _completed(take: Path, rate: int, before: Found) -> list[str]:
    """What is wrong once livepitch has completed it, which leaves the sound as it is."""
    sound, pitch = take_files(take)
    seen = sound.stat()
    done, after = finish_takes(take.parent), Found()
    if [recording.path for recording in done] != [take] or done[0].error:
        return [f"not completed: {done}"]
    if sound.stat().st_mtime_ns != seen.st_mtime_ns or unfinished_file(take).exists():
        return ["completed: something is left, or the sound was touched"]
    check_rows(pitch, after)
    whole = before.samples * FRAMES // rate + 1  # of them those that had not been written yet have no pitch
    with pitch.open() as file:
        rows = sum(1 for _ in file) - 1
    if rows != whole or after.rows < min(before.rows, whole):
        return [f"completed: {rows} rows, {after.rows} as given, for {before.samples} samples"]
    return []


def _kill_engine(folder: Path, number: int, chance: random.Random) -> Kill:
    """A session with the real model sings the demo phrase until its engine is killed."""
    take, frames = folder / f"engine {number}" / "take", []
    session, lasts = RemoteSession(DemoVoice(), "stream"), chance.uniform(EARLIEST, LATEST)
    session.record(take)
    with session:
        pid = session.pid
        if pid is None:
            raise RuntimeError("the engine has no process of its own")
        while not frames or frames[-1].time < lasts:
            frames += session.frames()
            time.sleep(0.005)
        os.kill(pid, signal.SIGKILL)
        last = frames[-1]
        sung = last.time + time.monotonic() - last.captured  # second of the session that sounded when it was killed
        begun = session.recording.start if session.recording is not None else 0.0
    (samples, rate), found = flac_length(take_files(take)[0]), Found()
    with take_files(take)[1].open() as file:
        found.rows, found.samples = sum(1 for _ in file) - 1, samples
    check_programs(take_files(take)[0], found)
    until = sung - begun
    return Kill(sung, until - samples / rate, until - found.rows / FRAMES, found, found.wrong)


def _sum_up(figures: Figures, what: str, done: list[Kill]) -> None:
    if not done:
        return
    for part, lost in (("sound", [kill.sound for kill in done]), ("pitch", [kill.rows for kill in done])):
        said = f"median {statistics.median(lost):.3f} s, largest {max(lost):.3f} s missing at the end"
        figures.add(f"{len(done)} {what} killed: {part}", said, max(lost) <= ALLOWED)
    for name in done[-1].found.opened:
        opened = [kill.found.opened[name] for kill in done if name in kill.found.opened]
        figures.add(f"{what}: opened by {name}", f"{sum(opened)} of {len(opened)}", all(opened))
    wrong = [text for kill in done for text in kill.wrong]
    figures.add(f"{what}: a sample or row that differs, or anything else", wrong[0] if wrong else "none", not wrong)
