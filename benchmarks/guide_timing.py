"""Do guide tone and metronome stay in time? Played, heard through a virtual microphone, laid over the beat.

    python benchmarks/guide_timing.py --seconds 600 --json guide_timing.json

Linux, with the Debian packages libportaudio2 libasound2-plugins pulseaudio pulseaudio-utils. The guide plays over an
output whose monitor a session with the real model hears, in the engine's own process as beside the window, and records.
In the recording every click and every note's onset is found by correlation. Each is judged three ways, see
docs/practice-sound.md: by the place in the recording alone, by the second of the guide that the program believes to
have been heard there, and by what it believed of each frame when it came.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import soundfile
import typer
from machine import describe_machine
from numpy.typing import NDArray

from livepitch.practice.sound.guide import GuideSettings, GuideSound
from livepitch.practice.target.target import Beat, Target, TargetNote
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.playing.accompaniment import Accompaniment
from livepitch.realtime.playing.even_clock import EvenClock
from livepitch.realtime.recording.takes import take_files
from livepitch.realtime.source import Microphone

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the virtual microphone, which the tests own
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone

RATE = 48_000  # Hz, of the sink
BEAT = 0.5  # s
NOTES = (57, 60, 64, 62)  # MIDI, one after another, two beats each
TEMPLATE = (-0.01, 0.09)  # s round a beginning by which it is found
SEARCHED = 0.06  # s either way
LIKE = 0.5  # likeness from which it is there
SETTLED = 2.0  # s of a stream in which it may not have settled
LEAST = 0.2  # s round a tear that are left out

Floats = NDArray[np.float64]
SETTINGS = GuideSettings(timbre="sine", guide_volume=0.3, metronome_volume=0.4)


@dataclass
class Distances:
    """Of many moments from where they belong, after their median is taken out: milliseconds."""

    count: int
    median: float
    """The constant part, which calibration takes out."""
    std: float
    p95: float
    largest: float
    drift: float
    """Slope of a straight line through them, ms in 10 minutes."""
    slowest: float
    """Between the medians of the first and the last tenth."""

    @classmethod
    def of(cls, at: Floats, late: Floats) -> Distances:
        """Of moments `at` (s) that were so late (s)."""
        late, tenth = 1e3 * late, max(len(late) // 10, 1)
        apart = np.abs(late - np.median(late))
        drift = 600 * np.polyfit(at, late, 1)[0]
        ends = np.median(late[-tenth:]) - np.median(late[:tenth])
        figures = (np.median(late), late.std(), np.percentile(apart, 95), apart.max(), drift, ends)
        return cls(len(late), *(round(float(figure), 4) for figure in figures))


@dataclass
class Run:
    """What one run brought."""

    audio: NDArray[np.float32]
    rate: int
    start: float
    """Second of the session that the recording begins with."""
    frames: Floats
    """(n, 2): each frame's second of the session, and of the guide, as believed when it came."""
    clock: EvenClock
    """Of the session."""
    accompaniment: Accompaniment
    stats: Any

    def position(self, samples: Floats) -> Floats:
        """Seconds of the guide that are believed to have been heard at these samples of the recording."""
        instants = [self.clock.instant_of(self.start + sample / self.rate) for sample in samples]
        return np.array([self.accompaniment.position_at(instant) for instant in instants])


def target(seconds: float) -> Target:
    """Beats without end, and a note on every second one."""
    beats = tuple(Beat(BEAT * number, number % 4 == 0) for number in range(int(seconds / BEAT)))
    notes = [
        TargetNote(2 * BEAT * number, 2 * BEAT * (number + 0.9), NOTES[number % len(NOTES)])
        for number in range(int(seconds / BEAT / 2))
    ]
    return Target("guide", tuple(notes), beats)


