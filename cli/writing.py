"""What was sung, to files and to standard output."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..batch.work import Work
from ..export.exporting import expect_room, save
from ..export.formats import FORMATS
from ..export.options import Options
from ..export.sung import Sung
from ..model.errors import LivepitchError
from .terminal import quiet_pipe


def prepare(works: Sequence[Work], make: bool) -> None:
    """See to it that there are folders to write to, and `make` them, before hours of work depend on it."""
    for folder in dict.fromkeys(place.parent for work in works for place, _ in work.places):
        if make:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LivepitchError(f"{folder}: cannot be made ({error.strerror})") from error
    if not make:
        for place, _ in works[0].places:
            expect_room(place, overwrite=True)


def write_sung(sung: Sung, work: Work, options: Options, printed: str | None) -> None:
    """Write the files of `work` and, in the format `printed`, to standard output. LivepitchError."""
    for place, name in work.places:
        save(sung, place, FORMATS[name], options, overwrite=work.overwrite)
    if printed is not None:
        with quiet_pipe():
            FORMATS[printed].write(sung, sys.stdout.buffer, options)
