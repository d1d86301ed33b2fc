"""`livepitch export`: pitch that was tracked or recorded before, in other formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..model.errors import LivepitchError
from .format_options import A4, BendRange, Force, FormatName, Highest, Lowest, Output, Plot, Tempo, chosen_options
from .terminal import FAILED, Debug, UsageError, one_line_errors, tell


def export(
    pitch: Annotated[
        list[Path],
        typer.Argument(help="CSV files of livepitch, or recordings that have theirs beside them.", metavar="TAKE..."),
    ],
    output: Output = None,
    format: FormatName = None,
    plot: Plot = None,
    force: Force = False,
    start: Annotated[float | None, typer.Option(help="Leave out what comes before this second.", min=0)] = None,
    end: Annotated[float | None, typer.Option(help="Leave out what comes after this second.", min=0)] = None,
    tempo: Tempo = 120,
    bend_range: BendRange = 2,
    lowest: Lowest = 0,
    highest: Highest = 127,
    a4: A4 = 440,
    debug: Debug = False,
) -> None:
    """Write pitch that is known already in another format, without tracking it again.

    Times in what is written count from --start.
    """
    if start is not None and end is not None and start > end:
        raise UsageError(f"--start {start:g} is later than --end {end:g}")
    options = chosen_options(tempo, bend_range, lowest, highest, a4)
    from ..batch.kept import kept_pitch, part
    from .destinations import Asked, Found, work_on_many, work_on_one
    from .writing import prepare, write_sung

    asked, several = Asked(output, format, plot, force), len(pitch) > 1
    with one_line_errors(debug):
        works = work_on_many([Found(path) for path in pitch], asked)[1] if several else [work_on_one(pitch[0], asked)]
        prepare(works, make=several)
        failed = False
        for work in works:
            try:
                sung = part(kept_pitch(work.path), start, end)
                write_sung(sung, work, options, asked.name if asked.printed else None)
            except LivepitchError as error:  # noqa: PERF203 # the others are written
                tell(error, debug)
                failed = True
    raise typer.Exit(FAILED if failed else 0)
