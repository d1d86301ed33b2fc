"""One step of an exercise, and what a singer may choose about the steps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..scales import Key
from ..target.target import Target

TEMPOS = (20.0, 300.0)  # beats a minute


class Course(str, Enum):
    """Where the steps of an exercise go, by semitone."""

    UP_AND_DOWN = "up and down"
    """From the start up to the top, then down to the bottom."""
    UP = "up"
    """From the start up to the top."""
    DOWN = "down"
    """From the start down to the bottom."""
    DOWN_AND_UP = "down and up"
    """From the start down to the bottom, then up to the top."""


@dataclass(frozen=True)
class Options:
    """What the singer may choose; ValueError for what cannot be."""

    tempo: float | None = None
    """Beats a minute, 20 to 300; None: the exercise's own."""
    repeats: int = 1
    """How often each step is sung."""
    course: Course | None = None
    """None: the exercise's own."""
    key: int | None = None
    """Pitch class (C = 0) of the first tonic; None: a comfortable one."""
    most: int | None = None
    """Most steps, before they are repeated; None: as many as there are, ten where they are drawn by lot."""
    seed: int = 0
    """Another seed draws other notes, for ear training."""

    def __post_init__(self) -> None:
        if self.tempo is not None and not TEMPOS[0] <= self.tempo <= TEMPOS[1]:
            raise ValueError(f"tempo must be {TEMPOS[0]:g} to {TEMPOS[1]:g} beats a minute, not {self.tempo:g}")
        if self.repeats < 1:
            raise ValueError(f"repeats must be 1 or more, not {self.repeats}")
        if self.key is not None and self.key not in range(12):
            raise ValueError(f"key must be a pitch class from 0 to 11, not {self.key}")
        if self.most is not None and self.most < 1:
            raise ValueError(f"most must be 1 or more, not {self.most}")


@dataclass(frozen=True)
class Step:
    """One thing to sing; with its target it says all that sounds and shows."""

    target: Target
    title: str
    """As "Five-note scale, B♭ major"; it gives no hidden note away."""
    spoken: str
    """What to do, in a sentence or two."""
    number: int
    """Of the exercise's steps, from 1."""
    key: Key
    """For the names of notes."""
    tempo: float
    """Beats a minute."""
    bar: int
    """Beats to the bar."""
    cue: tuple[float, ...]
    """MIDI numbers that sound together during the count-in: the note to begin from, or a chord."""
    guide: bool = True
    """Whether the guide sounds under the sung notes, unless the singer chooses otherwise."""
    hidden: bool = False
    """Whether the notes to be sung stay off the screen until they have been sung."""
    drone_midi: float | None = None
    """What sounds throughout."""
