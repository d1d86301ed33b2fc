"""What notes are called: English, German, solfège, sargam, and degrees where there are other than twelve notes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .scales import ACCIDENTALS, CHROMATIC, LETTERS, Key
from .temperament import Temperament
from .tuning import MIDDLE_C

STYLES: dict[str, str] = {
    "english": "English (C, C♯, D …)",
    "german": "German (C, Cis, D … B, H)",
    "solfege": "Fixed solfège (Do, Do♯, Re …)",
    "movable": "Movable solfège (Do on the tonic)",
    "sargam": "Sargam (S on the tonic)",
}
MOVABLE = frozenset({"movable", "sargam"})  # styles that count from the tonic

FIXED = ("Do", "Re", "Mi", "Fa", "Sol", "La", "Si")
SYLLABLES = {
    -1: ("", "Ra", "Me", "", "Se", "Le", "Te"),
    0: ("Do", "Re", "Mi", "Fa", "Sol", "La", "Ti"),
    1: ("Di", "Ri", "", "Fi", "Si", "Li", ""),
}
SARGAM = "SrRgGmMPdDnN"  # small: komal (low), but M is tivra (raised) and m the plain fourth
PERIOD_AT_MIDDLE_C = 4


@dataclass(frozen=True)
class NoteNames:
    """Names of MIDI notes in one of STYLES; ValueError for another.

    `key` is the sounding key: it decides between sharps and flats, and where Do and S lie. `transposition`: semitones
    by which the written note lies above the sounding one; notes are given as they sound, named as they are written.
    """

    style: str = "english"
    key: Key = CHROMATIC
    transposition: int = 0

    def __post_init__(self) -> None:
        if self.style not in tuple(STYLES):
            raise ValueError(f"style must be one of {', '.join(STYLES)}, not {self.style!r}")

    def name(self, note: int, octave: bool = True) -> str:
        """Name of a sounding MIDI note: 69 is "A4", German 70 is "B4", 71 "H4".

        The octave's number changes at the letter C (B♯3 is the key of C4) and is 4 from middle C; movable styles change
        it at the tonic: in F major 65 is "Do4" and 64 "Ti3".
        """
        written = note + self.transposition
        if self.style in MOVABLE:
            text = self._from_tonic(written)
            beginning = self._written_key.root
        else:
            letter, accidental = self._written_key.spell(written)
            text = self._from_letter(letter, accidental)
            beginning = accidental
        return f"{text}{(written - beginning) // 12 - 1}" if octave else text

    def _from_tonic(self, written: int) -> str:
        key = self._written_key
        if self.style == "sargam":
            return SARGAM[(written - key.root) % 12]
        degree, alteration = key.degree(written)
        return SYLLABLES[alteration][degree]

    def _from_letter(self, letter: int, accidental: int) -> str:
        if self.style == "german":
            return _german(LETTERS[letter], accidental)
        return (FIXED if self.style == "solfege" else LETTERS)[letter] + ACCIDENTALS[accidental]

    @cached_property
    def _written_key(self) -> Key:
        return Key((self.key.root + self.transposition) % 12, self.key.scale)


def degree_name(note: int, temperament: Temperament, octave: bool = True) -> str:
    """Name of a note that has no letter, by degree and period: "3·4" is the third degree of the fourth period.

    Degrees count from 1, the root; the period from note 60 (next to middle C) on is the fourth, as octaves are named.
    """
    periods, degree = divmod(note - MIDDLE_C, len(temperament.cents))
    return f"{degree + 1}·{PERIOD_AT_MIDDLE_C + periods}" if octave else f"{degree + 1}"


def _german(letter: str, accidental: int) -> str:
    if letter == "B":
        return {-1: "B", 0: "H", 1: "His"}[accidental]
    if accidental == -1:
        return f"{letter}s" if letter in "AE" else f"{letter}es"
    return f"{letter}is" if accidental else letter
