"""What `sys.setswitchinterval` does to the engine while the real window draws.

    python benchmarks/switching.py --seconds 20 --rounds 5 --json switching.json

The interval is how long a thread of Python may hold the interpreter while another waits for it: 5 ms unless told
otherwise. Every run is a process of its own that shows the window (on the screen there is; `QT_QPA_PLATFORM=offscreen`
for none) with the demo voice, and asks the session for its stages at the end; the intervals take turns.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from loads import LOADS
from machine import describe_machine

STAGES = ("input", "wait", "compute", "sound_to_frame", "sound_to_paint")
SPANS = ("p50", "p95", "p99", "max")


def shown(seconds: float, interval: float, model: str, load: str) -> dict[str, Any]:
    """The window for so many seconds, in this process; the session's figures."""
    from livepitch.gui.app import run_window
    from livepitch.realtime.paced import DemoVoice
    from livepitch.realtime.session import Session

    sessions: list[Session] = []

    def make(*arguments: Any, **options: Any) -> Session:
        sessions.append(Session(*arguments, **options))
        return sessions[-1]

    sys.setswitchinterval(interval / 1e3)
    end = time.monotonic() + seconds
    with LOADS[load]():
        cpu = time.process_time()
        run_window(DemoVoice(), model, make_stream=make, until=lambda: time.monotonic() >= end)
    stats = sessions[-1].stats
    stages = {name: asdict(span) for name, span in stats.stages.items()}
    counts = {"frames": stats.frames, "late": stats.late, "skipped": stats.skipped, "xruns": stats.xruns}
    return {"interval_ms": interval, "cpu": (time.process_time() - cpu) / seconds, "stages": stages, **counts}


def markdown(runs: list[dict[str, Any]]) -> str:
    """For each interval the median over its runs of each figure; counts are summed."""
    heads = [f"{name} {' / '.join(SPANS)}" for name in STAGES]
    lines = [f"| interval ms | {' | '.join(heads)} | CPU % | late | skipped |"]
    lines.append("|---:|" + "---:|" * (len(STAGES) + 3))
    for interval in dict.fromkeys(run["interval_ms"] for run in runs):
        mine = [run for run in runs if run["interval_ms"] == interval]
        cells = []
        for stage in STAGES:
            spans = [[run["stages"].get(stage, {}).get(span, np.nan) for run in mine] for span in SPANS]
            cells.append(" / ".join(f"{np.nanmedian(values):.1f}" for values in spans))
        cells.append(f"{100 * np.median([run['cpu'] for run in mine]):.0f}")
        cells += [str(sum(run[name] for run in mine)) for name in ("late", "skipped")]
        lines.append(f"| {interval:g} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def main(
    seconds: Annotated[float, typer.Option(help="Of each run.", min=2)] = 10.0,
    rounds: Annotated[int, typer.Option(help="Runs of each interval, in turn.", min=1)] = 3,
    intervals: Annotated[str, typer.Option(help="Milliseconds.")] = "5,1,0.5",
    model: Annotated[str, typer.Option(help="A checkpoint.")] = "stream",
    load: Annotated[str, typer.Option(help="One of loads.py's `LOADS`, besides the window.")] = "none",
    one: Annotated[float | None, typer.Option(hidden=True)] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every figure there.")] = None,
) -> None:
    """A table: an interval per row, the median of its runs."""
    if one is not None:
        print(json.dumps(shown(seconds, one, model, load)))
        return
    runs, loads = [], [os.getloadavg()[0]]
    for _ in range(rounds):
        for interval in intervals.split(","):
            command = [sys.executable, __file__, "--one", interval, "--seconds", str(seconds), "--model", model]
            child = subprocess.run([*command, "--load", load], check=True, capture_output=True, text=True)
            runs.append(json.loads(child.stdout.splitlines()[-1]))
    loads.append(os.getloadavg()[0])
    print(f"Load average {loads[0]:.2f} at the beginning, {loads[1]:.2f} at the end (1 min).\n")
    print(markdown(runs))
    if json_file:
        everything = {"machine": describe_machine(), "loadavg_1min": loads, "runs": runs}
        json_file.write_text(json.dumps(everything, indent=1), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
