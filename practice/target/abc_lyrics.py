"""The words of an ABC tune ("w:" lines), which music21 leaves out, laid under its notes.

Source: the ABC standard 2.1, section 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from music21.stream import Score

FIELD = re.compile(r"([A-Za-z+]):(.*)")
SYLLABLE = re.compile(r"(?P<text>(?:[^\s\-_*|\\]|\\-)+)|(?P<sign>[-_*|])|\s+|\\")


def add_lyrics(score: Score, body: str) -> None:
    """Give a tune's notes their syllables; nothing where it has several voices, or music21 made other notes of it."""
    from music21 import harmony

    lines = list(_lines(body))
    notes = [
        note for note in score.recurse().notes if not note.duration.isGrace and not isinstance(note, harmony.Harmony)
    ]
    if len(list(score.parts)) > 1 or not any(words for _, words in lines):
        return
    bars = [_bars_of_notes(music) for music, _ in lines]
    if sum(map(len, bars)) != len(notes):
        return
    begin = 0
    for own, (_, words) in zip(bars, lines, strict=True):
        for verse, text in enumerate(words):
            for place, syllable in _placed(text, own):
                _add(notes[begin + place], verse, syllable)
        begin += len(own)


def _lines(body: str) -> Iterator[tuple[str, list[str]]]:
    """Each line of music with the words below it, verse by verse."""
    music, words, tune = "", list[str](), False
    for line in body.split("\n"):
        field = FIELD.match(line)
        if field is None and tune and not line.startswith("%"):
            yield music, words
            music, words = line, []
        elif field is not None and field[1] == "w":
            words.append(field[2].split("%")[0])
        elif field is not None and field[1] == "K":
            tune = True
    yield music, words


def _bars_of_notes(music: str) -> list[int]:
    """For each note of a line the number of its bar in the line: without rests and grace notes."""
    from music21 import abcFormat

    handler = abcFormat.ABCHandler()
    handler.tokenize(music)
    bars: list[int] = []
    bar, grace = 0, False
    for token in handler.tokens:
        kind = type(token).__name__
        if kind in ("ABCGraceStart", "ABCGraceStop"):
            grace = kind == "ABCGraceStart"
        elif kind == "ABCBar":
            bar += bool(bars)  # a bar line before the first note ends none
        elif (
            kind in ("ABCNote", "ABCChord")
            and not grace
            and not token.src.lstrip("^_=\"' ").startswith(("z", "x", "Z"))
        ):
            bars.append(bar)
    return bars


def _placed(text: str, bars: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Syllables and the notes of the line that they belong to; "_" and "*" pass a note over, "|" the rest of a bar."""
    place = -1
    found: dict[int, str] = {}
    for match in SYLLABLE.finditer(text):
        if match["text"]:
            place += 1
            found[place] = match["text"].replace("\\-", "-").replace("~", " ") + " "
        elif match["sign"] == "-" and found.get(place, "").endswith(" "):
            found[place] = found[place].rstrip() + "-"
        elif match["sign"] == "|":
            bar = bars[place] if 0 <= place < len(bars) else 0
            place = max((index for index, own in enumerate(bars) if own <= bar), default=place)
        elif match["sign"] in ("-", "_", "*"):
            place += 1
    yield from ((index, syllable) for index, syllable in found.items() if index < len(bars))


def _add(note: Any, verse: int, syllable: str) -> None:
    from music21.note import Lyric

    lyric = Lyric(text=syllable.rstrip(" -"), number=verse + 1, applyRaw=True)
    lyric.syllabic = "begin" if syllable.endswith("-") else "end"
    note.lyrics.append(lyric)
