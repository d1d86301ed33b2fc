"""`livepitch parity`: RMVPE in MLX against PyTorch, component by component."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..model.device import BACKENDS, choose_backend
from ..model.errors import LivepitchError
from ..parity.pytorch import about_torch, load_torch
from .terminal import FAILED, Debug, UsageError, load_blas, one_line_errors, progress_bar, quiet_pipe, say

if TYPE_CHECKING:
    from ..parity.clips import Clip
    from ..parity.compare import Pair, Table
    from ..parity.difference import Row

TF32 = "MLX_ENABLE_TF32"
WIDEST = 1000  # columns; no view comes near it


def parity(
    checkpoint: Annotated[str, typer.Argument(help="An RMVPE: a name of `livepitch weights list`, or a file.")],
    audio: Annotated[list[Path] | None, typer.Argument(help="Voices to compare on. [default: the demo voice]")] = None,
    backend: Annotated[str | None, typer.Option(help="Where MLX runs: cpu or gpu. [default: MLX's own]")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all figures there.")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Also show every layer in order.")] = False,
    padding: Annotated[bool, typer.Option("--padding", help="Also show the edges of every level.")] = False,
    batchnorm: Annotated[bool, typer.Option("--batchnorm", help="Also show each BatchNorm's statistics.")] = False,
    gru: Annotated[bool, typer.Option("--gru", help="Also show how the GRU's difference grows.")] = False,
    seeded: Annotated[bool, typer.Option("--seeded", help="Only write a seeded checkpoint to CHECKPOINT.")] = False,
    seed: Annotated[int, typer.Option(help="With --seeded: another seed gives other weights.", min=0)] = 0,
    half: Annotated[bool, typer.Option("--half", help="With --seeded: in half precision.")] = False,
    debug: Debug = False,
) -> None:
    """Compare an RMVPE in MLX with PyTorch, component by component; needs livepitch[parity].

    The exit code is 1 where a difference exceeds its bound. Differences of activations are relative to their RMS.
    With --seeded it makes a checkpoint of the published size whose weights are random, calibrated on the voices.
    """
    if backend not in (None, *BACKENDS):
        raise UsageError(f"--backend {backend}: it can be {', '.join(BACKENDS)}")
    views = {"trace": trace, "padding": padding, "batchnorm": batchnorm, "gru": gru}
    with one_line_errors(debug):
        load_torch()  # first: see there
        clips = _clips(audio or [])
        if seeded:
            _write_seeded(Path(checkpoint), clips, seed, half)
            return
        _tell_of_tf32()
        load_blas()
        device = choose_backend(backend)
        pair = _pair(checkpoint)
        passed = _compare(pair, clips, device, [name for name, wanted in views.items() if wanted], json_file)
    raise typer.Exit(0 if passed else FAILED)


def _tell_of_tf32() -> None:
    """`model/backend.py` turns it off, but not over a person's own choice."""
    if _tf32():
        say(f"{TF32}={os.environ[TF32]}: on CUDA products keep 10 bits and the bounds do not hold; set it to 0")


def _tf32() -> bool:
    return os.environ.get(TF32, "0") != "0"


def _clips(audio: list[Path]) -> list[Clip]:
    from ..parity.clips import Clip
    from ..realtime.demo import demo_phrase
    from ..realtime.engine.apart import read_audio_apart

    return [Clip(path.stem, read_audio_apart(path)) for path in audio] or [Clip("demo voice", demo_phrase(16_000)[0])]


def _pair(checkpoint: str) -> Pair:
    from ..model.registry import load_model
    from ..parity.compare import Pair

    return Pair(load_model(checkpoint).checkpoint)


def _write_seeded(path: Path, clips: list[Clip], seed: int, half: bool) -> None:
    from ..parity.seeded import checked_target, seeded_checkpoint, write_seeded

    checked_target(path)
    checkpoint = seeded_checkpoint([clip.mel for clip in clips], seed=seed)
    write_seeded(path, checkpoint, half)
    typer.echo(f"{path}: written, seed {seed}; `livepitch parity {path}` compares it")


