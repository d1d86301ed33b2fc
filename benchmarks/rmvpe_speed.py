"""How fast the published RMVPE (90,423,165 parameters) runs: livepitch beside PyTorch and the package mlx-rmvpe.

    pip install torch && pip install --no-deps mlx-rmvpe==0.1.0
    python benchmarks/rmvpe_speed.py --frames 128,6016 --json rmvpe_speed.json
    python benchmarks/rmvpe_speed.py --frames 256,6016 --gpu --engines "livepitch,PyTorch,PyTorch/TF32 off"

From a log-mel to the salience on the host, weights random. Every engine has a process of its own and they take turns,
so all meet the same noise; a time is the median over `--runs` after three that do not count. 6,016 frames are 60 s.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from engines import ENGINES, Worker, workers
from machine import describe_machine

WARM_UP = 3
SLOW = 2.0  # seconds; an engine that takes longer for a pass does fewer of them
FEW_RUNS = 3


def times(engines: list[str], frames: int, gpu: bool, runs: int) -> dict[str, dict[str, float]]:
    """Seconds of each engine (median, min, max) and its peak memory in bytes."""
    taken: dict[str, list[float]] = {engine: [] for engine in engines}
    with workers(engines, frames, gpu) as started:
        alive = {engine: worker for engine, worker in started.items() if _warm(engine, worker)}
        for turn in range(runs):
            for engine, worker in alive.items():
                if turn < FEW_RUNS or taken[engine][0] < SLOW:
                    taken[engine].append(worker.ask("run"))
        memory = {engine: worker.ask("end") for engine, worker in alive.items()}
    return {engine: _summary(taken[engine]) | {"peak_memory": memory[engine]} for engine in alive}


def _warm(engine: str, worker: Worker) -> bool:
    try:
        for _ in range(WARM_UP):
            if worker.ask("run") > SLOW:
                break
    except RuntimeError as error:
        print(f"{engine}: left out ({error})", file=sys.stderr)
        return False
    return True


def _summary(seconds: list[float]) -> dict[str, float]:
    return {"median": float(np.median(seconds)), "min": min(seconds), "max": max(seconds), "runs": len(seconds)}


def main(
    engines: Annotated[str, typer.Option(help=f"Of {'; '.join(ENGINES)}.")] = "livepitch,PyTorch,mlx-rmvpe",
    frames: Annotated[str, typer.Option(help="Lengths of a pass, multiples of 32.")] = "128",
    runs: Annotated[int, typer.Option(help="Passes that count.", min=1)] = 15,
    gpu: Annotated[bool, typer.Option("--gpu", help="Metal or CUDA instead of the processor.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write everything here.")] = None,
) -> None:
    """Measure one pass of the published network, engine beside engine."""
    names = [name.strip() for name in engines.split(",")]
    if unknown := [name for name in names if name not in ENGINES]:
        raise typer.BadParameter(f"--engines {unknown[0]}: it can be {', '.join(ENGINES)}")
    results = {}
    for length in (int(text) for text in frames.split(",")):
        found = results[length] = times(names, length, gpu, runs)
        fastest = found.get("PyTorch", next(iter(found.values())))["median"]
        print(f"\n{length} frames, {'GPU' if gpu else 'CPU'}; median of {runs}\n")
        print("| engine | ms | min | max | times PyTorch's | peak memory, MB |\n|---|---|---|---|---|---|")
        for name, one in found.items():
            cells = " | ".join(f"{1e3 * one[key]:.1f}" for key in ("median", "min", "max"))
            print(f"| {name} | {cells} | {one['median'] / fastest:.2f} | {one['peak_memory'] / 1e6:.0f} |", flush=True)
    if json_file is not None:
        everything = {"command": sys.argv[1:], "machine": describe_machine(), "frames": results}
        json_file.write_text(json.dumps(everything, indent=1), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
