"""How right livepitch's notes of a voice are, beside other programs' notes.

    pip install mir_eval pyworld 'setuptools<81' swift-f0
    python benchmarks/notes.py --voices TRAIN --data FOLDER --keep KEPT --json notes.json

Melodies whose notes are exactly known are sung by the voices in TRAIN (a folder of FLACs for each), see `sung.py`. Of
the recordings in FOLDER (see `recordings.py`), which have no notes but a reference pitch, the reference notes are those
that SwiftF0's segmentation makes of that reference pitch, and, in turn, those that livepitch's makes of it: either
favours its own. Scores are mir_eval's. Sounds and every tool's notes stay in KEPT, so that a tool that needs an
environment of its own (`basic-pitch`) is run there, with `--tools basic-pitch`, and its figures stand beside the
others' in the next run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import soundfile
import typer
from numpy.typing import NDArray
from recordings import SAMPLE_RATE, Recording, read_recordings

HELD_OUT = ("utau_tsukiyama-tomo-ja-rebirth", "utau_ErithacusVB", "utau_KawaiinekoCV", "oatsu_singing", "sms_tools")
TOOLS = ("rmvpe-small", "stream", "swift-f0", "basic-pitch")
SEED = 100
OWN = ".own-rule.csv"

Notes = NDArray[np.float64]  # (n, 3): start and end in seconds, fractional MIDI number
Listen = Callable[[Path], Notes]


def main(
    keep: Annotated[Path, typer.Option(help="Folder where sounds and notes are kept from run to run.")],
    voices: Annotated[Path | None, typer.Option(help="Folder of voices that sing melodies, a folder for each.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of recordings with their pitch.")] = None,
    names: Annotated[str, typer.Option(help="Which voices; by default those nothing was tuned on.")] = ",".join(
        HELD_OUT
    ),
    count: Annotated[int, typer.Option(help="Melodies of each voice.", min=1)] = 4,
    limit: Annotated[int | None, typer.Option(help="At most so many recordings of each source.", min=1)] = None,
    tools: Annotated[str, typer.Option(help=f"Of {', '.join(TOOLS)}.")] = ",".join(TOOLS[:3]),
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Score notes of voices."""
    if voices is not None:
        make_melodies(keep, voices, names.split(","), count)
    if data is not None:
        make_recordings(keep, data, limit)
    for tool in tools.split(","):
        hear(keep, tool)
    figures = dict(scored(keep))
    print(table(figures))
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def make_melodies(keep: Path, voices: Path, names: list[str], count: int) -> None:
    """Writes melodies and their notes, unless they are there."""
    from sung import melodies

    for index, name in enumerate(names):
        if not (keep / "melodies" / name).exists():
            for melody in melodies(voices / name, count, SEED + index):
                notes = np.array([(note.start, note.end, note.midi) for note in melody.notes])
                write(keep / "melodies" / melody.name, melody.audio, notes)


def make_recordings(keep: Path, data: Path, limit: int | None) -> None:
    """Writes recordings and the notes made of their reference pitch, unless they are there."""
    for recording in read_recordings(data, None, limit):
        path = keep / "recordings" / recording.name
        if not path.with_suffix(".wav").exists() and ("mir1k" in recording.name or "vocadito" in recording.name):
            write(path, recording.voice, reference_notes(recording))
            np.savetxt(path.with_suffix(OWN), own_notes(recording), delimiter=",", fmt="%.5f")


def reference_notes(recording: Recording) -> Notes:
    """SwiftF0's notes of the reference pitch, at the level of the sound."""
    from swift_f0 import FRAME_PERIOD, PitchResult, segment_notes

    time = np.arange(int(recording.seconds / FRAME_PERIOD)) * FRAME_PERIOD
    near = np.clip(np.searchsorted(recording.time, time), 0, len(recording.time) - 1)
    f0 = np.where(np.abs(recording.time[near] - time) < 0.03, recording.f0[near], 0.0)
    padded = np.pad(recording.voice.astype(np.float64) ** 2, 256)
    power = np.array([padded[int(t * SAMPLE_RATE) :][:512].mean() for t in time])
    loudness = 10 * np.log10(power + 1e-12)
    found = segment_notes(PitchResult(time, np.where(f0 > 0, f0, np.nan), np.where(f0 > 0, 0.99, 0.01), loudness))
    return array([(note.start, note.end, midi(note.pitch_hz)) for note in found])


def own_notes(recording: Recording) -> Notes:
    """livepitch's notes of the reference pitch."""
    from livepitch.model.mel import level, windows_of
    from livepitch.practice.segmentation import sung_notes

    loud = level(windows_of(recording.voice))
    time = np.arange(len(loud)) / 100
    near = np.clip(np.searchsorted(recording.time, time), 0, len(recording.time) - 1)
    f0 = np.where(np.abs(recording.time[near] - time) < 0.03, recording.f0[near], 0.0)
    return array([(note.start, note.end, note.midi) for note in sung_notes(time, f0, loud)])


def hear(keep: Path, tool: str) -> None:
    """Keeps a tool's notes of every sound."""
    todo = [path for path in sorted(keep.rglob("*.wav")) if not path.with_suffix(f".{tool}.csv").exists()]
    listen = listener(tool) if todo else None
    for path in todo:
        assert listen is not None
        np.savetxt(path.with_suffix(f".{tool}.csv"), listen(path), delimiter=",", fmt="%.5f")


