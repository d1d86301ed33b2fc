"""A day of sound through a session, faster than real time: is memory flat, is every frame there, does time drift?

    python benchmarks/soak.py day --hours 24
    python benchmarks/soak.py day --hours 24 --small       a small network: the same code, ten times as fast
    python benchmarks/soak.py day --hours 1 --remote       through an engine in a process of its own
    python benchmarks/soak.py day --hours 2 --record       with a recording of everything

The demo phrase is sung over and over by a source that waits for its reader, at 44.1 kHz, the rate whose grid fits that
of 16 kHz worst. A phrase lasts a whole number of frames. So each repetition must give the frames of the tenth one (the
network remembers the beginning for that long): the same level to the last bit, which no sound gives that lies a single
sample beside its place, and the same confidence and pitch to rounding (the network runs over as many frames at once as
are there). Time must be the frame's number times 10 ms. What was found until then is printed every ten minutes of
sound, so that a part of a day says something too; Ctrl-C and SIGTERM end it with the table of that part.
"""

from __future__ import annotations

import math
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import soundfile
import typer
from numpy.typing import NDArray
from soaking import Figures, Memory, open_files

from livepitch.model.checkpoint import write_checkpoint
from livepitch.model.mel import SAMPLE_RATE, frame_count
from livepitch.realtime.demo import demo_phrase
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.paced import FAST_BLOCK, PacedSource
from livepitch.realtime.recording.takes import take_files
from livepitch.realtime.session import Session

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the small network, which the tests own
from tests.model.networks import SMALL_CAUSAL, seeded

RATE = 44_100  # Hz
FRAME = RATE // 100  # samples of 10 ms
LOOK, TELL = 60, 600  # s of sound between looks at the memory, and between lines that tell
WARM = 1.0  # h of sound, at most a tenth of the run, after which memory should be flat
GROWTH = 8.0  # MiB that it may grow in all from there on
NEAR, SURE = 1.0, 0.3  # cents between frames that should be the same; confidence from which a pitch means something
CLOSE = 0.01  # of confidence
REFERENCE = 10  # times that the phrase was sung when its frames are kept to compare with
LAST = 8  # frames at the end of all sound, which see its reflection

Floats = NDArray[np.float32]


def phrase() -> Floats:
    """The demo phrase `(n,)` at 44.1 kHz, lengthened by silence to a whole number of frames."""
    audio = demo_phrase(RATE)[0]
    return np.pad(audio, (0, -len(audio) % FRAME))


class Day(PacedSource):
    """The phrase over and over for so many samples, as fast as the session takes it."""

    name = "a day of singing"

    def __init__(self, samples: int) -> None:
        super().__init__(False, RATE)
        self.samples = samples

    def _blocks(self) -> Iterator[Floats]:
        return self._cut(phrase(), round(FAST_BLOCK * RATE))

    def _cut(self, audio: Floats, size: int) -> Iterator[Floats]:
        twice = np.concatenate((audio, audio[:size]))
        for at in range(0, self.samples, size):
            start = at % len(audio)
            yield twice[start : start + min(size, self.samples - at)]


class Repetition:
    """Frames against those of the tenth time that the phrase was sung."""

    def __init__(self, length: int, total: int) -> None:
        """A phrase of `length` frames; `total` are expected in all."""
        self.count = self.misplaced = self.compared = self.levels = self.pitches = 0
        self.largest = 0.0
        """Cents between pitches that should be the same."""
        self._total = total
        self._heard = np.zeros((length, 3))  # level, confidence, candidate
        self._kept: NDArray[np.float64] | None = None

    def hear(self, frame: PitchFrame) -> None:
        """Count the next frame."""
        length, place = len(self._heard), self.count % len(self._heard)
        self.misplaced += abs(frame.time - self.count * 0.01) > 1e-6
        self._heard[place] = frame.level, frame.confidence, frame.candidate
        self.count += 1
        if place == length - 1 and REFERENCE * length <= self.count <= self._total - LAST:
            self._compare()

    def _compare(self) -> None:
        if self._kept is None:
            self._kept = self._heard.copy()
            return
        (level, confidence, pitch), (kept_level, kept_confidence, kept_pitch) = self._heard.T, self._kept.T
        cents = np.abs(1200 * np.log2(pitch / kept_pitch))[np.minimum(confidence, kept_confidence) >= SURE]
        self.levels += int(np.count_nonzero(level != kept_level))
        self.pitches += int(np.count_nonzero(np.abs(confidence - kept_confidence) > CLOSE))
        self.pitches += int(np.count_nonzero(cents > NEAR))
        self.largest = max(self.largest, float(cents.max(initial=0.0)))
        self.compared += len(level)


