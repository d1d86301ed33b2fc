"""Exercises that begin with the ear: drones, call and response, ear training, and the vocal range."""

from __future__ import annotations

from .exercise import Exercise, Group
from .melodic import INTERVALS, Interval
from .phrase import Phrase
from .step import Course

EASY = ("major second", "major third", "perfect fourth", "perfect fifth", "octave")
DEGREES = {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh"}
PAUSE = "- - - -"  # to hear the notes inwardly before they are sung
CHORD = {1: "lowest", 3: "middle", 5: "highest"}

DRONES = (
    Exercise(
        "drone-chord",
        "Chord over a drone",
        Group.DRONE,
        "Sing the notes of the chord over the drone, each held until it lies still.",
        (Phrase("1:4 3:4 5:4 3:4 1:4", syllables="ah"),),
        drone=True,
        guide=False,
    ),
    Exercise(
        "drone-fifth",
        "Fifth and octave over a drone",
        Group.DRONE,
        "Hold the tonic, the fifth and the octave over the drone; they ring when they are true.",
        (Phrase("1:4 5:4 8:4 5:4 1:4", syllables="oo"),),
        drone=True,
        guide=False,
    ),
    Exercise(
        "drone-major-scale",
        "Major scale over a drone",
        Group.DRONE,
        "Sing the major scale slowly over the drone, and hear how far each degree lies from it.",
        (Phrase("1:3 - 2:3 - 3:3 - 4:3 - 5:3 - 6:3 - 7:3 - 8:3", syllables="ah " * 8),),
        tempo=90.0,
        drone=True,
        guide=False,
    ),
    Exercise(
        "drone-minor-scale",
        "Natural minor scale over a drone",
        Group.DRONE,
        "Sing the minor scale slowly over the drone, and hear how far each degree lies from it.",
        (Phrase("1:3 - 2:3 - 3:3 - 4:3 - 5:3 - 6:3 - 7:3 - 8:3", "natural-minor", "ah " * 8),),
        tempo=90.0,
        drone=True,
        guide=False,
    ),
)


def _echo(text: str, scale: str = "major", syllables: str = "la") -> Phrase:
    """Heard, then sung."""
    return Phrase(f"{text} | {text}", scale, syllables)


CALLS = (
    Exercise(
        "call-rhythm",
        "Echo a rhythm",
        Group.CALL,
        "Listen to the rhythm, then sing it back on the same note.",
        tuple(
            _echo(text, syllables="da da da da da")
            for text in ("1 1 1 -", "1 1:1/2 1:1/2 1 -", "1:3/2 1:1/2 1 -", "1:1/2 1:1/2 1 1 -", "1 - 1 -")
        ),
        tempo=90.0,
        course=Course.UP,
        guide=False,
    ),
    Exercise(
        "call-three-notes",
        "Echo three notes",
        Group.CALL,
        "Listen to three notes, then sing them back.",
        tuple(_echo(text) for text in ("1 2 3 -", "3 2 1 -", "1 3 5 -", "5 3 1 -", "1 3 2 -", "1 5 3 -")),
        guide=False,
    ),
    Exercise(
        "call-phrase",
        "Echo a phrase",
        Group.CALL,
        "Listen to two bars, then sing them back.",
        tuple(
            _echo(text)
            for text in (
                "1 2 3 4 5:2 3 -",
                "5 4 3 2 1:2 1 -",
                "1 3 5 3 4 2 1 -",
                "1 1 5 5 6 6 5 -",
                "3 4 5:2 3 2 1 -",
                "8 7 6 5 3:2 1 -",
            )
        ),
        tempo=100.0,
        guide=False,
    ),
    Exercise(
        "call-minor",
        "Echo a phrase in minor",
        Group.CALL,
        "Listen to two bars in minor, then sing them back.",
        tuple(
            _echo(text, "harmonic-minor")
            for text in ("1 2 3 2 1:2 1 -", "5 4 3 2 1:3 -", "1 3 5 6 5:3 -", "8 7 8 5 3:2 1 -")
        ),
        tempo=100.0,
        guide=False,
    ),
    Exercise(
        "call-blues",
        "Echo a blues phrase",
        Group.CALL,
        "Listen to two bars of blues, then sing them back.",
        tuple(
            _echo(text, "blues", "doo")
            for text in ("1 2 3 2 1:3 -", "5 4 3 2 1:3 -", "1 2 3 4 5:3 -", "7 6 5 3 2 1:2 -")
        ),
        tempo=100.0,
        guide=False,
    ),
)


def _heard_interval(interval: Interval) -> tuple[Phrase, Phrase]:
    """Up and down."""
    up, down = f"1:2 {interval.degree}:2", f"{interval.degree}:2 1:2"
    return (
        Phrase(f"{up} {PAUSE} | {up}", interval.scale, "la la"),
        Phrase(f"{down} {PAUSE} | {down}", interval.scale, "la la", cue=str(interval.degree)),
    )


def _named_interval(interval: Interval) -> Phrase:
    ask = f"Sing {interval.named} above the note that you hear."
    return Phrase(f"1:4 {PAUSE} | {interval.degree}:4", interval.scale, "la", ask=ask)


def _chord_note(degree: int, scale: str) -> Phrase:
    ask = f"Listen to the chord, then sing its {CHORD[degree]} note."
    return Phrase(f"1 3 5 - {PAUSE} | {degree}:4", scale, "la", cue="1 3 5", ask=ask)


def _scale_degree(degree: int, scale: str) -> Phrase:
    ask = f"Listen to the chord of the tonic, then sing the {DEGREES[degree]} degree of the scale."
    return Phrase(f"1 3 5 1 {PAUSE} | {degree}:4", scale, "la", cue="1 3 5", ask=ask)


EARS = (
    Exercise(
        "ear-interval-easy",
        "Hear an easy interval",
        Group.EAR,
        "Listen to two notes, then sing them: a second, third, fourth, fifth or octave.",
        tuple(phrase for interval in INTERVALS if interval.name in EASY for phrase in _heard_interval(interval)),
        picked=True,
        hidden=True,
        guide=False,
    ),
    Exercise(
        "ear-interval",
        "Hear an interval",
        Group.EAR,
        "Listen to two notes, then sing them: any interval up to the octave.",
        tuple(phrase for interval in INTERVALS[1:] for phrase in _heard_interval(interval)),
        picked=True,
        hidden=True,
        guide=False,
    ),
    Exercise(
        "ear-named-interval",
        "Sing an interval by name",
        Group.EAR,
        "Listen to one note, then sing the interval that is named above it.",
        tuple(_named_interval(interval) for interval in INTERVALS[1:]),
        picked=True,
        hidden=True,
        guide=False,
    ),
    Exercise(
        "ear-chord-note",
        "Sing a note of a chord",
        Group.EAR,
        "Listen to a chord, then sing the note of it that is asked for.",
        tuple(_chord_note(degree, scale) for scale in ("major", "natural-minor") for degree in CHORD),
        picked=True,
        hidden=True,
        guide=False,
    ),
    Exercise(
        "ear-scale-degree",
        "Sing a degree of the scale",
        Group.EAR,
        "Listen to the chord of the tonic, then sing the degree that is asked for.",
        tuple(_scale_degree(degree, "major") for degree in DEGREES),
        picked=True,
        hidden=True,
        guide=False,
    ),
    Exercise(
        "ear-melody",
        "Sing a melody from memory",
        Group.EAR,
        "Listen to a short melody, then sing it from memory.",
        tuple(
            Phrase(f"{text} {PAUSE} | {text}", syllables="la la la la")
            for text in ("1 2 3 1", "1 3 2 1", "5 3 4 2", "1 5 6 5", "3 1 2 5", "8 5 6 3", "5 6 7 8", "1 4 3 5")
        ),
        picked=True,
        hidden=True,
        guide=False,
    ),
)

RANGES = (
    Exercise(
        "vocal-range",
        "Find your range",
        Group.RANGE,
        "Hold a comfortable note, go down by semitones as low as is easy, then up as high as is easy.",
        (Phrase("1:4", syllables="ah", ask="Hold the note if it is easy."),),
        course=Course.DOWN_AND_UP,
        finds_range=True,
    ),
)
