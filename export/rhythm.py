"""Notes of a voice on the grid of a tempo, and as note values that can be read: bars of 4/4, tied where they must be.

The grid is sixteenths, or finer values where sixteenths would last longer than most sung notes do; no triplets, since
nobody can tell a triplet from a singer's freedom by the seconds alone.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .written import WrittenNote

QUARTERS = 4  # of a bar
LONGEST_STEP = 0.16  # s: a sixteenth at 94 to the minute; slower tempi have finer grids
BREATH = 0.16  # s without voice: what is shorter belongs to the note before it


class Place(NamedTuple):
    """A note, or with no number a rest, from one step of the grid to another."""

    start: int
    end: int
    number: int | None


@dataclass(frozen=True, slots=True)
class Value:
    """A note or a rest that one sign can stand for."""

    steps: int
    number: int | None
    begun: bool = False
    """Tied to the value before it."""
    lasts: bool = False
    """Tied to the value after it."""


def steps_per_quarter(tempo: float) -> int:
    """Steps of the grid in a quarter: 4 from 94 to the minute on, 8 from 47 on, 16 and 32 below."""
    steps = 4
    while 60.0 / tempo / steps > LONGEST_STEP:
        steps *= 2
    return steps


def on_grid(notes: Sequence[WrittenNote], tempo: float) -> Iterator[Place]:
    """Where the notes lie on the grid, and the rests between them, in order and without a gap from step 0 on.

    All are moved by the same part of a step, half of one at most, by which they fit best. A note whose step is taken
    begins one later; where that is too late, since several fall on one step, it is left out.
    """
    rate = tempo / 60.0 * steps_per_quarter(tempo)
    shift = _shift([note.start * rate for note in notes])
    here = 0  # what lies before it is given out
    held: Place | None = None  # waits for the note after it, up to which it may have to last
    ended = 0.0
    for note in notes:
        wanted = max(0, round(note.start * rate - shift))
        start = max(wanted, held.start + 1 if held else 0)
        if start > wanted + 1:
            continue
        if held:
            here = start if note.start - ended < BREATH else min(held.end, start)
            yield Place(held.start, here, held.number)
        if start > here:
            yield Place(here, start, None)
        held = Place(start, max(start + 1, round(note.end * rate - shift)), note.number)
        ended = note.end
    if held:
        yield held


def _shift(places: Sequence[float]) -> float:
    """By how much of a step the places lie off the grid, -0.5 to 0.5: their circular mean."""
    mean = sum(cmath.exp(2j * math.pi * place) for place in places)
    return cmath.phase(mean) / (2 * math.pi) if mean else 0.0


def in_bars(places: Iterator[Place], quarter: int) -> Iterator[list[Value]]:
    """Bars of values, the last filled up with rests; a bar of rest for no places. `quarter`: steps of one."""
    length = QUARTERS * quarter
    bar: list[Value] = []
    for start, end, number in _filled_up(places, length):
        for first, last in _values(start, end, length, number is None):
            sounds = number is not None
            bar.append(Value(last - first, number, sounds and first > start, sounds and last < end))
            if last % length == 0:
                yield bar
                bar = []


def _filled_up(places: Iterator[Place], length: int) -> Iterator[Place]:
    """The same, and the rest that fills the last bar."""
    end = 0
    for place in places:
        yield place
        end = place.end
    if end == 0 or end % length:
        yield Place(end, (end // length + 1) * length, None)


def _values(start: int, end: int, bar: int, rest: bool) -> Iterator[tuple[int, int]]:
    """A stretch cut so that every piece is one sign that hides no beat, first at bar lines, then at stronger beats."""
    while start < end:
        stop = min(end, (start // bar + 1) * bar)
        while not _readable(start % bar, stop - start, rest):
            stop = _strongest(start, stop)
        yield start, stop
        start = stop


def _strongest(start: int, stop: int) -> int:
    """The first of the strongest beats strictly between two steps."""
    beat = 1
    while (start // (2 * beat) + 1) * 2 * beat < stop:
        beat *= 2
    return (start // beat + 1) * beat


def _readable(start: int, steps: int, rest: bool) -> bool:
    """Whether one sign at this step of a bar is usual: plain or with one dot, syncopated by half its value at most.

    A rest has no dot and lies on its own beats.
    """
    base = steps & -steps
    if steps == base:
        offset = start % (2 * base)
        return offset % base == 0 or (not rest and base > 1 and offset == base // 2)
    return not rest and steps == 3 * base and start % (4 * base) in (0, base)