def listener(tool: str) -> Listen:
    """What gives the notes of a sound file. ImportError: the tool is not installed."""
    return {"swift-f0": swift_f0, "basic-pitch": basic_pitch}.get(tool, lambda: ours(tool))()


def ours(name: str) -> Listen:
    """livepitch with one of its models on whole files."""
    import livepitch
    from livepitch.practice.scoring.heard import hear as heard
    from livepitch.practice.segmentation import sung_notes

    model = livepitch.load_model(name)

    def listen(path: Path) -> Notes:
        take = heard(soundfile.read(path, dtype="float32")[0], SAMPLE_RATE, model)
        found = sung_notes(take.track.time, take.track.f0, take.level)
        return array([(note.start, note.end, note.midi) for note in found])

    return listen


def swift_f0() -> Listen:
    """SwiftF0 and its own segmentation."""
    from swift_f0 import SwiftF0, segment_notes

    model = SwiftF0(threads=1)

    def listen(path: Path) -> Notes:
        found = segment_notes(model.detect(soundfile.read(path, dtype="float32")[0], SAMPLE_RATE))
        return array([(note.start, note.end, midi(note.pitch_hz)) for note in found])

    return listen


def basic_pitch() -> Listen:
    """Spotify's Basic Pitch (ONNX), its bends (thirds of a semitone) added, the louder of two that overlap."""
    from basic_pitch import ICASSP_2022_MODEL_PATH
    from basic_pitch.inference import Model, predict

    model = Model(Path(ICASSP_2022_MODEL_PATH).with_suffix(".onnx"))

    def listen(path: Path) -> Notes:
        found: list[tuple[float, float, float]] = []
        for start, end, pitch, _, bends in sorted(predict(path, model)[2], key=lambda note: -note[3]):
            if all(end <= other[0] or start >= other[1] for other in found):
                found.append((start, end, pitch + (float(np.median(bends)) / 3 if bends else 0.0)))
        return array(sorted(found))

    return listen


def scored(keep: Path) -> Iterator[tuple[str, dict[str, dict[str, float]]]]:
    """For each kind of sound, each tool's means over the sounds."""
    for kind, folder, reference in (
        ("melodies", "melodies", ".csv"),
        ("recordings, SwiftF0's rule", "recordings", ".csv"),
        ("recordings, livepitch's rule", "recordings", OWN),
    ):
        paths = sorted((keep / folder).rglob("*.wav"))
        tools = [tool for tool in TOOLS if paths and all(path.with_suffix(f".{tool}.csv").exists() for path in paths)]
        rows = {tool: [scores(read(path, reference), read(path, f".{tool}.csv")) for path in paths] for tool in tools}
        yield (
            kind,
            {tool: {key: float(np.mean([row[key] for row in each])) for key in each[0]} for tool, each in rows.items()},
        )


def scores(reference: Notes, found: Notes) -> dict[str, float]:
    """Of mir_eval: onset within 50 ms, pitch within 50 cents, offset within a fifth of the note, or 50 ms."""
    from mir_eval import transcription

    times, other = reference[:, :2], found[:, :2]
    hz, others = hertz(reference[:, 2]), hertz(found[:, 2])
    precision, recall, f, _ = transcription.precision_recall_f1_overlap(times, hz, other, others, offset_ratio=None)
    whole = transcription.precision_recall_f1_overlap(times, hz, other, others)[2]
    onset = transcription.onset_precision_recall_f1(times, other)[2]
    return {"COnP": f, "precision": precision, "recall": recall, "COnPOff": whole, "COn": onset}


def table(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    """In Markdown."""
    lines = [
        "| sounds | notes of | COnP | precision | recall | COnPOff | onset alone |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, rows in figures.items():
        for tool, row in rows.items():
            lines.append(f"| {kind} | {tool} | " + " | ".join(f"{100 * value:.1f}" for value in row.values()) + " |")
    return "\n".join(lines)


def write(path: Path, audio: NDArray[np.float32], notes: Notes) -> None:
    """A sound, and its reference notes beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(path.with_suffix(".csv"), notes, delimiter=",", fmt="%.5f")
    soundfile.write(path.with_suffix(".wav"), audio, SAMPLE_RATE, subtype="FLOAT")


def read(path: Path, ending: str) -> Notes:
    """A sound's notes, of the reference or of a tool, by the ending of their file."""
    rows = np.loadtxt(path.with_suffix(ending), delimiter=",", ndmin=2).reshape(-1, 3)
    return np.asarray(rows[rows[:, 1] > rows[:, 0]])


def array(notes: list[tuple[float, float, float]]) -> Notes:
    """Rows of notes, also of none."""
    return np.array(notes, np.float64).reshape(-1, 3)


def midi(hz: float) -> float:
    """Fractional MIDI number."""
    return float(69 + 12 * np.log2(hz / 440))


def hertz(notes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of MIDI numbers."""
    return np.asarray(440 * 2 ** ((notes - 69) / 12))


if __name__ == "__main__":
    typer.run(main)
