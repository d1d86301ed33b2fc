"""Half an hour in real time through PortAudio: memory of both processes, frames, overflows, drift.

    python benchmarks/soak.py live --minutes 30

Linux, with the Debian packages libportaudio2 libasound2-plugins pulseaudio pulseaudio-utils. The demo phrase is played
over and over into a virtual microphone (tests/realtime/virtual_microphone.py), heard by a `RemoteSession` as the window
has one, and recorded. Afterwards the recording says where each repetition of the phrase lies in it, to the sample: no
repetition may have moved by another number of samples than the session counted as lost. And the level of every frame
must be that of the recorded sound at the frame's time.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import soundfile
import typer
from numpy.typing import NDArray
from soaking import Figures, Memory, slope

from livepitch.realtime.chunker import Chunker
from livepitch.realtime.demo import demo_phrase
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.recording.takes import take_files
from livepitch.realtime.source import Microphone

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the virtual microphone, which the tests own
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone, skip_unless_installed

RATE = 48_000  # Hz
FETCH, LOOK, TELL = 0.02, 5.0, 60.0  # s between fetches, looks at the memory, lines that tell
WARM = 3 / 60  # h, at most a tenth of the run, after which memory should be flat
GROWTH = 4.0  # MiB that it may grow in all from there on
PATIENCE = 30.0  # s in which the first frame must come
SEARCHED, PART = 0.5, 4.0  # s round its place in which a repetition is looked for; s of it that are
EDGE = 10  # frames at the ends of the record that are not compared
LOUD, NEAR = -60.0, 0.05  # dBFS from which levels are compared; dB that 24 bits on record may make of them

STEADY = 5e-4  # by which the device's clock may differ from the machine's
WINDOW, HOLE = 10.0, 0.1  # s: stretches whose clocks are compared, and what between two of them is no drift

Floats = NDArray[np.float32]


class Heard:
    """What came out of the session: of each frame its time, its level, and when it was captured and given out."""

    def __init__(self, most: int) -> None:
        self._kept = np.full((most, 4), -1.0)  # written to, so that it is there from the beginning and memory is flat
        self.count = 0

    def take(self, frames: list[PitchFrame]) -> None:
        """Note frames in the order in which they came."""
        for frame in frames:
            self._kept[self.count] = frame.time, frame.level, frame.captured, frame.emitted
            self.count += 1

    @property
    def columns(self) -> NDArray[np.float64]:
        """(4, n)."""
        return self._kept[: self.count].T

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Of the frames, in steps of 10 ms."""
        return np.rint(100 * self.columns[0]).astype(np.int64)


class Hour:
    """Listens to a session for so many minutes, and looks at its processes."""

    def __init__(self, session: RemoteSession, minutes: float) -> None:
        self.heard = Heard(round(6000 * (minutes + 5)))
        self.memories = {"this process": Memory(), "engine": Memory(session.pid or 0)}
        self.warm = min(WARM, minutes / 600)
        self._session, self._seconds = session, 60 * minutes

    def __call__(self) -> None:
        """Fetch frames as a window does."""
        begun = looked = told = time.monotonic()
        while (now := time.monotonic()) < begun + self._seconds:
            self.heard.take(self._session.frames())
            if now >= looked:
                looked += LOOK
                for memory in self.memories.values():
                    memory.look((now - begun) / 3600)
            if now >= told + TELL:
                told += TELL
                self._tell(now - begun)
            time.sleep(FETCH)

    def _tell(self, seconds: float) -> None:
        stats = self._session.stats
        memory = "; ".join(f"{who} {memory.mebibytes[-1]:.1f} MiB" for who, memory in self.memories.items())
        lost = f"{stats.xruns} xruns, {stats.dropped} dropped, {stats.skipped} skipped, {stats.restarts} restarts"
        print(f"{seconds / 60:5.1f} min: {self.heard.count} frames, {lost}; {memory}", flush=True)


