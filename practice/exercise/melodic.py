"""Scales, arpeggios and intervals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .exercise import Exercise, Group
from .phrase import Phrase
from .step import Course

HALF = Fraction(1, 2)
TRIPLET = Fraction(1, 3)
OCTAVE = "1 2 3 4 5 6 7 8 7 6 5 4 3 2 1:2"
VOWELS = "ma me mi mo mu mo mi me ma"


@dataclass(frozen=True, slots=True)
class Interval:
    """The interval from the tonic of a scale to one of its degrees; the scale is one that spells it rightly."""

    name: str
    degree: int
    scale: str = "major"

    @property
    def named(self) -> str:
        """With its article."""
        return f"{'an' if self.name[0] in 'aou' and self.name != 'unison' else 'a'} {self.name}"


INTERVALS = (
    Interval("unison", 1),
    Interval("minor second", 2, "phrygian"),
    Interval("major second", 2),
    Interval("minor third", 3, "natural-minor"),
    Interval("major third", 3),
    Interval("perfect fourth", 4),
    Interval("augmented fourth", 4, "lydian"),
    Interval("perfect fifth", 5),
    Interval("minor sixth", 6, "natural-minor"),
    Interval("major sixth", 6),
    Interval("minor seventh", 7, "natural-minor"),
    Interval("major seventh", 7),
    Interval("octave", 8),
)


def _interval(interval: Interval) -> Exercise:
    up, down = f"1:2 {interval.degree}:2", f"{interval.degree}:2 1:2"
    sentence = f"Sing {interval.named} up; breathe; sing it down again."
    if interval.degree == 1:
        sentence = "Sing the same note again; breathe; sing it twice more, at the same pitch."
    return Exercise(
        interval.name.replace(" ", "-"),
        interval.name.capitalize(),
        Group.INTERVALS,
        sentence,
        (Phrase(f"{up} - - - - {down}", interval.scale, "no no no no"),),
        tempo=90.0,
        course=Course.UP,
    )


INTERVAL_EXERCISES = tuple(_interval(interval) for interval in INTERVALS)

SCALE_EXERCISES = (
    Exercise(
        "three-note-scale",
        "Three-note scale",
        Group.SCALES,
        "Sing three notes up and down; whole tones, evenly wide.",
        (Phrase("1 2 3 2 1:2", syllables="na na na na na"),),
    ),
    Exercise(
        "five-note-scale",
        "Five-note scale",
        Group.SCALES,
        "Sing five notes up and down in one breath.",
        (Phrase("1 2 3 4 5 4 3 2 1:3", syllables=VOWELS),),
        tempo=100.0,
    ),
    Exercise(
        "five-note-scale-down",
        "Five-note scale from above",
        Group.SCALES,
        "Begin on the fifth and sing down to the tonic; do not sink.",
        (Phrase("5 4 3 2 1:3", syllables="nu nu nu nu nu", cue="5"),),
        tempo=90.0,
    ),
    Exercise(
        "five-note-minor",
        "Five-note natural minor scale",
        Group.SCALES,
        "Sing five notes of the minor scale up and down; keep the third low.",
        (Phrase("1 2 3 4 5 4 3 2 1:3", "natural-minor", VOWELS),),
        tempo=100.0,
    ),
    Exercise(
        "nine-note-scale",
        "Nine-note scale",
        Group.SCALES,
        "Sing up to the ninth and down again, lightly and evenly.",
        (Phrase("1 2 3 4 5 6 7 8 9 8 7 6 5 4 3 2 1:4", syllables="ah", unit=HALF),),
        tempo=72.0,
    ),
    Exercise(
        "major-scale",
        "Major scale",
        Group.SCALES,
        "Sing the major scale up an octave and down.",
        (Phrase(OCTAVE, syllables="la"),),
        tempo=100.0,
    ),
    Exercise(
        "natural-minor-scale",
        "Natural minor scale",
        Group.SCALES,
        "Sing the natural minor scale up an octave and down.",
        (Phrase(OCTAVE, "natural-minor", "la"),),
        tempo=100.0,
    ),
    Exercise(
        "harmonic-minor-scale",
        "Harmonic minor scale",
        Group.SCALES,
        "Sing the harmonic minor scale up an octave and down; the seventh is a wide step above the sixth.",
        (Phrase(OCTAVE, "harmonic-minor", "la"),),
        tempo=100.0,
    ),
    Exercise(
        "chromatic-scale",
        "Chromatic scale",
        Group.SCALES,
        "Sing every semitone up an octave and down, all equally small.",
        (
            Phrase(
                " ".join(map(str, [*range(1, 14), *range(12, 1, -1)])) + " 1:4",
                "chromatic",
                "noo",
                unit=HALF,
            ),
        ),
        tempo=60.0,
    ),
)

ARPEGGIOS = (
    Exercise(
        "triad",
        "Triad",
        Group.ARPEGGIOS,
        "Sing the major chord up and down.",
        (Phrase("1 3 5 3 1:2", syllables="ma me mi me ma"),),
    ),
    Exercise(
        "minor-triad",
        "Minor triad",
        Group.ARPEGGIOS,
        "Sing the minor chord up and down.",
        (Phrase("1 3 5 3 1:2", "natural-minor", "ma me mi me ma"),),
    ),
    Exercise(
        "octave-arpeggio",
        "Octave arpeggio",
        Group.ARPEGGIOS,
        "Sing the chord up to the octave and down.",
        (Phrase("1 3 5 8 5 3 1:2", syllables="ah"),),
        tempo=90.0,
    ),
    Exercise(
        "dominant-seventh",
        "Seventh chord",
        Group.ARPEGGIOS,
        "Sing the chord with the minor seventh up and down.",
        (Phrase("1 3 5 7 5 3 1:2", "mixolydian", "vi"),),
        tempo=90.0,
    ),
    Exercise(
        "rossini-arpeggio",
        "Rossini arpeggio",
        Group.ARPEGGIOS,
        "Sing the chord up an octave and a half and come down by the seventh, in threes and in one breath.",
        (Phrase("1 3 5 8 10 12 11 9 7 5 4 2 1:6", syllables="ah", unit=TRIPLET),),
        tempo=56.0,
    ),
)
