"""`livepitch practice list`: what there is to sing."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .terminal import Debug, one_line_errors, quiet_pipe

if TYPE_CHECKING:
    from ..practice.exercise.exercise import Exercise


def list_exercises(
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
    debug: Debug = False,
) -> None:
    """List the exercises, by what they train."""
    from ..practice.exercise.exercises import EXERCISES

    with one_line_errors(debug), quiet_pipe():
        if as_json:
            json.dump([_record(exercise) for exercise in EXERCISES], sys.stdout, indent=1, ensure_ascii=False)
            print()
        else:
            _print(EXERCISES)


def _record(exercise: Exercise) -> dict[str, Any]:
    return {
        "id": exercise.id,
        "title": exercise.title,
        "group": exercise.group.value,
        "sentence": exercise.sentence,
        "tempo": exercise.tempo,
    }


def _print(exercises: tuple[Exercise, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for number, (group, members) in enumerate(groupby(exercises, key=lambda exercise: exercise.group)):
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, style="bold", min_width=20)
        table.add_column()
        for exercise in members:
            table.add_row(exercise.id, exercise.sentence)
        console.print(f"{chr(10) if number else ''}[underline]{group.value}[/underline]")
        console.print(table)
    console.print("\nSing one: livepitch practice run NAME. A song: livepitch practice run FILE.")