def write_song(path: Path, minutes: float) -> Floats:
    """A file of the phrase over and over, 16 bits; returns one repetition `(n,)`."""
    phrase = demo_phrase(RATE)[0]
    with soundfile.SoundFile(path, "w", RATE, 1, subtype="PCM_16") as song:
        for _ in range(int(60 * minutes * RATE / len(phrase)) + 1):
            song.write(phrase)
    return phrase


def shifts(flac: Path, phrase: Floats) -> NDArray[np.int64]:
    """Samples by which each repetition on record lies beside its place, counted from the first whole one, `(k,)`."""
    size, around, part = len(phrase), round(SEARCHED * RATE), phrase[: round(PART * RATE)]
    with soundfile.SoundFile(flac) as record:
        first = best_lag(record.read(2 * size, dtype="float32"), part)
        found = []
        for place in range(first, len(record) - len(part) - around, size):
            start = max(place - around, 0)
            record.seek(start)
            found.append(start + best_lag(record.read(len(part) + 2 * around, dtype="float32"), part) - place)
    return np.array(found, np.int64)


def best_lag(heard: Floats, played: Floats) -> int:
    """Sample of `heard` at which `played` begins."""
    size = 1 << (len(heard) + len(played) - 1).bit_length()
    correlation = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(played, size)), size)
    return int(np.argmax(correlation[: len(heard)]))


def levels_on_record(flac: Path) -> Floats:
    """Level of every 10 ms of the recorded sound, dBFS `(n,)`."""
    chunker = Chunker(RATE)
    blocks = soundfile.blocks(flac, 10 * RATE, dtype="float32")
    return np.concatenate([*(chunker.push(block).level for block in blocks), chunker.flush().level])


def live(
    minutes: Annotated[float, typer.Option(help="of the wall clock")] = 30.0,
    model: Annotated[str, typer.Option(help="name or path")] = "stream",
) -> None:
    """Listen for half an hour; exit code 1 if a frame is lost, memory grows or time drifts."""
    skip_unless_installed()
    with tempfile.TemporaryDirectory() as folder, VirtualMicrophone(RATE) as virtual:
        song, take = Path(folder) / "song.wav", Path(folder) / "take"
        phrase = write_song(song, minutes + 1)
        session = RemoteSession(Microphone(DEVICE, RATE, channel=0), model)
        with session:
            wait_for_frames(session)
            session.record(take)
            player = virtual.play(song)
            hour = Hour(session, minutes)
            hour()
            player.terminate()
            player.wait()
        hour.heard.take(session.frames())
        found = figures(session, hour, take_files(take), phrase)
    print(f"\n{found}")
    raise typer.Exit(int(not found.hold))


def wait_for_frames(session: RemoteSession) -> None:
    """Until the first has come: the ALSA plugin of PulseAudio now and then misses its first wake-up."""
    limit = time.monotonic() + PATIENCE
    while not session.stats.frames:
        if time.monotonic() > limit:
            raise SystemExit(f"no sound in {PATIENCE:g} s: {session.message}")
        time.sleep(0.05)


def figures(session: RemoteSession, hour: Hour, take: tuple[Path, Path], phrase: Floats) -> Figures:
    """The table of a run that is over."""
    found, stats = Figures(), session.stats
    _count(found, hour.heard, stats.frames, stats.dropped + stats.skipped, stats.restarts)
    found.add(
        "overflows, samples dropped, skipped, restarts", (stats.xruns, stats.dropped, stats.skipped, stats.restarts)
    )
    found.add("late frames; RTF", f"{stats.late}; {stats.rtf:.3f}")
    found.add("sound to frame, ms, p50 / p99 / max", _percentiles(hour.heard))
    _clocks(found, hour.heard)
    _recording(found, session, hour.heard, *take, phrase)
    for who, memory in hour.memories.items():
        first, last, rate = memory.after(hour.warm)
        found.add(f"memory of {who}, after {60 * hour.warm:g} min and at the end", f"{first:.1f} and {last:.1f} MiB")
        grown = rate * (memory.hours[-1] - hour.warm)
        found.add(f"slope of {who}, MiB per hour", f"{rate:+.3f}", grown <= GROWTH)
    return found


