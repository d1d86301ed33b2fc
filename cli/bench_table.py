"""A bench record on screen: a table of the stages, a line for each other figure, two records side by side."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..bench.machine import machine_line

if TYPE_CHECKING:
    from rich.table import Table

    from ..bench.compare import Comparison, Row
    from ..bench.record import Record

BESIDE = ("p50 before", "now", "change", "p95 before", "now", "change", "p99 before", "now", "change")
PIPED = 120  # columns where there is no terminal to ask
MEANINGS = {
    "lookahead": "sound that must follow a moment before it can be judged",
    "input": "the rest of the block, and the device",
    "wait": "until the engine takes the block up",
    "mel": "resampling and spectrum",
    "network": "the model",
    "decode": "from its answer to a pitch",
    "out": "giving the pitch out",
    "draw": "until the screen has been painted",
    "compute": "mel to out, for each block",
    "sound to frame": "from a sound to its pitch",
    "sound to paint": "from a sound to the picture of its pitch",
}


def print_record(record: Record) -> None:
    """The figures of one run on standard output."""
    table = _grid(("milliseconds", "p50", "p95", "p99", "max", ""))
    ways = ("compute", "sound to frame", "sound to paint")
    spans = {**record["stages"], **{way: record[f"{way.replace(' ', '_')}_ms"] for way in ways}}
    for name, span in spans.items():
        if span is not None:
            if name == "compute":
                table.add_section()
            table.add_row(name, *(f"{span[key]:.2f}" for key in ("p50", "p95", "p99", "max")), MEANINGS[name])
    _print(_heading(record), table, *_lines(record))


def print_comparison(comparison: Comparison, path: str) -> None:
    """Two records side by side on standard output, and what was not the same about them."""
    spans, figures = _grid(("milliseconds", *BESIDE)), _grid(("", "before", "now", "change"))
    for name, rows in comparison.spans.items():
        cells = [cell for row in rows for cell in (_figure(row, row.old), _figure(row, row.new), _change(row))]
        spans.add_row(name, *cells)
    for row in comparison.rows:
        figures.add_row(row.name, _figure(row, row.old), _figure(row, row.new), _change(row))
    told = [f"not the same: {phrase}" for phrase in comparison.differences]
    told += [f"worse: {phrase}" for phrase in comparison.regressions] or ["nothing is worse by more than chance"]
    _print(f"\nagainst {path}\n", spans, "", figures, *told)


def _heading(record: Record) -> str:
    settings, mlx = record["settings"], record["machine"]["mlx"] or {}
    blocks = f"blocks of {settings['blocksize']}" if settings["blocksize"] else "blocks of its own choice"
    window = "with the window" if settings["gui"] else "no window"
    device = f"MLX {mlx.get('backend') or 'not started'}"
    return (
        f"{machine_line(record['machine'])}\n{record['model']['name']} on {device}, {settings['source']} at "
        f"{settings['sample_rate']} Hz in {blocks}, hop {settings['hop']}, {window}, {record['seconds']:.1f} s\n"
    )


def _lines(record: Record) -> list[str]:
    counts = ", ".join(
        f"{record[name]} {name}" for name in ("frames", "late", "xruns", "skipped", "dropped", "restarts")
    )
    memory, load = record["memory"], record["load"]
    slope = memory["slope_mb_per_minute"]
    grown = f" ({slope:+.2f} MB a minute)" if slope is not None else ""
    others = f", other programs {load['other_cores']:.2f}" if load["other_cores"] is not None else ""
    return [
        f"algorithmic latency {_ms(record['algorithmic_latency_ms'])}, RTF {_plain(record['rtf'], 3)}",
        counts,
        f"memory {_plain(memory['begin_mb'], 0)} to {_plain(memory['end_mb'], 0)} MB{grown}; cores busy: "
        f"livepitch {_plain(load['own_cores'], 2)}{others}, of {load['cores']}",
    ]


def _grid(columns: tuple[str, ...]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for place, name in enumerate(columns):
        words = place == 0 or not name
        table.add_column(name, justify="left" if words else "right", overflow="fold")
    return table


def _print(*parts: object) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else PIPED, highlight=False, markup=False)
    for part in parts:
        console.print(part)


def _figure(row: Row, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if isinstance(value, int) else f"{value:.2f}"


def _change(row: Row) -> str:
    return "" if row.change is None else f"{row.change:+.0f} %"


def _ms(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f} ms"


def _plain(value: float | None, digits: int) -> str:
    return "unknown" if value is None else f"{value:.{digits}f}"
