"""What streaming RMVPE in windows costs against the whole file: agreement, accuracy and time, by layout.

    python benchmarks/windowed.py --data FOLDER --clips 16 --json windowed.json

Prints Markdown tables. Every layout runs as `live` runs it: `WindowedStream` on the log-mel in pushes of one
hop, `decode`, voicing at the checkpoint's thresholds. Latency is algorithmic, from the centre of the oldest
frame of a hop to the last sample it waits for: (lookahead + hop - 1) · 10 ms + 32 ms, half the mel window.

Agreement is with the result of the whole file: frames with the same voicing, and, of the frames that the whole
file calls voiced, those whose best guess lies within 10 and within 50 cents of its own. RPA and OA are scored
against the reference, by `scores.py`. All of these leave out the first second of each clip, which stands in a
column of its own (frames with the same voicing while there is little context yet), and the frames that some
layout gives out only because the clip ends.

Cost is the time that the network runs for each second of sound, as a multiple of what a whole file takes: the
least of several rounds in which they take turns. What FOLDER holds is said in `recordings.py`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from machine import describe_machine
from numpy.typing import NDArray
from recordings import CLEAN, SAMPLE_RATE, Recording, read_recordings
from rich.console import Console
from rich.progress import track as with_progress
from scores import Estimate, Frames, aligned, pooled, scored
from windows import FRAME, PLACEMENTS, USUAL, Costs, Row, cost_table, costs, markdown, numbers, rows

import livepitch
from livepitch.model.decode import decode, voicing
from livepitch.realtime.chunker import Chunker
from livepitch.realtime.layout import CONTEXT
from livepitch.realtime.whole import whole_salience

console = Console(stderr=True)

BEGINNING = 100  # frames
SHORTEST = 3.0  # s of a clip
Floats = NDArray[np.float32]


@dataclass
class Tally:
    """What one layout, or the whole file, said of the clips so far."""

    frames: list[Frames] = field(default_factory=list)
    same_voicing: list[NDArray[np.bool_]] = field(default_factory=list)
    first_second: list[NDArray[np.bool_]] = field(default_factory=list)
    """The same of a stream that has just begun."""
    cents: list[Floats] = field(default_factory=list)
    """From the whole file, where that is voiced."""

    def figures(self) -> dict[str, float]:
        """Shares of 1."""
        scores, cents = scored(pooled(self.frames)), np.concatenate(self.cents)
        return {
            "voicing": float(np.concatenate(self.same_voicing).mean()),
            "voicing_at_first": float(np.concatenate(self.first_second).mean()),
            "within_10": float(np.mean(cents <= 10)),
            "within_50": float(np.mean(cents <= 50)),
            "RPA": scores["RPA"],
            "OA": scores["OA"],
        }


@dataclass(frozen=True)
class Heard:
    """What was found in one clip."""

    candidate: Floats
    voiced: NDArray[np.bool_]

    @classmethod
    def of(cls, salience: Floats, model: livepitch.Model) -> Heard:
        """Decoded and cut at the shipped thresholds, as `StreamTracker` does it."""
        candidate, confidence = decode(salience)
        return cls(candidate, voicing(confidence, model.checkpoint.threshold, model.checkpoint.release))


def streamed(model: livepitch.Model, row: Row, mel: Floats) -> Heard:
    """The clip hop by hop."""
    stream, hop = PLACEMENTS[row.placement][0](model.network(), row.layout), row.layout.hop
    parts = [stream.push(mel[start : start + hop]) for start in range(0, len(mel), hop)]
    return Heard.of(np.concatenate([*parts, stream.flush()]), model)


def add(tally: Tally, recording: Recording, heard: Heard, reference: Heard, tail: int) -> None:
    """Counts one clip, all but its beginning and its last `tail` frames."""
    part = slice(BEGINNING, len(heard.voiced) - tail)
    same, candidate, should = heard.voiced == reference.voiced, heard.candidate[part], reference.candidate[part]
    time = np.arange(part.start, part.stop) * FRAME
    estimate = Estimate(time, candidate.astype(np.float64), heard.voiced[part])
    tally.frames.append(aligned(between(recording, time[0], time[-1]), estimate))
    tally.first_second.append(same[:BEGINNING])
    tally.same_voicing.append(same[part])
    tally.cents.append(1200 * np.abs(np.log2(candidate / should))[reference.voiced[part]])


def between(recording: Recording, start: float, stop: float) -> Recording:
    """A recording whose reference counts only from `start` to `stop` seconds."""
    inside = (recording.time >= start) & (recording.time <= stop)
    return replace(recording, certain=recording.certain & inside)


def cut(recording: Recording, seconds: float) -> Recording:
    """The beginning of a recording."""
    n, m = round(seconds * SAMPLE_RATE), int(np.searchsorted(recording.time, seconds))
    accompaniment = recording.accompaniment
    return replace(
        recording,
        voice=recording.voice[:n],
        accompaniment=None if accompaniment is None else accompaniment[:n],
        time=recording.time[:m],
        f0=recording.f0[:m],
        certain=recording.certain[:m],
    )


def log_mel(audio: Floats) -> Floats:
    """What the stream is fed: float32 (n,) -> (m, 128)."""
    chunker = Chunker(SAMPLE_RATE)
    return np.concatenate([chunker.push(audio).mel, chunker.flush().mel])


def measure(
    model: livepitch.Model, chosen: list[Row], clips: list[Recording], snr: float
) -> tuple[dict[str, float], list[dict[str, float]]]:
    """The figures of the whole file, and of every row, over the clips in one condition."""
    tail = max(row.layout.waiting for row in chosen) + 1
    at_once, distinct = Tally(), {(row.layout, row.placement): (row, Tally()) for row in chosen}
    for recording in with_progress(clips, snr_name(snr), console=console, transient=True):
        mel = log_mel(recording.mixed(snr))
        reference = Heard.of(whole_salience(model, mel, None), model)
        add(at_once, recording, reference, reference, tail)
        for row, tally in distinct.values():
            add(tally, recording, streamed(model, row, mel), reference, tail)
    found = {key: tally.figures() for key, (_, tally) in distinct.items()}
    return at_once.figures(), [found[row.layout, row.placement] for row in chosen]


def snr_name(snr: float) -> str:
    """The condition in words: clean, 0 dB."""
    return "clean" if snr == CLEAN else f"{snr:g} dB"


SHARES = {
    "voicing": "voicing",
    "voicing_at_first": "at first",
    "within_10": "≤ 10 cents",
    "within_50": "≤ 50 cents",
    "RPA": "RPA",
    "OA": "OA",
}


def table(chosen: list[Row], figures: list[dict[str, float]], at_once: dict[str, float], cost: Costs) -> str:
    """Markdown; shares in percent, cost as a multiple of the whole file's."""
    places = any(row.placement != USUAL for row in chosen)
    head = ["context", "lookahead", "hop", "latency ms", *(["window"] if places else []), *SHARES.values(), "cost"]
    lines = []
    for row, found in zip(chosen, figures, strict=True):
        size, what = row.layout, [PLACEMENTS[row.placement][1]] if places else []
        times = f"{cost[size].times_whole:.1f}" if row.placement == USUAL else ""
        lines.append([*numbers(size), *what, *percent(found), times])
    lines.append(["whole file", *[""] * (4 if places else 3), *percent(at_once), "1"])
    return markdown(head, lines)


