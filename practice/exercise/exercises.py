"""The exercises, in the order in which they are listed."""

from __future__ import annotations

from difflib import get_close_matches

from ...model.errors import LivepitchError
from .exercise import Exercise, Group
from .listening import CALLS, DRONES, EARS, RANGES
from .melodic import ARPEGGIOS, INTERVAL_EXERCISES, SCALE_EXERCISES
from .step import Course, Options, Step
from .technique import ARTICULATION, DYNAMICS, SIRENS, VIBRATO, WARM_UPS
from .vocal_range import VocalRange

__all__ = ["EXERCISES", "Course", "Exercise", "Group", "Options", "Step", "VocalRange", "by_group", "find"]

EXERCISES: tuple[Exercise, ...] = (
    *WARM_UPS,
    *SCALE_EXERCISES,
    *ARPEGGIOS,
    *INTERVAL_EXERCISES,
    *SIRENS,
    *DYNAMICS,
    *ARTICULATION,
    *VIBRATO,
    *DRONES,
    *CALLS,
    *EARS,
    *RANGES,
)


def by_group() -> dict[Group, tuple[Exercise, ...]]:
    """The exercises of each group, both in the order in which they are listed."""
    return {group: tuple(exercise for exercise in EXERCISES if exercise.group is group) for group in Group}


def find(name: str) -> Exercise:
    """The exercise with an id; LivepitchError for a name that none has, with those that are like it."""
    exercises = {exercise.id: exercise for exercise in EXERCISES}
    if name in exercises:
        return exercises[name]
    near = get_close_matches(name, exercises, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "`livepitch practice list` names all."
    raise LivepitchError(f"no exercise is called {name}; {hint}")
