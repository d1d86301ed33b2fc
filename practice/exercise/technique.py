"""Exercises for the voice itself: tone, sirens, swelling, staccato, vibrato."""

from __future__ import annotations

from fractions import Fraction

from .exercise import Exercise, Group
from .phrase import Phrase
from .step import Course

HALF = Fraction(1, 2)

WARM_UPS = (
    Exercise(
        "sustained-tone",
        "Sustained tone",
        Group.WARM_UP,
        "Hold one note on ah, quiet and even from beginning to end.",
        (Phrase("1:8", syllables="ah"),),
        course=Course.UP,
    ),
    Exercise(
        "vowels",
        "Vowels on one note",
        Group.WARM_UP,
        "Sing five vowels on one note in one breath; the pitch stays as the vowel changes.",
        (Phrase("1:2 1:2 1:2 1:2 1:4", syllables="ma me mi mo mu"),),
        course=Course.UP,
    ),
    Exercise(
        "humming-thirds",
        "Humming, three notes",
        Group.WARM_UP,
        "Hum three notes up and down, lips closed and jaw loose.",
        (Phrase("1 2 3 2 1:3", syllables="mm"),),
    ),
    Exercise(
        "long-tone",
        "Long tone",
        Group.WARM_UP,
        "Hold one note for sixteen beats on a single breath, and keep it level to the end.",
        (Phrase("1:16", syllables="oo"),),
        course=Course.UP,
    ),
)

SIRENS = (
    Exercise(
        "siren-fifth",
        "Siren over a fifth",
        Group.SIRENS,
        "Glide up a fifth and down again on oo, without a break.",
        (Phrase("1>5:3 5>1:3", syllables="oo"),),
    ),
    Exercise(
        "siren-octave",
        "Siren over an octave",
        Group.SIRENS,
        "Glide up an octave and down again on oo, without a break.",
        (Phrase("1>8:4 8>1:3", syllables="oo"),),
    ),
    Exercise(
        "siren-fifth-down",
        "Siren down a fifth",
        Group.SIRENS,
        "Glide down a fifth and up again on ee, as light below as above.",
        (Phrase("5>1:3 1>5:3", syllables="ee", cue="5"),),
    ),
    Exercise(
        "siren-octave-down",
        "Siren down an octave",
        Group.SIRENS,
        "Glide down an octave and up again on ee, as light below as above.",
        (Phrase("8>1:4 1>8:3", syllables="ee", cue="8"),),
    ),
)

DYNAMICS = (
    Exercise(
        "messa-di-voce",
        "Messa di voce",
        Group.DYNAMICS,
        "Begin softly, grow to the middle of the note, and grow soft again at the same pitch.",
        (Phrase("1<:8", syllables="ah"),),
        tempo=60.0,
        course=Course.UP,
    ),
    Exercise(
        "messa-di-voce-short",
        "Short messa di voce",
        Group.DYNAMICS,
        "Grow and grow soft again within four beats; the pitch does not follow the loudness.",
        (Phrase("1<:4 - - - - 3<:4 - - - - 5<:4", syllables="ah ah ah"),),
    ),
)

ARTICULATION = (
    Exercise(
        "staccato-repeated",
        "Repeated staccato",
        Group.ARTICULATION,
        "Sing short light notes on one pitch, each begun from the breath.",
        (Phrase("1. 1. 1. 1. 1.:2", syllables="ha ha ha ha ha"),),
        course=Course.UP,
    ),
    Exercise(
        "staccato-arpeggio",
        "Staccato arpeggio",
        Group.ARTICULATION,
        "Sing the chord up and down in short notes, each right in the middle of its pitch.",
        (Phrase("1. 3. 5. 8. 5. 3. 1.", syllables="ha ha ha ha ha ha ha"),),
        tempo=100.0,
    ),
    Exercise(
        "staccato-legato",
        "Staccato, then legato",
        Group.ARTICULATION,
        "Sing five notes up short, then down joined.",
        (Phrase("1. 2. 3. 4. 5 4 3 2 1:3", syllables="ha ha ha ha ah"),),
        tempo=100.0,
    ),
    Exercise(
        "agility",
        "Agility",
        Group.ARTICULATION,
        "Run up and down five notes quickly and evenly, twice in one breath.",
        (Phrase("1 2 3 4 5 4 3 2 1 2 3 4 5 4 3 2 1:6", syllables="ah", unit=HALF),),
        tempo=96.0,
    ),
)

VIBRATO = (
    Exercise(
        "vibrato",
        "Vibrato",
        Group.VIBRATO,
        "Hold one note and let it swing evenly, five to six times a second.",
        (Phrase("1~:8", syllables="ah"),),
        course=Course.UP,
    ),
    Exercise(
        "straight-then-vibrato",
        "Straight, then vibrato",
        Group.VIBRATO,
        "Sing the note straight, breathe, and sing it again with vibrato round the same pitch.",
        (Phrase("1:6 - - 1~:6", syllables="ah ah"),),
        course=Course.UP,
    ),
    Exercise(
        "vibrato-arpeggio",
        "Vibrato on the chord",
        Group.VIBRATO,
        "Sing the chord slowly, every note with the same vibrato.",
        (Phrase("1~:4 3~:4 5~:4 3~:4 1~:6", syllables="ah"),),
        tempo=100.0,
    ),
)
