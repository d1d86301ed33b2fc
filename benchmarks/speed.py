"""How fast livepitch is: whole files, and hop by hop as live.

    python benchmarks/speed.py --json speed.json

Files: the demo voice repeated to `--seconds`; real-time factor (compute time / audio time) of `estimate`,
the median of `--runs` after a warm-up. Live: the same voice pushed through `StreamTracker` in blocks of 10
ms; the time of each push, which ends when its frames are numbers in Python, so the network has been
evaluated.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from machine import describe_machine
from numpy.typing import NDArray

import livepitch
from livepitch.realtime.demo import demo_phrase

SAMPLE_RATE = 16_000  # Hz
HOP = 160  # samples, 10 ms
WARM_UP = 50  # hops


def voice(seconds: float) -> NDArray[np.float32]:
    """The demo voice `(n,)` at `SAMPLE_RATE`, repeated."""
    phrase = np.asarray(demo_phrase(SAMPLE_RATE)[0], np.float32)
    return np.resize(phrase, round(seconds * SAMPLE_RATE))


def file_speed(model: livepitch.Model, audio: NDArray[np.float32], runs: int) -> dict[str, float]:
    """Real-time factors of `estimate` over `runs`."""
    livepitch.estimate(audio[: 2 * SAMPLE_RATE], model)
    factors = []
    for _ in range(runs):
        start = time.perf_counter()
        livepitch.estimate(audio, model)
        factors.append((time.perf_counter() - start) * SAMPLE_RATE / len(audio))
    middle = float(np.median(factors))
    return {"rtf": middle, "rtf_min": min(factors), "rtf_max": max(factors), "times_real_time": 1 / middle}


def hop_speed(model: livepitch.Model, audio: NDArray[np.float32]) -> dict[str, float]:
    """Percentiles of the time of one push of 10 ms, in ms."""
    tracker = livepitch.StreamTracker(model)
    tracker.warm_up()
    taken = []
    for start in range(0, len(audio) - HOP + 1, HOP):
        before = time.perf_counter()
        tracker.push(audio[start : start + HOP])
        taken.append(1e3 * (time.perf_counter() - before))
    p50, p95, p99, most = np.percentile(taken[WARM_UP:], [50, 95, 99, 100])
    return {"p50": p50, "p95": p95, "p99": p99, "max": most, "rtf": float(np.mean(taken[WARM_UP:])) / 10}


def main(
    models: Annotated[str, typer.Option(help="Checkpoints.")] = "stream,rmvpe-small",
    seconds: Annotated[float, typer.Option(help="Length of the audio.", min=2)] = 60.0,
    runs: Annotated[int, typer.Option(help="Times that each file is tracked.", min=1)] = 5,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write everything here.")] = None,
) -> None:
    """Measure real-time factors and the time of a hop."""
    audio = voice(seconds)
    results = {}
    for name in models.split(","):
        model = livepitch.load_model(name)
        results[name] = {"file": file_speed(model, audio, runs), "hop_ms": hop_speed(model, audio)}
    print(f"{seconds:g} s of voice; whole file: median of {runs} runs; live: blocks of 10 ms\n")
    print("| model | file, × real time | hop p50 ms | p95 | p99 | max |")
    print("|---|---|---|---|---|---|")
    for name, result in results.items():
        hop = result["hop_ms"]
        cells = " | ".join(f"{hop[key]:.2f}" for key in ("p50", "p95", "p99", "max"))
        print(f"| {name} | {result['file']['times_real_time']:.1f} | {cells} |")
    if json_file is not None:
        everything = {
            "command": sys.argv[1:],
            "machine": describe_machine(),
            "seconds": seconds,
            "models": results,
        }
        json_file.write_text(json.dumps(everything, indent=1), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
