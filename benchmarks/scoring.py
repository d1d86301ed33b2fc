"""How exactly errors planted in takes are found, and how much of a score is the tracker's doing.

    pip install mido                                          # and for --voices: pyworld 'setuptools<81'
    python benchmarks/scoring.py --takes 300 --json scoring.json
    python benchmarks/scoring.py --takes 0 --voices TRAIN --data FOLDER

Prints Markdown tables. Every take is a MIDI file and a sound file on disk, read, tracked and scored by what
`livepitch practice score` calls; each note's figures are held against what was planted (`planted_takes.py`). `--seed`
makes others. With --voices the same melodies are sung by recorded voices (a folder of FLACs for each) that WORLD leads
along them; with --data the notes of real singers are measured twice, from their reference pitch and from the tracked
one (`twice_measured.py`): what lies between is the tracker's error and not the singer's.
"""

from __future__ import annotations

import json
import math
import pickle
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import soundfile
import typer
from machine import describe_machine
from planted_takes import Audio, Sung, Take, sound, takes
from rich.console import Console
from rich.progress import track as with_progress
from twice_measured import measured_twice

import livepitch
from livepitch.cli.practice_target import target_named
from livepitch.practice.scoring.faults import faults
from livepitch.practice.scoring.heard import Heard, hear
from livepitch.practice.scoring.judging import Judging
from livepitch.practice.scoring.result import NoteScore, TakeScore
from livepitch.practice.scoring.take import score_take
from livepitch.realtime.audio_file import SAMPLE_RATE, read_audio

CENTS, SECONDS, HERTZ = 5.0, 0.015, 0.2  # what an error may be found wrong by
UNITS = {CENTS: "5 cents", SECONDS: "15 ms", HERTZ: "0.2 Hz"}
VOICES = ("utau_tsukiyama-tomo-ja-rebirth", "utau_ErithacusVB", "utau_KawaiinekoCV", "oatsu_singing", "sms_tools")
WRONG = math.inf

console = Console(stderr=True)


class Error(NamedTuple):
    """How far one figure is off, what it may be off by (0: it is right or wrong), and where that was."""

    of: str
    size: float
    limit: float
    where: str


