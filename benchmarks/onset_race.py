"""From a note's onset to the first right pitch in hand, by wall clock: livepitch beside other live trackers.

    python benchmarks/onset_race.py --data FOLDER --seconds 120 --json race.json --markdown race.md

Every tracker hears the same recordings, paced in real time, alone and in turn within one process: recording by
recording, so that whatever else the machine does hits all of them alike. An onset, and what counts as missed, is as
`timing.py` says; a frame is right if it is voiced and within 50 cents of the reference at the frame's time, with every
tracker's time stamps put right as `stamps.py` measures them. See docs/onset.md.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from machine import describe_machine
from peers import versions
from racers import PEERS, Racer, livepitch_racer
from racing import Run, answers, raced, shares, sound_for
from recordings import SAMPLE_RATE, Recording, evenly, read_recordings
from rich.console import Console
from stamps import stamp_error

console = Console(stderr=True)


@dataclass
class Standing:
    """Everything that one tracker did so far."""

    racer: Racer
    stamps: float
    """Seconds that its stamps are late."""
    delays: dict[str, list[float | None]] = field(default_factory=dict)
    """By recording, one for each onset."""
    ages: list[float] = field(default_factory=list)
    """Seconds from a frame's sound to the frame, all frames."""
    computed: list[float] = field(default_factory=list)
    behind: float = 0.0
    cpu: float = 0.0
    heard: float = 0.0
    counts: np.ndarray = field(default_factory=lambda: np.zeros(4, int))

    def add(self, recording: Recording, run: Run, seconds: float) -> None:
        """Count one recording; `seconds` of sound were played."""
        run = run.moved(self.stamps)
        self.delays[recording.name] = answers(recording, run)
        self.ages += (run.instant - run.time).tolist()
        self.computed += run.computed.tolist()
        self.behind = max(self.behind, run.behind)
        self.cpu, self.heard = self.cpu + run.cpu, self.heard + seconds
        self.counts = self.counts + shares(recording, run)

    def all_delays(self, names: set[str] | None = None) -> list[float | None]:
        """Of all onsets, or of those of some recordings, in the order in which they were played."""
        return [delay for name, delays in self.delays.items() if names is None or name in names for delay in delays]

    def figures(self) -> dict[str, float | None]:
        """Milliseconds and shares; None where there is nothing to say."""
        delays = self.all_delays()
        found = [delay for delay in delays if delay is not None]
        silent, false, sung, right = (int(count) for count in self.counts)
        return {
            "onsets": len(delays),
            "onset_p50_ms": _percentile(found, 50),
            "onset_p90_ms": _percentile(found, 90),
            "missed": _share(len(delays) - len(found), len(delays)),
            "false_voiced": _share(false, silent),
            "right": _share(right, sung),
            "frame_age_p50_ms": _percentile(self.ages, 50),
            "compute_p50_ms": _percentile(self.computed, 50),
            "compute_p99_ms": _percentile(self.computed, 99),
            "behind_max_ms": 1e3 * self.behind,
            "block_ms": 1e3 * self.racer.blocksize / self.racer.rate,
            "lookahead_ms": None if self.racer.lookahead is None else 1e3 * self.racer.lookahead,
            "stamps_late_ms": 1e3 * self.stamps,
            "cpu": _share(self.cpu, self.heard),
        }


def _percentile(seconds: list[float], q: float) -> float | None:
    return 1e3 * float(np.percentile(seconds, q)) if seconds else None


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def clipped(recording: Recording, seconds: float) -> Recording:
    """Its beginning, `seconds` at most."""
    kept = recording.time < seconds
    voice = recording.voice[: round(seconds * SAMPLE_RATE)]
    reference = (recording.time[kept], recording.f0[kept], recording.certain[kept])
    time, f0, certain = reference
    return replace(recording, voice=voice, accompaniment=None, time=time, f0=f0, certain=certain)


def chosen(data: Path, seconds: float, clip: float) -> list[Recording]:
    """Recordings of `seconds` in all, as much of every source, spread over each source's singers or speakers."""
    everything = list(read_recordings(data))
    sources, found = list(dict.fromkeys(recording.source for recording in everything)), []
    for source in sources:
        mine = [clipped(recording, clip) for recording in everything if recording.source == source]
        wanted = seconds / len(sources)
        mean = float(np.mean([recording.seconds for recording in mine]))
        found += evenly(mine, max(1, round(wanted / mean)))
    return found


def entered(names: list[str], models: list[str]) -> list[Standing]:
    """The trackers that are installed, each with its time stamps measured; the others are named."""
    standings = []
    makers = {f"livepitch {name}": (lambda name=name: livepitch_racer(name)) for name in models}
    makers |= {name: PEERS[name] for name in names}
    for name, make in makers.items():
        try:
            racer = make()
        except ImportError as error:
            console.print(f"{name} is left out: {error}")
            continue
        standings.append(Standing(racer, stamp_error(racer)))
        console.print(f"{racer.name}: stamps {1e3 * standings[-1].stamps:.1f} ms late")
    return standings


