"""What the singer chose: concert pitch, temperament, key, names, instrument and voice, as one value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..model.errors import LivepitchError
from .instruments import INSTRUMENTS
from .naming import STYLES, NoteNames, degree_name
from .scala import read_scala
from .scales import CHROMATIC, Key
from .temperament import TEMPERAMENTS, Temperament
from .tuning import MIDDLE_C, Tuning
from .voices import VOICES

LOWEST_A4, HIGHEST_A4 = 392.0, 466.0  # Hz, a tone below 440 to a semitone above
SCALA = "scala"  # the temperament that is read from the file `scala`


@dataclass(frozen=True)
class Music:
    """The music settings. `a4` in Hz; others are ids of TEMPERAMENTS or "scala", STYLES, INSTRUMENTS, VOICES.

    A Scala file is read once, when the settings are made: ScalaError where it cannot be. `scala` may hold a path that
    another temperament leaves unused. The temperament's root is the key's. ValueError, naming it, for a bad value.
    """

    a4: float = 440.0
    temperament: str = "equal"
    scala: str = ""
    key: Key = CHROMATIC
    names: str = "english"
    instrument: str = "concert"
    voice: str = "any"

    def __post_init__(self) -> None:
        if not LOWEST_A4 <= self.a4 <= HIGHEST_A4:
            raise ValueError(f"a4 must be {LOWEST_A4:.0f} to {HIGHEST_A4:.0f} Hz, not {self.a4}")
        _check("temperament", self.temperament, [*TEMPERAMENTS, SCALA])
        _check("names", self.names, STYLES)
        _check("instrument", self.instrument, INSTRUMENTS)
        _check("voice", self.voice, VOICES)
        _ = self.tuning  # reads the Scala file now: later nobody expects an error

    @cached_property
    def tuning(self) -> Tuning:
        """Where the notes lie."""
        return Tuning(self.a4, self._temperament(), self.key.root)

    @cached_property
    def note_names(self) -> NoteNames:
        """What the notes are called in tunings with twelve of them; `name` serves every tuning."""
        return NoteNames(self.names, self.key, self.transposition)

    @property
    def transposition(self) -> int:
        """Semitones by which the written note lies above the sounding one."""
        return INSTRUMENTS[self.instrument].transposition

    def name(self, note: int, octave: bool = True) -> str:
        """Name of a note of this tuning: as written for the instrument, or by degree where there are not twelve."""
        if self.tuning.twelve:
            return self.note_names.name(note, octave)
        return degree_name(note, self.tuning.temperament, octave)

    def contains(self, note: int) -> bool:
        """Whether a note of this tuning belongs to the key; where there are not twelve, all do."""
        return not self.tuning.twelve or self.key.contains(note)

    def tonic(self, note: int) -> bool:
        """Whether a note of this tuning is the tonic; where there are not twelve, the temperament's first degree."""
        if self.tuning.twelve:
            return self.key.tonic(note)
        return (note - MIDDLE_C) % len(self.tuning.temperament.cents) == 0

    def to_dict(self) -> dict[str, str | float | int]:
        """Plain values for a settings file, the key as `root` and `scale`."""
        return {
            "a4": self.a4,
            "root": self.key.root,
            "scale": self.key.scale,
            "names": self.names,
            "instrument": self.instrument,
            "voice": self.voice,
            "scala": self.scala,
            "temperament": self.temperament,
        }

    @classmethod
    def from_dict(cls, values: object) -> Music:
        """The settings of `to_dict`, also with numbers as text; what is missing or bad keeps its default: never raises.

        A Scala file that cannot be read any more leaves equal temperament, and its path.
        """
        music = cls()
        # In this order the temperament comes last, after the path, and a Scala file is read once.
        for field in music.to_dict():
            if isinstance(values, Mapping) and field in values:
                music = music._with(field, values[field])
        return music

    def _with(self, field: str, value: object) -> Music:
        try:
            if field == "a4":
                return replace(self, a4=float(str(value)))
            if field == "root":
                return replace(self, key=replace(self.key, root=int(str(value))))
            if not isinstance(value, str):
                return self
            if field == "scale":
                return replace(self, key=replace(self.key, scale=value))
            given: dict[str, Any] = {field: value}
            return replace(self, **given)
        except (ValueError, LivepitchError):
            return self

    def _temperament(self) -> Temperament:
        return read_scala(self.scala) if self.temperament == SCALA else TEMPERAMENTS[self.temperament]


def _check(field: str, value: str, known: Collection[str]) -> None:
    if value not in tuple(known):
        raise ValueError(f"{field} must be one of {', '.join(known)}, not {value!r}")
