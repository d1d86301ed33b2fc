"""What the singer chose: concert pitch, temperament, key, names, instrument and voice, as one value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..model.errors import LivepitchError
from .instruments import INSTRUMENTS
from .naming import MOVABLE, STYLES, NoteNames, degree_name
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

    A Scala file is read once, when the settings first name it: ScalaError where it cannot be. `scala` may hold a path
    that another temperament leaves unused. The temperament's root is the key's. ValueError, naming it, for a bad value.
    """

    a4: float = 440.0
    temperament: str = "equal"
    scala: str = ""
    key: Key = CHROMATIC
    names: str = "english"
    instrument: str = "concert"
    voice: str = "any"
    scale_read: tuple[str, Temperament] | None = field(default=None, compare=False, repr=False)
    """Path and content of the Scala file, which copies take along: the file may be gone by then."""

    def __post_init__(self) -> None:
        if not LOWEST_A4 <= self.a4 <= HIGHEST_A4:
            raise ValueError(f"a4 must be {LOWEST_A4:.0f} to {HIGHEST_A4:.0f} Hz, not {self.a4}")
        _check("temperament", self.temperament, [*TEMPERAMENTS, SCALA])
        _check("names", self.names, STYLES)
        _check("instrument", self.instrument, INSTRUMENTS)
        _check("voice", self.voice, VOICES)
        if self.temperament == SCALA and (self.scale_read is None or self.scale_read[0] != self.scala):
            object.__setattr__(self, "scale_read", (self.scala, read_scala(self.scala)))

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

    def sounding(self, note: int) -> str:
        """The sounding note by name where the written one is another, else nothing; movable names would not tell."""
        if not (self.transposition and self.tuning.twelve):
            return ""
        return NoteNames("english" if self.names in MOVABLE else self.names, self.key).name(note)

    def interval(self, note: int) -> str:
        """What a note is above the tonic, in words; nothing without a scale or where there are not twelve notes."""
        return self.key.interval(note) if self.tuning.twelve and self.key.scale != CHROMATIC.scale else ""

    def tonic_name(self, key: Key) -> str:
        """The tonic of a key, spelt for its scale, with no octave; in English where names are counted from it."""
        return NoteNames("english" if self.names in MOVABLE else self.names, key).name(key.root, octave=False)

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
        for name in music.to_dict():
            if isinstance(values, Mapping) and name in values:
                music = music._with(name, values[name])
        return music

    def _with(self, name: str, value: object) -> Music:
        try:
            if name == "a4":
                return replace(self, a4=float(str(value)))
            if name == "root":
                return replace(self, key=replace(self.key, root=int(str(value))))
            if not isinstance(value, str):
                return self
            if name == "scale":
                return replace(self, key=replace(self.key, scale=value))
            given: dict[str, Any] = {name: value}
            return replace(self, **given)
        except (ValueError, LivepitchError):
            return self

    def _temperament(self) -> Temperament:
        if self.temperament == SCALA:
            assert self.scale_read is not None
            return self.scale_read[1]
        return TEMPERAMENTS[self.temperament]


def _check(name: str, value: str, known: Collection[str]) -> None:
    if value not in tuple(known):
        raise ValueError(f"{name} must be one of {', '.join(known)}, not {value!r}")
