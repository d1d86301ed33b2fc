"""How right the notes are that go out as MIDI while a voice sings, beside those of the whole recording.

    python benchmarks/live_notes.py --data FOLDER
    python benchmarks/live_notes.py --takes 60

The recordings in FOLDER (see `recordings.py`) are heard by `stream` as live. The notes that `practice/segmentation.py`
finds in the same pitch, with whole phrases before it, are taken for right. With `--takes` melodies are synthesised (see
`planted_takes.py`), whose notes are known. A note is found if one within 0.65 semitones begins from 60 ms before it to
30 ms before its end; what else begins there is doubled; what begins nowhere is spurious. Exit code 1 if fewer than 85 %
are found, or half of the note-ons come more than 80 ms late.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from planted_takes import sound, takes
from recordings import read_recordings

import livepitch
from livepitch.model.convert import hz_to_midi
from livepitch.outputs.note_following import NoteFollower
from livepitch.practice.segmentation import SungNote, sung_notes
from livepitch.realtime.estimate import stream_track
from livepitch.realtime.frame import PitchTrack

EARLY, LATE = 0.06, 0.03  # s
NEAR = 0.65  # semitones
SINGING = ("mir1k", "vocadito")

Heard = tuple[PitchTrack, Sequence[SungNote]]


class Played(NamedTuple):
    """A note that went out."""

    on: float
    off: float
    number: int


def main(
    data: Annotated[Path | None, typer.Option(help="Folder of recordings with their pitch.")] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many of each source.", min=1)] = None,
    made: Annotated[int, typer.Option("--takes", help="So many synthesised melodies.", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="Of the melodies.")] = 1,
) -> None:
    """Count."""
    model = livepitch.load_model("stream")
    right = doubled = spurious = notes = 0
    on: list[float] = []
    off: list[float] = []
    for track, whole in chain(recorded(data, limit, model), synthesised(made, seed, model)):
        played = list(live_notes(track))
        used: set[int] = set()
        for note in whole:
            begun = [k for k, each in enumerate(played) if note.start - EARLY <= each.on < note.end - LATE]
            fitting = [played[k] for k in begun if abs(played[k].number - note.midi) <= NEAR]
            used.update(begun)
            doubled += max(0, len(begun) - 1)
            if fitting:
                right += 1
                on.append(1e3 * (fitting[0].on - note.start))
                off.append(1e3 * (fitting[-1].off - note.end))
        notes += len(whole)
        spurious += len(played) - len(used)
    report(notes, right, doubled, spurious, on, off)
    raise typer.Exit(0 if right >= 0.85 * notes and np.median(on) <= 80 else 1)


def recorded(data: Path | None, limit: int | None, model: livepitch.Model) -> Iterator[Heard]:
    """Singing, and the notes found in it as a whole."""
    for recording in read_recordings(data, None, limit) if data is not None else ():
        if any(name in recording.name for name in SINGING):
            track = stream_track(recording.voice[: 60 * 16_000], model)
            yield track, sung_notes(track.time, track.f0, track.level)


def synthesised(count: int, seed: int, model: livepitch.Model) -> Iterator[Heard]:
    """Melodies, and the notes that they were made of."""
    for take in takes(count, seed):
        audio, rate = sound(take)
        whole = [SungNote(note.start, note.end, note.midi) for note in take.sung if note is not None]
        yield stream_track(audio, model, rate), whole


def live_notes(track: PitchTrack) -> Iterator[Played]:
    """What goes out while it is heard."""
    assert track.level is not None
    follower, sounding = NoteFollower(), None
    for time, pitch, level in zip(track.time, hz_to_midi(track.f0), track.level, strict=True):
        heard = follower.hear(float(pitch), float(level))
        if sounding is not None and (heard.begun or heard.note is None):
            yield Played(sounding[0], float(time), sounding[1])
            sounding = None
        if heard.begun and heard.note is not None:
            sounding = (float(time), heard.note)
    if sounding is not None:
        yield Played(sounding[0], float(track.time[-1]), sounding[1])


def report(notes: int, right: int, doubled: int, spurious: int, on: list[float], off: list[float]) -> None:
    """In Markdown."""
    print(f"| {notes} notes | |\n|---|---|")
    for what, count in (("found", right), ("doubled", doubled), ("spurious", spurious)):
        print(f"| {what} | {100 * count / max(notes, 1):.1f} % |")
    for what, late in (("note-on late", on), ("note-off late", off)):
        p50, p90 = np.percentile(late, [50, 90]) if late else (math.nan, math.nan)
        print(f"| {what}, p50, p90 | {p50:.0f} ms, {p90:.0f} ms |")


if __name__ == "__main__":
    typer.run(main)
