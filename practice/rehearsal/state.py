"""Where a practice is."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """The states of a `Rehearsal`."""

    READY = "ready"
    """The step can begin."""
    COUNT_IN = "count-in"
    SINGING = "singing"
    JUDGING = "judging"
    """The take is over; its result is not there yet."""
    RESULT = "result"


UNDER_WAY = (State.COUNT_IN, State.SINGING)
AT_REST = (State.READY, State.RESULT)
