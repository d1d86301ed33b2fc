"""The words of a target as lines, and which syllable is sung."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from ...practice.target.target import Manner, Target

REST = 1.2  # s without a note after which another line begins, where the target knows no lines
LONGEST = 60  # characters of such a line
AHEAD = 1.5  # s before its first note that a line is shown


@dataclass(frozen=True, slots=True)
class Line:
    """Syllables that are read together."""

    start: float
    """Second of the target at which the first is sung."""
    syllables: tuple[str, ...]
    starts: tuple[float, ...]

    def current(self, time: float) -> int:
        """Place of the syllable that is sung at a second; -1 before the first."""
        return bisect_right(self.starts, time) - 1


class Lyrics:
    """The lines of a target; none where it has no words."""

    def __init__(self, target: Target) -> None:
        self.lines = _lines(target)
        self._starts = [line.start for line in self.lines]

    def line(self, time: float) -> int:
        """Place of the line to be read at a second: the first ones early, the next as soon as it is near."""
        place = max(bisect_right(self._starts, time) - 1, 0)
        coming = place + 1
        if coming < len(self.lines):
            line, begin = self.lines[place], self._starts[coming]
            if line.starts[-1] + 0.6 < time and begin - time < AHEAD:
                return coming
        return place


def _lines(target: Target) -> tuple[Line, ...]:
    found: list[list[int]] = []
    length = 0
    for index, note in enumerate(target.notes):
        if not note.lyric.strip() or note.manner is Manner.LISTEN:
            continue
        if not found or _begins(target, found[-1], index, length):
            found.append([])
            length = 0
        found[-1].append(index)
        length += len(note.lyric)
    return tuple(
        Line(
            target.notes[line[0]].start,
            tuple(_syllable(target.notes[index].lyric) for index in line),
            tuple(target.notes[index].start for index in line),
        )
        for line in found
    )


def _begins(target: Target, line: list[int], index: int, length: int) -> bool:
    if target.lines:
        return bisect_right(target.lines, line[-1]) != bisect_right(target.lines, index)
    rest = target.notes[index].start - target.notes[index - 1].end
    whole_word = not target.notes[line[-1]].lyric.endswith("-")
    return rest > REST or (length > LONGEST and whole_word)


def _syllable(lyric: str) -> str:
    """As it stands in a line: without the hyphen that says that the word goes on, nor a held vowel's sign."""
    return lyric[:-1] if lyric.endswith("-") and len(lyric) > 1 else lyric
