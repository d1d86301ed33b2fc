"""Targets typed as words: C4 D4:2 r F#4:1/2 C4=la."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from ..scales import CHROMATIC, Key, signature_key
from .target import Beat, Target, TargetNote
from .target_file import TargetError

PITCHES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
ACCIDENTALS = {"#": 1, "♯": 1, "is": 1, "b": -1, "♭": -1, "es": -1, "s": -1, "♮": 0, "x": 2, "𝄪": 2, "𝄫": -2}
WORD = re.compile(
    r"(?:(?P<rest>[rR])|(?P<letter>[A-Ha-h])(?P<signs>(?:##?|♯+|♭+|♮|𝄪|𝄫|x|bb?|isis|is|eses|es|ses|s)?)(?P<octave>-?\d)?)"
    r"(?P<dots>\.{0,2})(?::(?P<beats>\d{1,4}(?:[.,]\d{1,4})?(?:/\d{1,3})?))?(?:=(?P<lyric>\S+))?"
)
SIGN = re.compile("is|es|s|.")
MAX_WORDS = 10_000
EXAMPLE = "write notes such as C4, F#3:2 (two beats), r:1 (a rest) or A3=la"


def typed_target(
    text: str, tempo: float = 90.0, bar: int = 4, name: str = "Typed notes", german: bool = False
) -> Target:
    """Notes one after another, from words parted by blanks; "|" may stand between them.

    A word is a letter, its sign (#, b, or -is and -es) and an octave (4 begins at middle C; left out, that of the note
    before), then perhaps its beats (":2", ":0.5", ":1/2"; one without) and a syllable ("=la"). H is B natural; B is B
    flat if `german`. tempo: beats a minute; bar: beats. TargetError names the word that is not understood.
    """
    if not 1 <= tempo <= 1000 or not 1 <= bar <= 64:
        raise TargetError(f"{tempo:g} beats a minute in bars of {bar} cannot be sung: choose 1 to 1000 and 1 to 64")
    words = text.replace("|", " ").split()
    if len(words) > MAX_WORDS:
        raise TargetError(f"{len(words)} words are more than {MAX_WORDS}: type fewer notes")
    notes: list[TargetNote] = []
    beat, octave = 0.0, 4
    for word in words:
        match = WORD.fullmatch(word)
        length = _beats(match["beats"], match["dots"]) if match is not None else 0.0
        if match is None or not 0 < length <= 1000:
            raise TargetError(f"{word[:40]!r} is no note: {EXAMPLE}")
        if not match["rest"]:
            octave = int(match["octave"]) if match["octave"] else octave
            midi = _midi(match["letter"].lower(), match["signs"], octave, german)
            if not 0 <= midi <= 127:
                raise TargetError(f"{word[:40]!r} is no note that can be sung: {EXAMPLE}")
            start, end = beat * 60 / tempo, (beat + length) * 60 / tempo
            notes.append(TargetNote(start, end, midi, match["lyric"] or ""))
        beat += length
    if not notes:
        raise TargetError(f"there is no note in {text[:40]!r}: {EXAMPLE}")
    beats = tuple(Beat(index * 60 / tempo, index % bar == 0) for index in range(math.ceil(beat - 1e-9)))
    return Target(name, tuple(_spaced(note) for note in notes), beats, key=_key(words))


def _beats(text: str | None, dots: str) -> float:
    """Beats of ":2", ":0.5", ":1/2"; a dot makes half as much more."""
    whole, _, part = (text or "1").replace(",", ".").partition("/")
    divisor = int(part or 1)
    return float(whole) / divisor * (2 - 0.5 ** len(dots)) if divisor else 0.0


def _midi(letter: str, signs: str, octave: int, german: bool) -> int:
    steps = [ACCIDENTALS[sign] for sign in SIGN.findall(signs)]
    flat = german and letter == "b" and not steps
    return 12 * (octave + 1) + PITCHES[letter] + sum(steps) - flat


def _key(words: Sequence[str]) -> Key:
    """One of flats where more flats than sharps were typed: what belongs to no key is then named as it was typed."""
    signs = [sign for word in words if (match := WORD.fullmatch(word)) for sign in SIGN.findall(match["signs"] or "")]
    flats = sum(ACCIDENTALS[sign] < 0 for sign in signs)
    return signature_key(-1) if flats > len(signs) - flats else CHROMATIC


def _spaced(note: TargetNote) -> TargetNote:
    """A syllable ends its word unless a hyphen follows it."""
    lyric = note.lyric and (note.lyric if note.lyric.endswith("-") else note.lyric + " ")
    return TargetNote(note.start, note.end, note.midi, lyric)
