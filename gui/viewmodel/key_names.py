"""Which keys have their names written on them: as many as have room, the important ones first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from ...practice.music import Music
from ...practice.notes import is_black_key

SMALLEST, LARGEST = 9, 14  # px, height of the letters
LAST_RANK = 4
MANY = 0.55  # of a kind of notes that fit, so that those which do are named
BESIDE = 0.62  # of a row's height


def text_size(heights: Sequence[float], growth: float = 1.0) -> int:
    """Height of the letters in px for rows of these heights; one for all, that unequal rows look alike.

    growth: how many times as large as usual they may be.
    """
    return round(min(max(BESIDE * median(heights), SMALLEST), growth * LARGEST))


def named_keys(places: Mapping[int, float], music: Music, lit: int | None, apart: float) -> list[int]:
    """The notes whose names are written.

    places: px at which each note lies; apart: px between two names. In rows that are too low for all, the first notes
    of octaves and the tonics come before the notes of the key, these before others, white keys before black ones; from
    the first kind of which many would lack their names on, none has one.
    """
    chosen = [lit] if lit in places and lit is not None else []
    for rank in range(LAST_RANK + 1):
        kind = [note for note in sorted(places) if _rank(music, note) == rank and note != lit]
        fitting: list[int] = []
        for note in kind:
            if all(abs(places[note] - places[other]) >= apart for other in (*chosen, *fitting)):
                fitting.append(note)
        if rank and len(fitting) < MANY * len(kind):
            break
        chosen += fitting
    return chosen


def _rank(music: Music, note: int) -> int:
    twelve, written = music.tuning.twelve, note + music.transposition
    if music.tonic(note) or (twelve and written % 12 == 0):
        return 0
    return 1 + 2 * (not music.contains(note)) + int(twelve and is_black_key(written))