def common(standings: list[Standing]) -> list[float | None]:
    """For each tracker the median in ms over the onsets that every one of them answered."""
    table = [standing.all_delays() for standing in standings]
    kept = [column for column in zip(*table, strict=True) if None not in column]
    return [_percentile([column[row] for column in kept], 50) for row in range(len(standings))]


def markdown(standings: list[Standing], recordings: list[Recording], loads: list[float]) -> str:
    """The table of all, and medians by source."""
    heads = ["tracker", "median ms", "p90 ms", "missed %", "common ms", "false %", "right %", "frame age ms"]
    heads += ["block ms", "lookahead ms", "stamps late ms", "compute p50 / p99 ms", "behind max ms", "CPU %"]
    lines = [_row(heads), _row(["---"] + ["---:"] * (len(heads) - 1))]
    for standing, shared in zip(standings, common(standings), strict=True):
        f = standing.figures()
        percents = {name: None if f[name] is None else 100 * f[name] for name in ("missed", "false_voiced", "right")}
        cells = [f["onset_p50_ms"], f["onset_p90_ms"], percents["missed"], shared, percents["false_voiced"]]
        cells += [percents["right"], f["frame_age_p50_ms"], f["block_ms"], f["lookahead_ms"], f["stamps_late_ms"]]
        compute = f"{_number(f['compute_p50_ms'], 2)} / {_number(f['compute_p99_ms'], 2)}"
        last = [_number(f["behind_max_ms"]), _number(100 * (f["cpu"] or math.nan), 0)]
        lines.append(_row([standing.racer.name, *map(_number, cells), compute, *last]))
    seconds, onsets = sum(recording.seconds for recording in recordings), len(standings[0].all_delays())
    head = f"{onsets} onsets in {seconds:.0f} s of {len(recordings)} recordings; each tracker alone, in turn."
    load = f"Load average {' '.join(f'{value:.2f}' for value in loads)} at the beginning and the end (1 min)."
    return "\n".join([f"{head} {load}", "", *lines, "", *_by_source(standings, recordings), ""])


def _by_source(standings: list[Standing], recordings: list[Recording]) -> list[str]:
    sources = list(dict.fromkeys(recording.source for recording in recordings))
    lines = [_row(["median ms (missed %)", *sources]), _row(["---"] + ["---:"] * len(sources))]
    for standing in standings:
        cells = []
        for source in sources:
            delays = standing.all_delays({recording.name for recording in recordings if recording.source == source})
            found = [delay for delay in delays if delay is not None]
            missed = _share(len(delays) - len(found), len(delays))
            cells.append(f"{_number(_percentile(found, 50))} ({_number(None if missed is None else 100 * missed, 0)})")
        lines.append(_row([standing.racer.name, *cells]))
    return lines


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _number(value: float | None, digits: int = 1) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def report(standings: list[Standing], recordings: list[Recording], loads: list[float]) -> dict[str, Any]:
    """Everything measured, as JSON types."""
    shared = common(standings)
    return {
        "machine": describe_machine(),
        "versions": versions() | {standing.racer.name: standing.racer.version for standing in standings},
        "loadavg_1min": loads,
        "turns": "each tracker alone, in turn, recording by recording, in one process",
        "recordings": [{"name": r.name, "source": r.source, "seconds": r.seconds} for r in recordings],
        "trackers": {
            standing.racer.name: standing.figures()
            | {"common_p50_ms": median, "voicing": standing.racer.voicing, "rate": standing.racer.rate}
            | {"blocksize": standing.racer.blocksize, "why": standing.racer.why, "delays": standing.delays}
            for standing, median in zip(standings, shared, strict=True)
        },
    }


def main(
    data: Annotated[Path, typer.Option(help="Recordings, as recordings.py says.")],
    seconds: Annotated[float, typer.Option(help="Of sound for each tracker, about.", min=1)] = 120.0,
    clip: Annotated[float, typer.Option(help="Seconds of each recording at most.", min=1)] = 10.0,
    models: Annotated[str, typer.Option(help="livepitch's checkpoints, causal ones, by name or path.")] = "stream",
    peers: Annotated[str, typer.Option(help="Some of racers.py's `PEERS`.")] = ",".join(PEERS),
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every figure there.")] = None,
    markdown_file: Annotated[Path | None, typer.Option("--markdown", help="Write the tables there.")] = None,
) -> None:
    """Tables of the delays from onset to the first right frame."""
    recordings, loads = chosen(data, seconds, clip), [os.getloadavg()[0]]
    standings = entered([name for name in peers.split(",") if name], models.split(","))
    for index, recording in enumerate(recordings):
        # Whoever comes first comes later with the next one: what a predecessor leaves behind is shared out.
        for turn in range(len(standings)):
            standing = standings[(index + turn) % len(standings)]
            sound = sound_for(standing.racer, recording)
            standing.add(recording, raced(standing.racer, sound), len(sound) / standing.racer.rate)
        console.print(f"{index + 1}/{len(recordings)} {recording.name}")
    loads.append(os.getloadavg()[0])
    text = markdown(standings, recordings, loads)
    print(text)
    if markdown_file:
        markdown_file.write_text(text, encoding="utf-8")
    if json_file:
        json_file.write_text(json.dumps(report(standings, recordings, loads), indent=1), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
