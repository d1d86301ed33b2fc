"""`livepitch track`: files of audio in, files of pitch out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .format_options import A4, BendRange, Force, FormatName, Highest, Lowest, Output, Plot, Tempo, chosen_options
from .settings import Context, Hop, Lookahead, Threshold, chosen_settings
from .terminal import FAILED, Debug, UsageError, load_blas, one_line_errors


def track(
    audio: Annotated[list[Path], typer.Argument(help="Audio files (wav, flac, ogg, mp3, aiff), or folders of them.")],
    output: Output = None,
    format: FormatName = None,
    plot: Plot = None,
    force: Force = False,
    tempo: Tempo = 120,
    bend_range: BendRange = 2,
    lowest: Lowest = 0,
    highest: Highest = 127,
    a4: A4 = 440,
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", help="Files tracked at once. [default: one for each core]", min=1)
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="A name, or a file. [default: rmvpe-small; stream with --stream]"),
    ] = None,
    stream: Annotated[
        bool, typer.Option("--stream", help="Run through the streaming tracker exactly as live would.")
    ] = False,
    threshold: Threshold = None,
    context: Context = None,
    lookahead: Lookahead = None,
    hop: Hop = None,
    debug: Debug = False,
) -> None:
    """Write the pitch of audio files, every 10 ms, or their notes.

    Several files go to a folder; where that is interrupted, the same command goes on with what is left.
    """
    if not stream and not (context is None and lookahead is None and hop is None):
        raise UsageError("--context, --lookahead and --hop are about windows of a stream: give --stream too")
    options = chosen_options(tempo, bend_range, lowest, highest, a4)
    from ..batch.work import Recipe, loaded_model
    from .destinations import Asked, found_recordings, work_on_many, work_on_one
    from .tracking import track_many, track_one
    from .writing import prepare

    asked = Asked(output, format, plot, force)
    with one_line_errors(debug):
        recordings, several = found_recordings(audio)
        folder, works = work_on_many(recordings, asked) if several else (None, [work_on_one(audio[0], asked)])
        prepare(works, make=several)
        load_blas()
        name = model or ("stream" if stream else "rmvpe-small")
        settings = chosen_settings(loaded_model(name), threshold, context, lookahead, hop)
        recipe = Recipe(name, stream, settings, options)
    if folder is None:
        track_one(works[0], recipe, asked.name if asked.printed else None, debug)
    elif track_many(folder, works, recipe, jobs, debug):
        raise typer.Exit(FAILED)