def _compare(pair: Pair, clips: list[Clip], device: str, wanted: list[str], json_file: Path | None) -> bool:
    from ..parity.compare import compare
    from ..parity.difference import BOUNDS
    from ..parity.views import VIEWS

    views = {name: VIEWS[name](pair) for name in wanted}
    rows: list[Row] = []
    with quiet_pipe():
        out = sys.stdout  # a bar on the terminal puts something of its own in its place
        about = _about(pair, clips, device)
        print(*_heading(about), sep="\n", flush=True)
        with progress_bar("comparing") as progress:
            for row in compare(pair, clips, BOUNDS[device], list(views.values()), progress):
                for line in _lines(row, rows[-1] if rows else None):
                    print(line, file=None if out.isatty() else out, flush=True)
                rows.append(row)
        tables = {name: view.tables() for name, view in views.items()}
        for table in (table for found in tables.values() for table in found):
            _show(table)
        failed = [row for row in rows if not row.passed]
        print(
            f"\n{len(failed)} of {len(rows)} beyond their bound" if failed else f"\nall {len(rows)} within their bounds"
        )
    if json_file:
        _write_json(json_file, about, rows, tables)
    return not failed


def _about(pair: Pair, clips: list[Clip], device: str) -> dict[str, Any]:
    checkpoint = pair.checkpoint
    return {
        "checkpoint": checkpoint.name,
        "config": asdict(checkpoint.config),
        "parameters": sum(value.size for name, value in checkpoint.weights.items() if "running_" not in name),
        "threshold": checkpoint.threshold,
        "release": checkpoint.release,
        "ours": {"mlx": version("mlx"), "device": device, "tf32": device == "gpu" and _tf32()},
        "reference": about_torch(),
        "clips": [{"name": clip.name, "frames": len(clip.mel)} for clip in clips],
    }


def _heading(about: dict[str, Any]) -> Iterator[str]:
    clips = about["clips"]
    frames = sum(clip["frames"] for clip in clips)
    yield f"{about['checkpoint']}: {about['parameters']:,} parameters, {frames:,} frames of {_counted(clips, 'clip')}"
    ours, reference = about["ours"], about["reference"]
    yield f"MLX {ours['mlx']} ({ours['device']}) against PyTorch {reference['torch']} (cpu, float32)"
    yield f"\n{'':<32} {'max':>9} {'RMS':>9} {'bound':>9}"


def _counted(things: list[Any], what: str) -> str:
    return f"{len(things)} {what}{'s' if len(things) > 1 else ''}"


def _lines(row: Row, before: Row | None) -> Iterator[str]:
    if before is None or before.group != row.group:
        yield row.group
    rms = "" if row.rms is None else f"{row.rms:.1e}"
    counted = row.rms is None
    largest = f"{row.max:.0f}" if counted else f"{row.max:.1e}"
    bound = "-" if row.bound is None else f"{row.bound:.0f}" if counted else f"{row.bound:.0e}"
    verdict = "" if row.bound is None else "pass" if row.passed else "FAIL"
    if verdict and sys.stdout.isatty():
        verdict = typer.style(verdict, fg="green" if row.passed else "red")
    yield f"  {row.component:<30} {largest:>9} {rms:>9} {bound:>9} {row.unit:<7} {verdict:<4}  {row.detail}".rstrip()


def _show(table: Table) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as Grid

    grid = Grid(title=table.title, title_justify="left", box=box.SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    for i, column in enumerate(table.columns):
        grid.add_column(column.replace(" ", "\n") if i else column, justify="right" if i else "left", no_wrap=True)
    for cells in table.rows:
        grid.add_row(*(f"{cell:.1e}" if isinstance(cell, float) else str(cell) for cell in cells))
    # A terminal too narrow for a line may wrap it; rich would cut the figures.
    Console(width=Console(width=WIDEST).measure(grid).maximum).print(grid)


def _write_json(path: Path, about: dict[str, Any], rows: list[Row], tables: dict[str, list[Table]]) -> None:
    record = {
        **about,
        "passed": all(row.passed for row in rows),
        "rows": [{**asdict(row), "passed": row.passed} for row in rows],
        "views": {name: [table._asdict() for table in found] for name, found in tables.items()},
    }
    try:
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise LivepitchError(f"{path}: cannot be written ({error.strerror})") from error
