"""Instant, then settled: how much more is right the second time, how much later, and what it costs the first.

    python benchmarks/settling.py --data FOLDER --clips 14 --json settling.json
    python benchmarks/settling.py --rounds 5 --seconds 30            # cost alone

Prints Markdown tables. Accuracy, by `scores.py`, of the instant frames, of the settled ones and of the whole file by
the settling model, on the same clips: `SettlingTracker` in blocks of 10 ms, every slice run, so these are the frames
that a session gives where it leaves none out. What FOLDER holds is said in `recordings.py`.

Delay by sound: seconds of sound from a frame's centre to the last sample that its window hears. Delay by clock is on
top of it what the machine takes, and is measured in sessions in real time: the demo voice at 48 kHz in blocks of 10 ms,
with and without settling in turn. These also say what settling costs the instant frames.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from machine import describe_machine
from numpy.typing import NDArray
from recordings import CLEAN, SAMPLE_RATE, Recording, evenly, read_recordings
from rich.console import Console
from rich.progress import track as with_progress
from scores import Estimate, Frames, aligned, pooled, scored

import livepitch
from livepitch.realtime.estimate import track_of
from livepitch.realtime.frame import PitchFrame, StreamStats
from livepitch.realtime.settling import SettlingTracker
from livepitch.realtime.source import DemoVoice

console = Console(stderr=True)

BLOCK = 160  # samples, 10 ms
SHORTEST = 3.0  # s of a clip
METRICS = ("RPA", "RCA", "OA", "VR", "VFA")
STAGES = ("wait", "network", "sound_to_frame")

Floats = NDArray[np.float32]


def heard(model: livepitch.Model, settler: livepitch.Model, audio: Floats) -> tuple[dict[str, Estimate], list[float]]:
    """What is said at once, later and of the whole; and the delays by sound of what is said later, s."""
    tracker, instant, settled, delays = SettlingTracker(model, settler), [], [], []
    for start in range(0, len(audio), BLOCK):
        instant += tracker.push(audio[start : start + BLOCK])
        while tracker.settler.expected is not None:
            frames = tracker.settler.work()
            settled += frames
            delays += [min(start + BLOCK, len(audio)) / SAMPLE_RATE - frame.time for frame in frames]
    instant += tracker.flush()
    settled += tracker.settler.finish()
    whole = livepitch.estimate(audio, settler)
    return {
        "instant": estimate_of(instant),
        "settled": estimate_of(settled),
        "whole file": Estimate(whole.time, whole.candidate.astype(np.float64), whole.voiced),
    }, delays


def estimate_of(frames: list[PitchFrame]) -> Estimate:
    """Frames as `scores` takes them."""
    track = track_of(frames)
    return Estimate(track.time, track.candidate.astype(np.float64), track.voiced)


def accuracy(
    model: livepitch.Model, settler: livepitch.Model, clips: list[Recording], snr: float
) -> tuple[dict[str, dict[str, float]], list[float]]:
    """Scores of each way of hearing over all clips, and the delays by sound."""
    found: dict[str, list[Frames]] = {}
    delays: list[float] = []
    for recording in with_progress(clips, name_of(snr), console=console, transient=True):
        estimates, later = heard(model, settler, recording.mixed(snr))
        delays += later
        for way, estimate in estimates.items():
            found.setdefault(way, []).append(aligned(recording, estimate))
    return {way: scored(pooled(frames)) for way, frames in found.items()}, delays


def name_of(snr: float) -> str:
    """The condition in words."""
    return "clean" if snr == CLEAN else f"{snr:g} dB"


def session_stats(model: livepitch.Model, settler: livepitch.Model | None, seconds: float) -> StreamStats:
    """A session in real time."""
    with livepitch.Session(DemoVoice(), model, settle=settler) as session:
        stop = None
        while stop is None or time.monotonic() < stop:
            time.sleep(1 / 60)
            if session.frames() and stop is None:
                stop = time.monotonic() + seconds
        return session.stats


def costs(
    model: livepitch.Model, settler: livepitch.Model, seconds: float, rounds: int
) -> dict[str, list[dict[str, Any]]]:
    """Sessions with and without settling, in turn."""
    found: dict[str, list[dict[str, Any]]] = {"instant alone": [], "with settling": []}
    for number in with_progress(range(rounds), "cost", console=console, transient=True):
        ways = list(zip(found, (None, settler), strict=True))
        for name, used in ways if number % 2 == 0 else reversed(ways):
            found[name].append(asdict(session_stats(model, used, seconds)))
    return found


def accuracy_table(scores: dict[str, dict[str, float]]) -> str:
    """Markdown, in per cent."""
    lines = [["", *METRICS], ["---"] * (1 + len(METRICS))]
    lines += [[way, *(f"{100 * found[metric]:.1f}" for metric in METRICS)] for way, found in scores.items()]
    return markdown(lines)


def cost_table(found: dict[str, list[dict[str, Any]]]) -> str:
    """Markdown: the middle of the rounds' p50, p95 and p99 in ms, and sums of what was counted."""
    names = [f"{stage} {p}" for stage in STAGES for p in ("p50", "p95", "p99")]
    head = ["", *names, "late", "skipped s", "settled", "left", "to settled p50", "p95", "rtf"]
    lines = [head, ["---"] * len(head)]
    for way, rounds in found.items():
        cells = [_middle(rounds, stage, p) for stage in STAGES for p in ("p50", "p95", "p99")]
        total = {name: sum(stats[name] for stats in rounds) for name in ("late", "skipped", "settled", "unsettled")}
        cells += [
            str(total["late"]),
            f"{total['skipped'] / 48_000:.1f}",
            str(total["settled"]),
            str(total["unsettled"]),
        ]
        cells += [_middle(rounds, "sound_to_settled", p) for p in ("p50", "p95")]
        lines.append([way, *cells, f"{np.median([stats['rtf'] for stats in rounds]):.2f}"])
    return markdown(lines)