def heard(seconds: float, model: str, folder: Path) -> Run:
    """Play and record a guide of so many seconds."""
    song, clock, frames, take = target(seconds), EvenClock(), [], folder / "take"
    accompaniment = Accompaniment(DEVICE)
    with RemoteSession(Microphone(DEVICE), model) as session:
        while not session.frames():
            time.sleep(0.05)
        session.record(take)
        accompaniment.start(lambda rate: GuideSound(song, rate, SETTINGS))
        while accompaniment.running or not accompaniment.position_at(time.monotonic()) > seconds + 0.5:
            if accompaniment.error is not None:
                raise accompaniment.error
            for frame in session.frames():
                clock.note(frame.time, frame.captured)
                frames.append((frame.time, accompaniment.position_at(frame.captured)))
            time.sleep(0.02)
        session.end_recording()
        while session.recording is not None and session.recording.running:
            time.sleep(0.05)
        recording, stats = session.recording, session.stats
    accompaniment.close()
    assert recording is not None
    audio, rate = soundfile.read(take_files(take)[0], dtype="float32")
    return Run(audio, rate, recording.start, np.array(frames), clock, accompaniment, stats)


def found(run: Run, sound: GuideSound, moments: Floats) -> Floats:
    """Samples of the recording, fractional, at which what begins at these seconds of the guide is heard; NaN if not."""
    grid = np.arange(0, len(run.audio), run.rate // 4)
    positions = run.position(grid)
    due = np.interp(moments, positions, grid)
    return np.array([_found(run, sound, moment, sample) for moment, sample in zip(moments, due, strict=True)])


def _found(run: Run, sound: GuideSound, moment: float, due: float) -> float:
    first, size = round((moment + TEMPLATE[0]) * run.rate), round((TEMPLATE[1] - TEMPLATE[0]) * run.rate)
    template, around = sound.samples(first, size).astype(np.float64), round(SEARCHED * run.rate)
    begin = round(due + TEMPLATE[0] * run.rate) - around
    part = run.audio[max(begin, 0) : begin + size + 2 * around].astype(np.float64)
    if begin < 0 or len(part) < size + 2 * around:
        return np.nan
    likeness = np.correlate(part, template, "valid")
    energy = np.convolve(part**2, np.ones(size), "valid") * np.sum(template**2)
    likeness /= np.sqrt(np.maximum(energy, 1e-12))
    best = int(likeness.argmax())
    if likeness[best] < LIKE or not 0 < best < len(likeness) - 1:
        return np.nan
    left, middle, right = likeness[best - 1 : best + 2]
    top = best + 0.5 * (left - right) / (left - 2 * middle + right)
    return float(begin + top - (first - moment * run.rate))


def figures(run: Run, seconds: float) -> dict[str, Any]:
    """Everything that is told of a run."""
    song = target(seconds)
    sound = GuideSound(song, run.rate, SETTINGS)
    kinds = {
        "clicks": np.array([click.start for click in sound.clicks]),
        "onsets": np.array([note.start for note in song.notes]),
    }
    record: dict[str, Any] = {"seconds": seconds, "underflows": run.accompaniment.underflows}
    for name, moments in kinds.items():
        samples = found(run, sound, moments)
        there = ~np.isnan(samples) & (moments > SETTLED)
        at, where = moments[there], samples[there]
        record[name] = {
            "played": int((moments > SETTLED).sum()),
            "in the recording": asdict(Distances.of(at, where / run.rate - at)),
            "believed": asdict(Distances.of(at, run.position(where) - at)),
        }
        if name == "clicks":
            begun = float(np.median(where / run.rate - at))
            clock = [run.clock.instant_of(run.start + sample / run.rate) for sample in where]
            record["devices against the computer's clock, ms in 10 min"] = round(
                600e3 * float(np.polyfit(at, np.array(clock) - at, 1)[0]), 1
            )
    of_guide = run.frames[:, 0] - run.start - begun
    sung = (of_guide > SETTLED) & (of_guide < seconds)
    record["frames as they came"] = asdict(Distances.of(of_guide[sung], run.frames[sung, 1] - of_guide[sung]))
    record["input"] = {name: getattr(run.stats, name) for name in ("xruns", "dropped", "skipped", "restarts")}
    return record


def main(
    seconds: Annotated[float, typer.Option(help="How long the guide plays.")] = 600.0,
    model: Annotated[str, typer.Option(help="What listens.")] = "stream",
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
) -> None:
    """Play, hear, and print the figures."""
    with tempfile.TemporaryDirectory() as folder, VirtualMicrophone(RATE):
        run = heard(seconds, model, Path(folder))
    record = {"machine": describe_machine(), **figures(run, seconds)}
    text = json.dumps(record, indent=1)
    print(text)
    if json_file is not None:
        json_file.write_text(text + "\n")


if __name__ == "__main__":
    typer.run(main)
