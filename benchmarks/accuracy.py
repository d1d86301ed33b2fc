"""How right livepitch and other trackers are, on the same audio.

    python benchmarks/accuracy.py --data FOLDER --snr clean,10,5,0 --peers swift-f0,pesto --json accuracy.json

Prints Markdown tables. Every tracker hears the same 16 kHz mono audio and decides voicing at its own
shipped or recommended threshold. Accompaniment (only MIR-1K has any) is mixed so that the voice's RMS over
the whole clip is SNR dB above it. What FOLDER holds is said in `recordings.py`; the measures are in
`scores.py`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from machine import describe_machine
from numpy.typing import NDArray
from peers import PEERS, Tracker
from recordings import CLEAN, SAMPLE_RATE, Recording, read_recordings
from rich.console import Console
from rich.progress import track as with_progress
from scores import METRICS, Estimate, Frames, aligned, clip_mean, pooled, scored

import livepitch

console = Console(stderr=True)


@dataclass(frozen=True)
class Result:
    """One tracker on one source in one condition."""

    tracker: str
    source: str
    snr: str
    clips: int
    frames: int
    seconds_of_audio: float
    seconds_taken: float
    by_frame: dict[str, float]
    """Scores of all frames pooled."""
    by_clip: dict[str, float]
    """Mean of the clips' own scores."""
    each: dict[str, dict[str, float]]
    """Scores by clip."""


def ours(name: str, live: bool) -> Tracker:
    """A checkpoint of livepitch on whole files, or as `live` would hear them."""
    model = livepitch.load_model(name)
    run = livepitch.stream_track if live else livepitch.estimate

    def track(audio: NDArray[np.float32]) -> Estimate:
        result = run(audio, model, SAMPLE_RATE)
        return Estimate(result.time, result.candidate.astype(np.float64), result.voiced)

    title = f"{Path(name).stem} live" if live else Path(name).stem
    voicing = f"salience ≥ {model.checkpoint.threshold:.3g}, until below {model.checkpoint.release:.3g}"
    return Tracker(title, livepitch.__version__, voicing, track)


def trackers(models: list[str], live: list[str], peers: list[str]) -> Iterator[Tracker]:
    """Every tracker asked for, ours first."""
    for name in models:
        yield ours(name, live=False)
    for name in live:
        yield ours(name, live=True)
    for name in peers:
        yield from installed(name)


def installed(peer: str) -> Iterator[Tracker]:
    """The peer, or nothing and a word about it."""
    try:
        yield PEERS[peer]()
    except ImportError as error:
        console.print(f"{peer} is left out: {error}")


def measure(tracker: Tracker, recordings: list[Recording], snr: float) -> Result:
    """Run one tracker over recordings of one source."""
    clips: dict[str, Frames] = {}
    taken = 0.0
    for recording in with_progress(recordings, f"{tracker.name}, {snr_name(snr)}", console=console, transient=True):
        audio = recording.mixed(snr)
        start = time.perf_counter()
        estimate = tracker.track(audio)
        taken += time.perf_counter() - start
        clips[recording.name] = aligned(recording, estimate)
    every = pooled(clips.values())
    return Result(
        tracker=tracker.name,
        source=recordings[0].source,
        snr=snr_name(snr),
        clips=len(clips),
        frames=len(every),
        seconds_of_audio=sum(recording.seconds for recording in recordings),
        seconds_taken=taken,
        by_frame=scored(every),
        by_clip=clip_mean(clips.values()),
        each={name: scored(frames) for name, frames in clips.items()},
    )


def snr_name(snr: float) -> str:
    """The condition in words: clean, 5 dB."""
    return "clean" if snr == CLEAN else f"{snr:g} dB"


def table(results: list[Result], weighting: str) -> str:
    """A Markdown table in percent; `weighting` is "by_frame" or "by_clip"."""
    lines = [f"| tracker | {' | '.join(METRICS)} |", "|---" * (len(METRICS) + 1) + "|"]
    for result in results:
        scores = getattr(result, weighting)
        lines.append(f"| {result.tracker} | {' | '.join(f'{100 * scores[name]:.1f}' for name in METRICS)} |")
    return "\n".join(lines)


def report(results: list[Result], tools: list[Tracker]) -> str:
    """Every source and condition: a table by frame, a table by clip."""
    parts = ["| tracker | version | voiced where |", "|---|---|---|"]
    parts = ["\n".join([*parts, *(f"| {tool.name} | {tool.version} | {tool.voicing} |" for tool in tools)])]
    for source, snr in dict.fromkeys((result.source, result.snr) for result in results):
        here = [result for result in results if (result.source, result.snr) == (source, snr)]
        parts.append(f"## {source}, {snr}: {here[0].clips} clips, {here[0].frames} frames scored")
        parts += [
            "Every frame alike (%):",
            table(here, "by_frame"),
            "Every clip alike (%):",
            table(here, "by_clip"),
        ]
    return "\n\n".join(parts)


def words(text: str) -> list[str]:
    """The words of a list with commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def main(
    data: Annotated[Path, typer.Option(help="Folder of recordings with their pitch.")],
    models: Annotated[str, typer.Option(help="Checkpoints, on whole files.")] = "stream,rmvpe-small",
    live: Annotated[str, typer.Option(help="Checkpoints, through the streaming tracker.")] = "",
    peers: Annotated[str, typer.Option(help=f"Other trackers: {', '.join(PEERS)}, or all.")] = "",
    snr: Annotated[str, typer.Option(help="Ratios in dB of voice to accompaniment.")] = "clean,10,5,0",
    sources: Annotated[str, typer.Option(help="Only these sources of the index.")] = "",
    limit: Annotated[int | None, typer.Option(help="At most so many recordings of each source.", min=1)] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write everything here.")] = None,
) -> None:
    """Score livepitch and other trackers against recordings with known pitch."""
    chosen = list(PEERS) if peers == "all" else words(peers)
    if unknown := set(chosen) - set(PEERS):
        raise typer.BadParameter(f"no tracker {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    ratios = [CLEAN if word == "clean" else float(word.removesuffix("dB")) for word in words(snr)]
    if not (data / "index.json").is_file():
        raise typer.BadParameter(f"{data} holds no index.json; recordings.py says what belongs there")
    recordings = list(read_recordings(data, words(sources) or None, limit))
    if not recordings:
        raise typer.BadParameter(f"{data} has no recordings of {sources}")
    tools = list(trackers(words(models), words(live), chosen))
    results = [
        measure(tool, clips, ratio)
        for clips in by_source(recordings)
        for ratio in (ratios if clips[0].accompaniment is not None else [CLEAN])
        for tool in tools
    ]
    print(report(results, tools))
    if json_file is not None:
        described = [{"name": tool.name, "version": tool.version, "voicing": tool.voicing} for tool in tools]
        everything = {
            "command": sys.argv[1:],
            "machine": describe_machine(),
            "trackers": described,
            "results": [asdict(result) for result in results],
        }
        json_file.write_text(json.dumps(everything, indent=1), encoding="utf-8")


def by_source(recordings: list[Recording]) -> Iterator[list[Recording]]:
    """The recordings of each source, in the order they came."""
    for source in dict.fromkeys(recording.source for recording in recordings):
        yield [recording for recording in recordings if recording.source == source]


if __name__ == "__main__":
    typer.run(main)
