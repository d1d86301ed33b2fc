"""Voice types and the range that each is usually written for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """`low` and `high`: the usual range in sounding MIDI notes, both within it."""

    title: str
    low: int
    high: int


# The two octaves or so that choral and classical writing expects; single voices go beyond.
VOICES: dict[str, Voice] = {
    "any": Voice("Any voice", 40, 84),  # from the bass's lowest to the soprano's highest
    "soprano": Voice("Soprano", 60, 84),
    "mezzo-soprano": Voice("Mezzo-soprano", 57, 81),
    "alto": Voice("Alto (contralto)", 53, 77),
    "countertenor": Voice("Countertenor", 52, 76),
    "tenor": Voice("Tenor", 48, 72),
    "baritone": Voice("Baritone", 43, 67),
    "bass": Voice("Bass", 40, 64),
    "child": Voice("Child", 57, 79),
}
