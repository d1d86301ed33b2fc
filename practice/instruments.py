"""Transposing instruments: how far the written note lies above the sounding one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Instrument:
    """`transposition`: semitones from the sounding note up to the written one."""

    title: str
    transposition: int


# Written C sounds as the name says (B♭, A, E♭, F, G), or an octave away.
INSTRUMENTS: dict[str, Instrument] = {
    "concert": Instrument("Concert pitch", 0),
    "b-flat": Instrument("B♭ clarinet, trumpet, soprano saxophone", 2),
    "a-clarinet": Instrument("A clarinet", 3),
    "e-flat-clarinet": Instrument("E♭ clarinet", -3),
    "alto-saxophone": Instrument("E♭ alto saxophone", 9),
    "tenor-saxophone": Instrument("B♭ tenor saxophone, bass clarinet", 14),
    "baritone-saxophone": Instrument("E♭ baritone saxophone", 21),
    "horn": Instrument("F horn, English horn", 7),
    "alto-flute": Instrument("G alto flute", 5),
    "piccolo": Instrument("Piccolo, descant recorder", -12),
    "guitar": Instrument("Guitar, double bass, bass guitar", 12),
    "tenor-clef": Instrument("Tenor in the octave treble clef", 12),
}
