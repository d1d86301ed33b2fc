"""Scales and keys: which notes belong, and how they are spelt."""

from __future__ import annotations

from dataclasses import dataclass

LETTERS = "CDEFGAB"
NATURALS = (0, 2, 4, 5, 7, 9, 11)  # pitch classes of the letters
ACCIDENTALS = {-1: "♭", 0: "", 1: "♯"}
# Letters from the tonic up to each interval; six semitones are a fourth unless the scale has a perfect one below.
LETTERS_UP = (0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6)
FLAT_MAJORS = frozenset({5, 10, 3, 8, 1, 6})  # F, B♭, E♭, A♭, D♭, G♭ major
INTERVALS = ("tonic", "second", "third", "fourth", "fifth", "sixth", "seventh")  # by letters up
PERFECT = frozenset({3, 4})  # of them
MINOR = 3  # semitones from a minor tonic up to that of the major key with its signature


@dataclass(frozen=True)
class Scale:
    """Semitones of a scale above its tonic, the first 0; `major`: semitones up to the major key with its signature."""

    title: str
    steps: tuple[int, ...]
    major: int = 0


# Ionian is major, Aeolian is natural minor; the melodic minor is the ascending one.
SCALES: dict[str, Scale] = {
    "chromatic": Scale("chromatic", tuple(range(12))),
    "major": Scale("major", (0, 2, 4, 5, 7, 9, 11)),
    "natural-minor": Scale("natural minor", (0, 2, 3, 5, 7, 8, 10), MINOR),
    "harmonic-minor": Scale("harmonic minor", (0, 2, 3, 5, 7, 8, 11), MINOR),
    "melodic-minor": Scale("melodic minor", (0, 2, 3, 5, 7, 9, 11), MINOR),
    "dorian": Scale("Dorian", (0, 2, 3, 5, 7, 9, 10), 10),
    "phrygian": Scale("Phrygian", (0, 1, 3, 5, 7, 8, 10), 8),
    "lydian": Scale("Lydian", (0, 2, 4, 6, 7, 9, 11), 7),
    "mixolydian": Scale("Mixolydian", (0, 2, 4, 5, 7, 9, 10), 5),
    "locrian": Scale("Locrian", (0, 1, 3, 5, 6, 8, 10), 1),
    "major-pentatonic": Scale("major pentatonic", (0, 2, 4, 7, 9)),
    "minor-pentatonic": Scale("minor pentatonic", (0, 3, 5, 7, 10), MINOR),
    "blues": Scale("blues", (0, 3, 5, 6, 7, 10), MINOR),
    "whole-tone": Scale("whole tone", (0, 2, 4, 6, 8, 10)),
    "diminished": Scale("diminished", (0, 2, 3, 5, 6, 8, 9, 11), MINOR),
}


@dataclass(frozen=True)
class Key:
    """A scale (an id of SCALES) on a tonic, the pitch class `root` (C = 0); ValueError for others.

    Notes are MIDI numbers; only their pitch classes count.
    """

    root: int = 0
    scale: str = "chromatic"

    def __post_init__(self) -> None:
        if self.root not in range(12):
            raise ValueError(f"root must be a pitch class from 0 to 11, not {self.root!r}")
        if self.scale not in tuple(SCALES):
            raise ValueError(f"scale must be one of {', '.join(SCALES)}, not {self.scale!r}")

    @property
    def title(self) -> str:
        """Its English name: "B♭ major"."""
        letter, accidental = self.spell(self.root)
        return f"{LETTERS[letter]}{ACCIDENTALS[accidental]} {SCALES[self.scale].title}"

    @property
    def pitch_classes(self) -> frozenset[int]:
        """Pitch classes of its notes, C = 0."""
        return frozenset((self.root + step) % 12 for step in SCALES[self.scale].steps)

    @property
    def flats(self) -> bool:
        """Whether its signature has flats; with six accidentals flats are chosen (G♭ major, E♭ minor).

        The signature of a mode, a pentatonic or the blues is that of the major or minor key that it is derived from.
        """
        if self._chromatic or self.root == 11:  # no key is on C♭: B Lydian has six sharps
            return False
        return (self.root + SCALES[self.scale].major) % 12 in FLAT_MAJORS

    def contains(self, note: int) -> bool:
        """Whether a MIDI note belongs to the scale."""
        return (note - self.root) % 12 in SCALES[self.scale].steps

    def tonic(self, note: int) -> bool:
        """Whether a MIDI note is the tonic, in any octave."""
        return (note - self.root) % 12 == 0

    def degree(self, note: int) -> tuple[int, int]:
        """Degree of a MIDI note: letters above the tonic (0..6), and -1, 0 or 1 by how it differs from major's.

        The minor third is (2, -1). A note outside the scale is a lowered degree in a key of flats, else a raised one;
        the leading note is always the seventh.
        """
        interval = (note - self.root) % 12
        if not self._has_degree(note):
            return _plain(interval, self.flats)
        fifth = interval == 6 and 5 in SCALES[self.scale].steps
        letters = LETTERS_UP[interval] + fifth
        return letters, interval - NATURALS[letters]

    def interval(self, note: int) -> str:
        """What a MIDI note is above the tonic, within an octave: "tonic", "minor third", "perfect fifth"."""
        letters, alteration = self.degree(note)
        if letters == 0 and alteration == 0:
            return INTERVALS[0]
        natural, lower = ("perfect", "diminished") if letters in PERFECT else ("major", "minor")
        quality = {-1: lower, 0: natural, 1: "augmented"}[alteration]
        return f"{quality} {INTERVALS[letters] if letters else 'unison'}"

    def spell(self, note: int) -> tuple[int, int]:
        """Spelling of a MIDI note: its letter (0..6 for C..B) and -1, 0 or 1 for flat, natural, sharp.

        Notes of the scale and the leading note have the letters of their degrees: G♭ major has a C♭, D minor a C♯. What
        would need a double accidental has its plain name, and so have other notes: flat in a key of flats, else sharp.
        """
        plain = _plain(note % 12, self.flats)
        if not self._has_degree(note):
            return plain
        letter = (_plain(self.root, self.flats)[0] + self.degree(note)[0]) % 7
        accidental = (note - NATURALS[letter] + 6) % 12 - 6
        return (letter, accidental) if accidental in ACCIDENTALS else plain

    def _has_degree(self, note: int) -> bool:
        leading = (note + 1 - self.root) % 12 == 0
        return not self._chromatic and (leading or self.contains(note))

    @property
    def _chromatic(self) -> bool:
        return self.scale == "chromatic"


def _plain(pitch_class: int, flats: bool) -> tuple[int, int]:
    if pitch_class in NATURALS:
        return NATURALS.index(pitch_class), 0
    accidental = -1 if flats else 1
    return NATURALS.index(pitch_class - accidental), accidental


def signature_key(sharps: int, minor: bool = False) -> Key:
    """The key of a signature with so many sharps, flats negative; a minor one with its natural scale."""
    major = 7 * sharps % 12
    return Key((major - MINOR) % 12, "natural-minor") if minor else Key(major, "major")


CHROMATIC = Key()
