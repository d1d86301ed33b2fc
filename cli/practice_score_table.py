"""A take's score on standard output: a line, a table of its notes, what to work on; for several takes one table."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ..practice.scoring.result import NoteScore, TakeScore

PIPED = 120  # columns where there is no terminal to ask
NONE = "–"
ROOMY = 66  # columns from which scoop, drift and vibrato are shown, too
SHIFTED = 0.02  # s from which it is worth a word


def print_score(recording: Path, score: TakeScore) -> None:
    """Everything about one take."""
    console = _console()
    names = f"{recording.name} against {score.target}"
    console.print(f"[bold]{score.score:.1f}[/bold] of 100   {_escaped(names)}")
    console.print(_notes(score, console.width))
    points = score.ultrastar
    if points is not None:
        parts = f"{points.notes} notes, {points.golden} golden, {points.line_bonus} lines"
        console.print(f"UltraStar: {points.total} points ({parts})")
    for line in (*_placed(score), *score.advice):
        console.print(_escaped(line))


def print_scores(takes: Sequence[tuple[Path, TakeScore]]) -> None:
    """One line for each take."""
    console = _console()
    table = _grid("take", "score", "hit", "work on")
    for recording, score in takes:
        counted = [note for note in score.notes if note.target.scored]
        hits = f"{sum(note.hit for note in counted)}/{len(counted)}"
        table.add_row(_escaped(recording.name), f"{score.score:.1f}", hits, _escaped(_first_work(score)))
    if takes:
        console.print(table)


def _first_work(score: TakeScore) -> str:
    """The sentence that matters most beside the first."""
    return score.advice[1] if len(score.advice) > 1 else score.advice[0]


def _notes(score: TakeScore, width: int) -> Table:
    from ..practice.naming import NoteNames

    names = NoteNames(key=score.key)
    columns = dict(COLUMNS if width >= ROOMY else list(COLUMNS)[:4])
    lyrics = any(note.target.lyric.strip() for note in score.notes)
    table = _grid("", "note", *(["lyric"] if lyrics else []), "", *columns)
    for number, note in enumerate(score.notes, 1):
        midi = note.target.midi
        name = NONE if math.isnan(midi) else names.name(round(midi))
        lyric = [_escaped(note.target.lyric.strip())] if lyrics else []
        cells = [column(note) for column in columns.values()] if note.target.scored else [NONE] * len(columns)
        table.add_row(str(number), name, *lyric, _mark(note), *cells)
    return table


def _mark(note: NoteScore) -> str:
    if not note.target.scored:
        return ""
    return "[green]✓[/green]" if note.hit else "[red]✗[/red]"


def _placed(score: TakeScore) -> list[str]:
    """What was taken out before timing was judged."""
    found = []
    if abs(score.shift) >= SHIFTED:
        side = "later" if score.shift > 0 else "earlier"
        found.append(f"The recording lies {abs(score.shift):.2f} s {side} than the target; that was taken out.")
    if abs(score.tempo - 1) > 0.001:
        side = "faster" if score.tempo > 1 else "slower"
        found.append(f"It is {100 * abs(score.tempo - 1):.1f} % {side} than the target; that was taken out, too.")
    return found


def _signed(value: float) -> str:
    return NONE if math.isnan(value) else f"{round(value) or 0:+d}".replace("-", "−").replace("+0", "0")


def _vibrato(note: NoteScore) -> str:
    return NONE if math.isnan(note.vibrato_rate) else f"{note.vibrato_rate:.1f} Hz ±{note.vibrato_extent:.0f}"


def _share(value: float) -> str:
    return NONE if math.isnan(value) else f"{100 * value:.0f} %"


COLUMNS: tuple[tuple[str, Callable[[NoteScore], str]], ...] = (
    ("points", lambda note: f"{100 * note.points:.0f}"),
    ("cents", lambda note: _signed(note.cents_off)),
    ("late ms", lambda note: _signed(1000 * note.onset_delay)),
    ("held", lambda note: _share(note.held)),
    ("spread", lambda note: NONE if math.isnan(note.spread_cents) else f"{note.spread_cents:.0f}"),
    ("drift", lambda note: _signed(note.drift_cents)),
    ("scoop", lambda note: _signed(note.scoop_cents)),
    ("vibrato", _vibrato),
)


def _console() -> Console:
    import sys

    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPED)


def _grid(*headings: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        left = heading in ("note", "lyric", "take", "work on", "")
        table.add_column(heading, justify="left" if left else "right", overflow="fold")
    return table


def _escaped(text: str) -> str:
    from rich.markup import escape

    from ..model.errors import printable

    return escape(printable(text))
