"""Finding a singer's range at the terminal."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from .terminal import say

if TYPE_CHECKING:
    from ..realtime.session import Session

LOOK = 0.02  # s between two looks at what was sung


def find_range(session: Session, save: bool) -> None:
    """Lead the singer down and up, say what was found and remember it. Ctrl-C: it goes no further that way."""
    from ..practice.exercise.range_finder import RangeFinder
    from ..practice.progress.store import Progress
    from ..practice.rehearsal.singer import remember_range

    finder, said = RangeFinder(), ""
    while not finder.done:
        if finder.sentence != said:
            said = finder.sentence
            typer.echo(said)
        try:
            for frame in session.frames():
                finder.hear(frame)
            time.sleep(LOOK)
        except KeyboardInterrupt:
            if finder.range is None:
                raise typer.Exit from None  # nothing was sung
            finder.enough()
    found = finder.range
    assert found is not None
    typer.echo(finder.sentence)
    if save:
        say(f"remembered in {remember_range(found)}")
        Progress(complain=say).add_range(found.low, found.high, datetime.now())