def percent(figures: dict[str, float]) -> list[str]:
    """Cells in the order of `SHARES`."""
    return [f"{100 * figures[key]:.1f}" for key in SHARES]


def report(
    title: str, chosen: list[Row], figures: list[dict[str, float]], at_once: dict[str, float], cost: Costs
) -> str:
    """Every table of one condition."""
    parts = [f"## {title}"]
    for name in dict.fromkeys(row.table for row in chosen):
        here = [i for i, row in enumerate(chosen) if row.table == name]
        parts += [f"### {name}", table([chosen[i] for i in here], [figures[i] for i in here], at_once, cost)]
    return "\n\n".join(parts)


def evenly(clips: list[Recording], n: int | None) -> list[Recording]:
    """`n` of the clips, evenly spread over their order."""
    n = min(n or len(clips), len(clips))
    return [clips[i * len(clips) // n] for i in range(n)]


def main(
    data: Annotated[
        Path | None, typer.Option(help="Folder of recordings with their pitch; without it, cost alone.")
    ] = None,
    model: Annotated[str, typer.Option(help="A windowed checkpoint.")] = "rmvpe-small",
    clips: Annotated[int | None, typer.Option(help="So many, evenly spread over the index. [default: all]")] = None,
    seconds: Annotated[float, typer.Option(help="Of each clip, at most.", min=SHORTEST)] = 8.0,
    snr: Annotated[str, typer.Option(help="Ratios in dB of voice to accompaniment.")] = "clean,0",
    context: Annotated[int, typer.Option(help="Where the table is not about it.", min=0)] = CONTEXT,
    only: Annotated[str, typer.Option(help="Only tables whose title holds this.")] = "",
    rounds: Annotated[int, typer.Option(help="In which the cost is measured.", min=1)] = 7,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write everything here.")] = None,
) -> None:
    """Measure windows of every layout against the whole file."""
    loaded = livepitch.load_model(model)
    if loaded.causal:
        raise typer.BadParameter(f"{model} streams exactly, frame by frame: it has no windows")
    chosen = [row for row in rows(context) if only.lower() in row.table.lower()]
    heard = read_clips(data, clips, seconds) if data else []
    cost = costs(loaded, dict.fromkeys(row.layout for row in chosen), rounds)
    print(cost_table(loaded, cost), flush=True)
    results = []
    for ratio in [CLEAN if word.strip() == "clean" else float(word) for word in snr.split(",")] if data else []:
        mixable = [clip for clip in heard if ratio == CLEAN or clip.accompaniment is not None]
        at_once, figures = measure(loaded, chosen, mixable, ratio)
        total = sum(clip.seconds for clip in mixable)
        title = f"{snr_name(ratio)}: {len(mixable)} clips, {total:.0f} s"
        print(f"\n{report(title, chosen, figures, at_once, cost)}", flush=True)
        found = [asdict(row) | {"figures": values} for row, values in zip(chosen, figures, strict=True)]
        names = [clip.name for clip in mixable]
        results.append({"snr": snr_name(ratio), "clips": names, "seconds": total, "whole": at_once, "rows": found})
    if json_file is not None:
        everything = {
            "command": sys.argv[1:],
            "machine": describe_machine(),
            "model": loaded.name,
            "cost": [asdict(layout) | asdict(found) for layout, found in cost.items()],
            "results": results,
        }
        json_file.write_text(json.dumps(everything, indent=1), encoding="utf-8")


def read_clips(data: Path, clips: int | None, seconds: float) -> list[Recording]:
    """The beginnings of the folder's recordings that are long enough."""
    if not (data / "index.json").is_file():
        raise typer.BadParameter(f"{data} holds no index.json; recordings.py says what belongs there")
    long_enough = [recording for recording in read_recordings(data) if recording.seconds >= SHORTEST]
    return [cut(recording, seconds) for recording in evenly(long_enough, clips)]


if __name__ == "__main__":
    typer.run(main)
