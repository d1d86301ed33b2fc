"""Chord progressions of pop, rock and ballads in Roman numerals, and chords as pitches."""

from __future__ import annotations

import re

MAJOR = """I V vi IV|I vi IV V|vi IV I V|IV V iii vi|I V vi iii IV I IV V|I IV V IV|ii7 V7 Imaj7 vi7
I iii IV iv|I bVII IV I|Isus4 I Vsus4 V|Imaj7 IVmaj7 ii7 V7|IV iv I I7|I I7 IV iv|vi V IV V
Iadd9 V/7 vi7 IVadd9|I bIII IV I|IVmaj7 V7 iii7 vi7|I V bVII IV|I II IV I|vi7 ii7 V7 Imaj7
I iii vi IV ii V I V|I Idim7 ii7 V7|I6 vi7 ii7 V9|I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7
IVmaj7 III7 vi7 I7|I bVI bVII I|I V ii7 IV|Isus2 IVsus2 vi7 V|IV I V vi"""
MINOR = """i bVI bIII bVII|i bVII bVI V7|i iv bVII bIII|i bVI iv V|i v bVI bVII|i iv i V7
i7 iv7 bVII7 bIIImaj7|bVI bVII i i|i bIII bVII IV|i iidim V7 i|iadd9 bVImaj7 bIII bVIIsus4|i bII V7 i
iv7 bVII7 bIIImaj7 bVImaj7 iidim V7 i i7|i bVII iv bVI|i V7 bVII IV bVI bIII iv V"""
NUMERALS = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}  # semitones above the tonic
QUALITIES = {
    **{"": (0, 4, 7), "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "6": (0, 4, 7, 9), "9": (0, 4, 7, 10, 14)},
    **{"sus4": (0, 5, 7), "sus2": (0, 2, 7), "add9": (0, 4, 7, 14), "dim": (0, 3, 6), "dim7": (0, 3, 6, 9)},
}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}

Chord = tuple[int, tuple[int, ...], int]  # root pitch class, intervals above it, bass pitch class


def parse_chord(symbol: str, tonic: int) -> Chord:
    """Read a Roman numeral such as `bVII`, `ii7` or `V/7` (first inversion: the leading note in the bass)."""
    match = re.fullmatch(r"(b?)([IViv]+)([a-z0-9]*)(/7)?", symbol)
    assert match, symbol
    flat, numeral, quality, inverted = match.groups()
    root = (tonic + NUMERALS[numeral.upper()] - len(flat)) % 12
    intervals = QUALITIES[quality]
    if numeral.islower():
        intervals = tuple(3 if i == 4 else 10 if i == 11 else i for i in intervals)
    return root, intervals, (root + 4) % 12 if inverted else root


def voicing(chord: Chord, low: int) -> list[int]:
    """Return the chord's pitches within the octave above `low`, so that voices move little."""
    root, intervals, _ = chord
    return sorted({low + (root + i - low) % 12 for i in intervals})
