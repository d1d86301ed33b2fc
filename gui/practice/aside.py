"""Judges takes in a process beside the window, which has its model ready for as long as practice has the stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..takes.errands import Errands
from .opening import Opened

if TYPE_CHECKING:
    from ...practice.rehearsal.apart import Apart
    from ...practice.rehearsal.rehearsal import Rehearsal


class Aside:
    """Makes rehearsals that are judged there, one after another on the thread of `errands`."""

    def __init__(self, errands: Errands, complain: Callable[[str], None]) -> None:
        """complain: told in one sentence, on any thread, what is wrong with the file of progress."""
        self._errands, self._complain = errands, complain
        self._apart: Apart | None = None

    def rehearse(self, opened: Opened) -> Rehearsal:
        """A rehearsal whose takes are kept, and added to the singer's progress. Any thread."""
        from functools import partial

        from ...practice.progress.store import Progress
        from ...practice.rehearsal.apart import Apart
        from ...practice.rehearsal.kept import remember
        from ...practice.rehearsal.rehearsal import Rehearsal

        self._apart = self._apart or Apart()
        keep = partial(remember, progress=Progress(complain=self._complain))
        return Rehearsal(opened.steps, name=opened.name, keep=keep, judge=self._apart.judge)

    def warm(self) -> None:
        """Have the process ready by the time that a take ends."""
        if self._apart is not None:
            self._errands.run(self._apart.prepare)

    def rest(self) -> None:
        """End it, once what it does is done."""
        if self._apart is not None:
            self._errands.run(self._apart.close)

    def close(self) -> None:
        """End it, whatever it does."""
        if self._apart is not None:
            self._apart.close()
