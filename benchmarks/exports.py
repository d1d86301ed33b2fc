"""Exports of long recordings: time, memory and size of every format, each in a process of its own.

    python benchmarks/exports.py                        # ten hours, every format
    python benchmarks/exports.py --hours 1 --formats midi,musicxml --json exports.json

Prints a Markdown table; seconds are the processor's, whoever else uses it. The track is made up: notes of a third of a
second with vibrato and slides between them, a breath after every eight, and a last hour without any breath, which is
the hardest for the notes to be found in. Memory is what the process's peak rises by while the notes are found, or while
a format is written: 0 where that takes less than reading the track had taken. The track's own arrays, 25 bytes a frame,
and the notes are there before.

Exit code 1 where a format takes more than `--most` MB, or longer than a hundredth of the recording's length.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from machine import describe_machine
from rich.console import Console

from livepitch.export.formats import FORMATS
from livepitch.export.options import Options
from livepitch.export.sung import Sung
from livepitch.practice.segmentation import SungNote
from livepitch.realtime.frame import PitchTrack

console = Console(stderr=True)

NOTE, PHRASE = 33, 8  # frames of a note, notes of a phrase
BREATH = 40  # frames, within the last note of a phrase
UNIT = 2**20 if sys.platform == "darwin" else 2**10  # of ru_maxrss, in MB
SEGMENTATION = "(notes found)"


def made_up(hours: float, seed: int = 0) -> PitchTrack:
    """A voice that sings for hours."""
    count = round(hours * 360_000)
    frame = np.arange(count)
    generator = np.random.default_rng(seed)
    pitches = 60 + np.cumsum(generator.integers(-2, 3, count // NOTE + 2))
    pitches = 48 + np.abs((pitches - 48) % 48 - 24)  # C3 to C5, there and back
    midi = np.convolve(pitches[frame // NOTE], np.ones(5) / 5, "same") + 0.3 * np.sin(2 * np.pi * 0.055 * frame)
    breathing = (frame % (NOTE * PHRASE) >= NOTE * PHRASE - BREATH) & (frame < count - 360_000)
    level = np.where(breathing, -70.0, -20.0 + generator.normal(0, 1, count)).astype(np.float32)
    candidate = (440.0 * np.exp2((midi - 69) / 12)).astype(np.float32)
    f0 = np.where(breathing, np.float32(np.nan), candidate)
    return PitchTrack(frame * 0.01, f0, ~breathing, np.where(breathing, 0.1, 0.9).astype(np.float32), candidate, level)


def peak() -> float:
    """MB that this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT


def measured(folder: Path, name: str) -> dict[str, Any]:
    """In a child: find the notes of the track in a folder and keep them, or write them in one format."""
    columns = np.load(folder / "track.npz")
    track = PitchTrack(**{column: columns[column] for column in columns.files})
    sung = Sung(track, "Ten hours", None, "made up")
    if name != SEGMENTATION:
        vars(sung)["notes"] = tuple(SungNote(*row) for row in np.load(folder / "notes.npy").tolist())
        write = FORMATS[name].write
        with open(folder / "warm", "wb") as file:  # what is imported once is no memory of the hours
            few = PitchTrack(*(getattr(track, each)[:3000] for each in track.__slots__))
            write(Sung(few), file, Options())
    before, began = peak(), time.process_time()
    if name == SEGMENTATION:
        np.save(folder / "notes.npy", [(note.start, note.end, note.midi) for note in sung.notes])
        path = folder / "notes.npy"
    else:
        path = folder / f"out.{FORMATS[name].ending}"
        with open(path, "wb") as file:
            write(sung, file, Options())
    seconds = time.process_time() - began
    return {
        "format": name,
        "seconds": seconds,
        "rise_mb": peak() - before,
        "size_mb": path.stat().st_size / 1e6,
        "notes": len(sung.notes),
    }


def in_child(folder: Path, name: str, limit: float) -> dict[str, Any]:
    """What a process of its own measured; its last line of error where it failed."""
    command = [sys.executable, __file__, "--child", str(folder), "--formats", name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return {"format": name, "error": f"was not done in {limit:.0f} s"}
    if done.returncode:
        return {"format": name, "error": (done.stderr.strip().splitlines() or [f"ended by {done.returncode}"])[-1]}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def row(figures: dict[str, Any]) -> str:
    """Of the table."""
    if "error" in figures:
        return f"| {figures['format']} | – | – | – | {figures['error']} |"
    values = "{seconds:.1f} | {rise_mb:.0f} | {size_mb:.1f}".format(**figures)
    return f"| {figures['format']} | {values} | {figures['notes']} |"


def main(
    hours: Annotated[float, typer.Option(help="Length of the made-up recording.")] = 10.0,
    formats: Annotated[str, typer.Option(help="Names, with commas; empty for all.")] = "",
    most: Annotated[float, typer.Option(help="MB that a format may take.")] = 500.0,
    json_out: Annotated[Path | None, typer.Option("--json", help="File for all figures.")] = None,
    child: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure what exports of a long recording cost."""
    if child is not None:
        print(json.dumps(measured(child, formats)))
        return
    names = [SEGMENTATION, *(formats.split(",") if formats else FORMATS)]
    longest = hours * 36.0
    machine = describe_machine()
    print(f"{hours:g} hours, {machine['chip']}, {machine['os']}\n")
    print("| format | s | MB more | MB of file | notes |\n|---|---|---|---|---|")
    rows = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        track = made_up(hours)
        np.savez(folder / "track.npz", **{each: getattr(track, each) for each in track.__slots__})
        for name in names:
            rows.append(in_child(folder, name, 10 * longest + 60))
            print(row(rows[-1]), flush=True)
    if json_out:
        json_out.write_text(json.dumps({"hours": hours, "machine": machine, "formats": rows}, indent=2))
    bad = [each["format"] for each in rows if "error" in each or each["rise_mb"] > most or each["seconds"] > longest]
    if bad:
        console.print(f"more than {most:.0f} MB, {longest:.0f} s, or failed: {', '.join(bad)}")
        raise SystemExit(1)


if __name__ == "__main__":
    typer.run(main)