def main(
    count: Annotated[int, typer.Option("--takes", help="Synthesised takes.", min=0)] = 100,
    seed: Annotated[int, typer.Option(help="Other takes for another number.")] = 1,
    voices: Annotated[Path | None, typer.Option(help="Folder of voices that sing takes, too.")] = None,
    names: Annotated[str, typer.Option(help="Which of them.")] = ",".join(VOICES),
    each: Annotated[int, typer.Option(help="Takes of each voice.", min=1)] = 12,
    data: Annotated[
        Path | None, typer.Option(help="Folder of recordings with their pitch, see `recordings.py`.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many recordings of each source.", min=1)] = None,
    model: Annotated[str, typer.Option(help="A name of `livepitch weights list`, or a file.")] = "rmvpe-small",
    keep: Annotated[
        Path | None, typer.Option(help="Folder where takes and what was heard stay for the next run.")
    ] = None,
    worst: Annotated[int, typer.Option(help="So many of the worst of each kind are named.", min=0)] = 0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Plant errors, find them, and say how exactly."""
    loaded = livepitch.load_model(model)
    figures: dict[str, Any] = {"machine": describe_machine(), "model": model, "seed": seed}
    with tempfile.TemporaryDirectory() as fresh:
        folder = keep or Path(fresh)
        if count:
            made = ((take, sound) for take in takes(count, seed))
            figures["synthesised"] = _planted(made, count, folder / f"synthesised-{seed}", loaded, worst)
        if voices is not None:
            from sung_takes import sung_takes

            chosen = names.split(",")
            made = sung_takes([voices / name for name in chosen], each, seed)
            figures["voices"] = _planted(made, each * len(chosen), folder / f"voices-{seed}", loaded, worst)
    if data is not None:
        figures["recordings"] = measured_twice(data, limit, loaded)
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def _planted(made: Iterable[tuple[Take, Any]], count: int, folder: Path, model: livepitch.Model, worst: int) -> Any:
    """Figures of takes, and the table of them printed."""
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[Error]] = defaultdict(list)
    for take, voice in with_progress(made, folder.name, count, console=console):
        for error in errors(take, _scored(take, voice, folder, model)):
            found[error.of].append(error)
    rows = {of: _row(those) for of, those in found.items()}
    print(f"\n{count} takes, {folder.name}:\n\n{table(rows)}")
    for of, those in found.items():
        for error in sorted(those, key=lambda error: -error.size)[:worst]:
            if error.size > error.limit:
                print(f"{of}: {error.size:.4g} {error.where}")
    return rows


def _scored(take: Take, voice: Any, folder: Path, model: livepitch.Model) -> TakeScore:
    """The take written to disk, read, heard and scored as the command line does it."""
    song, recording, kept = (folder / f"{take.name}{ending}" for ending in (".mid", ".wav", ".heard"))
    take.midi_file(song)
    if not kept.exists():
        audio, rate = voice(take)
        _write(recording, audio, rate, take)
        kept.write_bytes(pickle.dumps(hear(read_audio(recording), SAMPLE_RATE, model)))
    heard: Heard = pickle.loads(kept.read_bytes())  # written by ourselves
    target = target_named(str(song), None, model)
    assert len(target.notes) == len(take.written), (song, len(target.notes))
    return score_take(target, heard, Judging())


def _write(path: Path, audio: Audio, rate: int, take: Take) -> None:
    """Mono or stereo, 16 or 24 bits."""
    random = np.random.default_rng([*take.seed, 2])
    channels = audio if random.random() < 0.6 else np.stack([audio, audio], axis=1)
    soundfile.write(path, channels, rate, subtype=str(random.choice(["PCM_16", "PCM_24"])))


def errors(take: Take, score: TakeScore) -> Iterator[Error]:
    """Of every figure of a take whose truth is known."""
    where = f"{take.name} {score.score:.1f}"
    free = take.tempo != 1
    if take.perfect:
        yield Error("perfect takes: 99 points", 0 if score.score >= 99 else WRONG, 0, where)
    if free:
        off = abs(score.tempo / take.tempo - 1)
        where += f" {len(take.written)} notes, tempo {take.tempo:.3f} found {score.tempo:.3f}"
        yield Error("free tempo: found within 1 %", off, 0.01, where)
        if take.perfect:
            yield Error("free tempo, perfect: 95 points", 0 if score.score >= 95 else WRONG, 0, where)
    else:
        yield Error("as written: not moved", 0 if (score.tempo, score.shift) == (1, 0) else WRONG, 0, where)
    for i, (note, sung) in enumerate(zip(score.notes, take.sung, strict=True)):
        yield from _of_note(note, sung, free, f"{where} note {i + 1} {sung}", take.glide)


def _of_note(note: NoteScore, sung: Sung | None, free: bool, where: str, glide: float) -> Iterator[Error]:
    if sung is None:
        yield Error("missed: not heard, not hit", WRONG if note.hit or not math.isnan(note.cents_off) else 0, 0, where)
        return
    planted, away = sung.kinds, 100 * (sung.midi - note.target.midi)
    octaves = 1 if "octave above" in planted else -1 if "octave below" in planted else 0
    should_hit = not planted & {"octave above", "octave below", "wrong"}
    for kind in sorted(planted & {"octave above", "octave below", "wrong"}):
        right = note.octaves == octaves and not note.hit and abs(note.cents_off - away) <= 50
        yield Error(f"{kind}: known as such, not hit", 0 if right else WRONG, 0, where)
    if should_hit:
        yield Error("hit where within 50 cents, held", 0 if note.hit else WRONG, 0, f"{where} {note.cents_off:.1f}")
    yield _pitch(note, sung, away, where)
    if not free:
        yield _time(note, sung, where)
    yield from _course(note, sung, where, glide)
    if not planted and not free:
        alarms = [fault.words for fault in faults(note, Judging())]
        yield Error("false alarms: none on a note without error", WRONG if alarms else 0, 0, f"{where} {alarms}")


def _pitch(note: NoteScore, sung: Sung, away: float, where: str) -> Error:
    what = "flat or sharp" if sung.kinds & {"flat", "sharp"} else "no error of pitch"
    besides = " with scoop, vibrato or drift" if sung.kinds & {"scoop", "vibrato", "drift"} else ""
    return Error(
        f"cents off: {what}{besides}", _off(note.cents_off, away), CENTS, f"{where} found {note.cents_off:.1f}"
    )


def _time(note: NoteScore, sung: Sung, where: str) -> Error:
    what = "late or early" if sung.delay else "in time"
    how = "legato" if sung.joined else "new attack"
    scooped = " scooped" if sung.scoop and sung.joined else ""
    found = f"{where} found {1e3 * note.onset_delay:.0f}"
    return Error(f"onset: {what}, {how}{scooped}", _off(note.onset_delay, sung.delay), SECONDS, found)


def _course(note: NoteScore, sung: Sung, where: str, glide: float) -> Iterator[Error]:
    where += f" scoop {note.scoop_cents:.0f}/{1e3 * note.scoop_seconds:.0f} vibrato {note.vibrato_rate:.2f}"
    how = "legato" if sung.joined else "new attack"
    if sung.scoop and not sung.rate and not (sung.joined and glide):  # a glide hides where a scoop begins
        yield Error(f"scoop depth: {sung.curve}, {how}", _off(note.scoop_cents, sung.scoop), CENTS, where)
        yield Error(f"scoop length: {how}", _off(note.scoop_seconds, sung.scoop_seconds), SECONDS, where)
    if sung.rate:
        yield Error("vibrato rate", _off(note.vibrato_rate, sung.rate), HERTZ, where)
        yield Error("vibrato extent", _off(note.vibrato_extent, sung.extent), CENTS, where)
    elif sung.drift:
        yield Error("drift", _off(note.drift_cents, sung.drift), CENTS, where)


def _off(found: float, truth: float) -> float:
    return WRONG if math.isnan(found) else abs(found - truth)


def _row(those: list[Error]) -> dict[str, Any]:
    """Count, limit, share within it, and where there is a size its median, 95th percentile and worst."""
    sizes = np.array([error.size for error in those])
    row: dict[str, Any] = {
        "count": len(those),
        "limit": those[0].limit,
        "share": float(np.mean(sizes <= those[0].limit)),
    }
    if those[0].limit:
        row["lost"] = int(np.isinf(sizes).sum())
        sizes = np.where(np.isinf(sizes), 1e9, sizes)
        row |= dict(zip(("median", "p95", "worst"), np.percentile(sizes, (50, 95, 100)).tolist(), strict=True))
    return row


def table(rows: dict[str, dict[str, Any]]) -> str:
    """In Markdown; times in ms."""
    lines = [
        "| planted, or measured | number | limit | within | median | 95 % | worst |",
        "|---|---|---|---|---|---|---|",
    ]
    for of in sorted(rows):
        row = rows[of]
        factor = 1000 if row["limit"] == SECONDS else 100 if row["limit"] == 0.01 else 1
        sizes = [f"{factor * row[key]:.2g}" if row.get(key, 1e9) < 1e8 else "–" for key in ("median", "p95", "worst")]
        limit = UNITS.get(row["limit"], "1 %" if row["limit"] else "right")
        lines.append(f"| {of} | {row['count']} | {limit} | {100 * row['share']:.1f} % | {' | '.join(sizes)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    typer.run(main)
