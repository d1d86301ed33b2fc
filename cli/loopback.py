"""The half of `livepitch bench` behind --loopback: play a sound, hear it, say how long it took."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.errors import LivepitchError
from .settings import chosen_device
from .terminal import load_blas, one_line_errors, progress_bar, quiet_pipe, say

if TYPE_CHECKING:
    from ..bench.loopback_report import Loopback
    from ..model.registry import Model

KIND = "livepitch bench --loopback"
SCHEMA = 1
PIPED = 120  # columns where there is no terminal to ask
BAR = 2  # times a second that the progress bar is drawn: drawing it takes the interpreter from the engine


def loopback(
    input: str | None, output: str | None, seconds: float, model: str, json_file: Path | None, debug: bool
) -> None:
    """Play clicks and sirens through an output, hear them through an input, and print how long a sound takes.

    input, output: number or part of a name, None for the system's default. Ends the program with exit code 1
    where nothing comes back, or a device, the model or the file cannot be used.
    """
    with one_line_errors(debug):
        if json_file is not None and not json_file.parent.is_dir():
            raise LivepitchError(f"{json_file}: cannot be written, there is no folder {json_file.parent}")
        load_blas()
        from ..bench.loopback import run_loopback
        from ..model.registry import load_model
        from ..realtime.playing.loudspeaker import Loudspeaker
        from ..realtime.source import Microphone

        loaded = load_model(model)
        source, loudspeaker = Microphone(chosen_device(input)), Loudspeaker(chosen_device(output))
        with progress_bar("playing and listening", BAR) as progress:
            result = run_loopback(source, loudspeaker, loaded, seconds=seconds, progress=progress)
        if json_file is not None:
            _write(result, loaded, json_file)
        for warning in result.warnings:
            say(warning)
        with quiet_pipe():
            _print(result)


def _write(result: Loopback, model: Model, path: Path) -> None:
    from ..bench.machine import describe_machine, versions
    from ..bench.record import write_record
    from ..model.device import describe_device

    record = {
        "kind": KIND,
        "schema": SCHEMA,
        "when": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": describe_machine(describe_device()),
        "versions": versions(),
        "model": {"name": model.name, "causal": model.causal},
        "loopback": result.json(),
    }
    write_record(record, path)


def _print(result: Loopback) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("milliseconds")
    for name in ("p50", "p95", "min..max"):
        table.add_column(name, justify="right")
    table.add_column("")
    for row in result.rows():
        table.add_row(*row)
    console = Console(width=None if sys.stdout.isatty() else PIPED, highlight=False, markup=False)
    console.print(f"{result.output} at {result.output_rate} Hz -> {result.input} at {result.input_rate} Hz\n")
    console.print(table)
    console.print(f"\n{result.sentence()}")