class Run:
    """One run of a session over a day, as far as it comes."""

    def __init__(self, session: Session | RemoteSession, samples: int) -> None:
        self.session, self.samples = session, samples
        self.expected = frame_count(round(samples * SAMPLE_RATE / RATE))
        self.repetition = Repetition(len(phrase()) // FRAME, self.expected)
        self.memories = {"this process": Memory()}
        self.interrupted = False
        self.seconds = math.nan
        """Of the wall clock."""

    def __call__(self) -> None:
        """Fetch every frame, look and tell now and then."""
        begun, heard = time.monotonic(), self.repetition
        for first in self.session:
            for frame in (first, *self.session.frames()):  # many at once: a day has millions
                heard.hear(frame)
                if heard.count % (LOOK * 100) == 0:
                    self._look(heard.count / 360_000)
                if heard.count % (TELL * 100) == 0:
                    self.tell(time.monotonic() - begun)
        self.seconds = time.monotonic() - begun

    def _look(self, hours: float) -> None:
        if isinstance(self.session, RemoteSession) and self.session.pid and "engine" not in self.memories:
            self.memories["engine"] = Memory(self.session.pid)
        for memory in self.memories.values():
            memory.look(hours)

    @property
    def warm(self) -> float:
        """Hour of sound from which memory should be flat."""
        return min(WARM, self.repetition.count / 3_600_000)

    def tell(self, seconds: float) -> None:
        """One line of what there is so far."""
        heard = self.repetition
        memory = "; ".join(
            f"{who} {found.mebibytes[-1]:.1f} MiB, {found.after(self.warm)[2]:+.3f} MiB/h"
            for who, found in self.memories.items()
        )
        wrong = f"{heard.misplaced} misplaced, {heard.levels} other levels, {heard.pitches} other pitches"
        far = f"{heard.count / 360_000:6.2f} h of sound in {seconds / 3600:.2f} h: {heard.count} frames"
        print(f"{far}, {wrong}; {memory}", flush=True)

    def figures(self) -> Figures:
        """The table, of the whole or of a part."""
        heard, stats, found = self.repetition, self.session.stats, Figures()
        found._begun = time.monotonic() - self.seconds
        found.add("sound pushed", f"{heard.count / 360_000:.2f} h at {RATE} Hz")
        found.add("times real time", f"{heard.count / 100 / self.seconds:.1f}")
        if self.interrupted:
            found.add("interrupted before the end", f"{100 * heard.count / self.expected:.1f} % done")
        else:
            found.add("frames, of expected", f"{heard.count} of {self.expected}", heard.count == self.expected)
            found.add("frames by the session's counter", stats.frames, stats.frames == self.expected)
        lost = stats.dropped, stats.skipped, stats.unread, stats.restarts
        found.add("dropped, skipped, unread, restarts", lost, not any(lost))
        found.add("frames not at their number times 10 ms", heard.misplaced, not heard.misplaced)
        found.add("frames compared with the phrase's tenth time", heard.compared, heard.compared > 0)
        found.add("of those, another level (drift of a sample)", heard.levels, not heard.levels)
        found.add(f"another confidence or pitch ({NEAR:g} cent)", heard.pitches, not heard.pitches)
        found.add("largest difference of pitch", f"{heard.largest:.4f} cents")
        for who, memory in self.memories.items():
            first, last, rate = memory.after(self.warm)
            grown = rate * (memory.hours[-1] - self.warm) if memory.hours else math.nan
            found.add(f"memory of {who}, from {self.warm:.2f} h of sound to the end", f"{first:.1f} to {last:.1f} MiB")
            found.add(f"slope of {who}, MiB per hour of sound", f"{rate:+.4f}", grown <= GROWTH)
        return found


def check_take(take: Path, run: Run, found: Figures) -> None:
    """What was recorded: every sample and every row."""
    recording = run.session.recording
    assert recording is not None
    found.add("recording: error, seconds lost", f"{recording.error}, {recording.lost:.1f}", not recording.error)
    flac, csv = take_files(take)
    with csv.open(encoding="utf-8") as rows:
        written = sum(1 for _ in rows) - 1
    found.add("rows on record", written, run.interrupted or written == run.expected)
    samples = soundfile.info(flac).frames
    found.add("samples on record", samples, run.interrupted or samples == run.samples)
    found.add("size of the FLAC", f"{flac.stat().st_size / 1e6:,.0f} MB")


def day(
    hours: Annotated[float, typer.Option(help="of sound")] = 24.0,
    model: Annotated[str, typer.Option(help="name or path")] = "stream",
    small: Annotated[bool, typer.Option(help="a small network with random weights instead")] = False,
    remote: Annotated[bool, typer.Option(help="in an engine's process")] = False,
    record: Annotated[bool, typer.Option(help="and record everything")] = False,
) -> None:
    """Push hours of sound through a session; exit code 1 if a frame, a sample or memory is lost."""
    files = open_files()
    with tempfile.TemporaryDirectory() as folder:
        if small:
            model = f"{folder}/small.safetensors"
            write_checkpoint(model, seeded(SMALL_CAUSAL))
        session = (RemoteSession if remote else Session)(Day(round(hours * 3600 * RATE)), model)
        take = Path(folder) / "day"
        if record:
            session.record(take)
        run = Run(session, session.source.samples)
        found = _run(run)
        if record:
            check_take(take, run, found)
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith("livepitch")]
    found.add("threads of livepitch and open files left", f"{len(left)}, {open_files() - files}", not left)
    print(f"\n{found}")
    raise typer.Exit(int(not found.hold))


def _run(run: Run) -> Figures:
    def interrupt(*_: object) -> None:
        run.interrupted = True
        threading.Thread(target=run.session.stop, name="stopper", daemon=True).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    with run.session:
        run()
    return run.figures()