def _middle(rounds: list[dict[str, Any]], stage: str, percentile: str) -> str:
    values = [stats["stages"][stage][percentile] for stats in rounds if stage in stats["stages"]]
    return f"{np.median(values):.1f}" if values else ""


def markdown(lines: list[list[str]]) -> str:
    """A table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cut(recording: Recording, seconds: float) -> Recording:
    """The beginning of a recording."""
    n, m = round(seconds * SAMPLE_RATE), int(np.searchsorted(recording.time, seconds))
    other = recording.accompaniment
    return replace(
        recording,
        voice=recording.voice[:n],
        accompaniment=None if other is None else other[:n],
        time=recording.time[:m],
        f0=recording.f0[:m],
        certain=recording.certain[:m],
    )


def main(
    data: Annotated[
        Path | None, typer.Option(help="Folder of recordings with their pitch; without it, cost alone.")
    ] = None,
    model: Annotated[str, typer.Option(help="The instant one, causal.")] = "stream",
    settle: Annotated[str, typer.Option(help="What settles, windowed.")] = "rmvpe-small",
    clips: Annotated[int | None, typer.Option(help="So many, evenly spread over the index. [default: all]")] = None,
    longest: Annotated[float, typer.Option(help="Seconds of each clip, at most.", min=SHORTEST)] = 1e3,
    snr: Annotated[str, typer.Option(help="Ratios in dB of voice to accompaniment.")] = "clean,0",
    rounds: Annotated[int, typer.Option(help="In which the cost is measured; 0 for accuracy alone.", min=0)] = 3,
    seconds: Annotated[float, typer.Option(help="Of each session of those.", min=1)] = 20.0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write everything here.")] = None,
) -> None:
    """Measure instant and settled frames."""
    instant, settler = livepitch.load_model(model), livepitch.load_model(settle)
    results: list[dict[str, Any]] = []
    if data is not None:
        chosen = evenly([clip for clip in read_recordings(data) if clip.seconds >= SHORTEST], clips)
        for ratio in [CLEAN if word.strip() == "clean" else float(word) for word in snr.split(",")]:
            mixable = [cut(clip, longest) for clip in chosen if ratio == CLEAN or clip.accompaniment is not None]
            scores, delays = accuracy(instant, settler, mixable, ratio)
            total = sum(clip.seconds for clip in mixable)
            p50, p95 = (float(value) for value in np.percentile(delays, (50, 95)))
            print(f"\n## {name_of(ratio)}: {len(mixable)} clips, {total:.0f} s\n\n{accuracy_table(scores)}")
            print(f"\nsettled {1e3 * p50:.0f} ms of sound later (p50; p95 {1e3 * p95:.0f} ms)", flush=True)
            names = [clip.name for clip in mixable]
            results.append(
                {"snr": name_of(ratio), "clips": names, "scores": scores, "delay_s": {"p50": p50, "p95": p95}}
            )
    cost = costs(instant, settler, seconds, rounds) if rounds else {}
    if cost:
        print(f"\n## cost: {rounds} sessions of {seconds:g} s each way, ms\n\n{cost_table(cost)}", flush=True)
    if json_file is not None:
        everything = {"command": sys.argv[1:], "machine": describe_machine(), "models": [model, settle]}
        json_file.write_text(json.dumps(everything | {"accuracy": results, "cost": cost}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
