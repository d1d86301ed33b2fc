"""What may wait, such as a device or a judge, done on another thread for the rehearsal that has the stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..takes.errands import Errands

if TYPE_CHECKING:
    from ...practice.rehearsal.rehearsal import Rehearsal


class Waiting:
    """One thing at a time; the rehearsal is left alone until it is done."""

    def __init__(self, errands: Errands, current: Callable[[], Rehearsal | None]) -> None:
        self._errands, self._current = errands, current
        self.busy = False

    def run(self, work: Callable[[], object], then: Callable[..., object], refused: Callable[[str], object]) -> None:
        """Do it; its result goes to `then`, a sentence about its error to `refused`, unless another has the stage."""
        self.busy, rehearsal = True, self._current()

        def if_current(told: Callable[..., object]) -> Callable[..., object]:
            def tell(what: object) -> None:
                if rehearsal is self._current():
                    self.busy = False
                    told(what)

            return tell

        self._errands.run(work, if_current(then), if_current(refused))