def _count(found: Figures, heard: Heard, counted: int, lost: int, restarts: int) -> None:
    numbers = heard.numbers
    steps = np.diff(numbers)
    found.add("frames fetched, of those counted", f"{len(numbers)} of {counted}", len(numbers) == counted)
    found.add("frames twice or out of order", int(np.count_nonzero(steps < 1)), bool((steps >= 1).all()))
    missing, gaps = int((steps - 1).sum()), int(np.count_nonzero(steps > 1))
    # A gap costs the frames whose sound was lost and those that reach into it, 64 ms, and the grid's rounding.
    explained = not missing if not lost and not restarts else restarts > 0 or missing <= 100 * lost / RATE + 8 * gaps
    found.add("frames missing in between, in gaps", f"{missing}, {gaps}", explained)


def _percentiles(heard: Heard) -> str:
    _, _, captured, emitted = heard.columns
    return " / ".join(f"{1e3 * value:.1f}" for value in np.percentile(emitted - captured, (50, 99, 100)))


def _clocks(found: Figures, heard: Heard) -> None:
    """The samples' time against the monotonic clock."""
    times, _, captured, _ = heard.columns
    rate, holes = drift(times, captured)
    found.add("clock of the samples against the machine's, ppm", f"{1e6 * rate:+.1f}", abs(rate) < STEADY)
    told = f"{len(holes)}, {sum(holes):.2f}"
    found.add("holes in the sound that nothing told of, seconds in all", told, not holes)


def drift(times: NDArray[np.float64], captured: NDArray[np.float64]) -> tuple[float, list[float]]:
    """How much faster the machine's clock runs than time by samples, and by how many seconds it leapt ahead at once.

    Of every ten seconds the stamp that came least late is taken: it hardly depends on what else the machine did.
    """
    windows = (times // WINDOW).astype(np.int64)
    starts = np.flatnonzero(np.diff(windows, prepend=-1))
    beside = np.minimum.reduceat(captured - times, starts)
    steps = np.diff(beside, prepend=beside[0])
    leaps = np.where(np.abs(steps) > HOLE, steps, 0.0)
    return slope(times[starts], beside - np.cumsum(leaps)), leaps[leaps != 0].tolist()


def _recording(found: Figures, session: RemoteSession, heard: Heard, flac: Path, csv: Path, phrase: Floats) -> None:
    recording, stats = session.recording, session.stats
    assert recording is not None
    found.add("recording: error, seconds lost", f"{recording.error}, {recording.lost:.1f}", not recording.error)
    samples, rows = soundfile.info(flac).frames, len(csv.read_text(encoding="utf-8").splitlines()) - 1
    found.add("samples and rows on record", f"{samples}, {rows}", rows == samples * 100 // RATE + 1)
    moved = shifts(flac, phrase)
    found.add("repetitions of the phrase on record", len(moved))
    told = stats.xruns or stats.dropped or stats.restarts  # skipped sound is on record nevertheless
    most = int(np.abs(moved).max(initial=0))
    found.add("samples that one lies beside its place, most", most, len(moved) > 0 and (bool(told) or not most))
    other, compared = _other_levels(heard, levels_on_record(flac), round(100 * recording.start))
    found.add("frames whose level is not that of the sound at their time", f"{other} of {compared}", not other)


def _other_levels(heard: Heard, recorded: Floats, first: int) -> tuple[int, int]:
    """Frames that differ from the record, which begins with frame `first`, and how many were compared."""
    numbers, levels = heard.numbers, heard.columns[1]
    places = numbers - first
    # At the ends of the record, and where a stream begins anew after a gap, windows are reflected.
    inside = (places >= EDGE) & (places < len(recorded) - EDGE) & (np.diff(numbers, prepend=0) == 1)
    levels, recorded = levels[inside], recorded[places[inside]]
    loud = np.maximum(levels, recorded) > LOUD
    return int(np.count_nonzero(~(np.abs(levels - recorded)[loud] <= NEAR))), int(np.count_nonzero(loud))
