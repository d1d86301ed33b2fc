"""The options about what is written that `track` and `export` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..export.formats import FORMATS
from ..export.options import Options
from .terminal import UsageError

Output = Annotated[
    Path | None, typer.Option("-o", "--output", help="A file, or a folder to put files in. [default: standard output]")
]
FormatName = Annotated[
    str | None,
    typer.Option("--format", help=f"What to write: {', '.join(FORMATS)}. [default: as -o ends, else csv]"),
]
Plot = Annotated[
    Path | None,
    typer.Option(
        help="Draw the pitch, too: a file ending in .svg or .png, or a folder. Alone, nothing else is written."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there already.")]
Tempo = Annotated[float, typer.Option(help="Quarter notes per minute of MIDI and MusicXML.", min=20, max=400)]
BendRange = Annotated[float, typer.Option(help="Semitones that MIDI's pitch bend reaches.", min=1, max=96)]
Lowest = Annotated[int, typer.Option(help="Lowest note that is written, as a MIDI number.", min=0, max=127)]
Highest = Annotated[int, typer.Option(help="Highest note that is written, as a MIDI number.", min=0, max=127)]
A4 = Annotated[float, typer.Option("--a4", help="Concert pitch of notes, Hz.", min=392, max=466)]


def chosen_options(tempo: float, bend_range: float, lowest: int, highest: int, a4: float) -> Options:
    """The options of what is written. UsageError where they contradict one another."""
    if lowest > highest:
        raise UsageError(f"--lowest {lowest} lies above --highest {highest}")
    return Options(a4, tempo, bend_range, lowest, highest)
