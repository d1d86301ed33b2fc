"""One recording, from its sound to files of its pitch: what a process of many, on this machine or another, is given."""

from __future__ import annotations

import os
from pathlib import Path

from ..export.exporting import chosen_format, expect_room
from ..export.options import Options
from ..realtime.frame import Settings
from .work import Progress, Recipe, Work, do


def track_file(
    path: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    format: str | None = None,
    picture: str | os.PathLike[str] | None = None,
    model: str | Path = "rmvpe-small",
    stream: bool = False,
    settings: Settings | None = None,
    options: Options | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Track a recording and write its pitch to a file; arguments and result travel to other processes and machines.

    The model stays loaded for the next file of the same process. Several threads may call this at once.

    Args:
        path: an audio file.
        target: the file to write; it appears when it is complete.
        format: a name from the list of formats; None for what the ending of `target` means.
        picture: a file ending in .svg or .png to draw the pitch into, too.
        model: a name, or a checkpoint's file; "stream" is usual with `stream`.
        stream: whether to run through the streaming tracker exactly as live would.
        settings: thresholds, windows and gate.
        options: tempo, bend range and the like of what is written.
        overwrite: whether files that are there already may be replaced.
        progress: called with the finished share, 0..1, on this thread; it does not travel.

    Returns:
        `target`.

    Raises:
        LivepitchError: a recording that cannot be read, no such model or format, a file that cannot be written or that
            is there already; in one line that names the file.

    """
    from ..realtime.engine.apart import read_audio_apart

    wanted = [(Path(target), format), *([(Path(picture), None)] if picture else [])]
    places = tuple((place, chosen_format(place, name).name) for place, name in wanted)
    for place, _ in places:
        expect_room(place, overwrite=overwrite)
    recipe = Recipe(str(model), stream, settings or Settings(), options or Options())
    do(Work(Path(path), places, overwrite), recipe, read_audio_apart, progress)
    return Path(target)
