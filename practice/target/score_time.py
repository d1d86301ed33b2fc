"""When the bars of a score sound: their lengths and order in quarters, and tempi in seconds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from .assembly import MAX_SECONDS
from .score_beats import Meter, standing_meters

if TYPE_CHECKING:
    from music21.stream import Measure, Part

    Bar = Measure | Part

DEFAULT_TEMPO = 120.0  # quarters a minute, where the score says nothing
SLOWEST, FASTEST = 10.0, 1000.0  # quarters a minute: what else a score says is a slip


class ScoreClock:
    """Quarters and seconds of the bars of a score, played in an order.

    The tempo of a place is the same however often it is played. A word such as "Allegro" counts as music21 reads it;
    without any the tempo is DEFAULT_TEMPO. ValueError for more than MAX_SECONDS of the fastest music.
    """

    def __init__(self, parts: Sequence[Sequence[Bar]], order: Sequence[int]) -> None:
        columns = [[part[index] for part in parts if index < len(part)] for index in range(max(map(len, parts)))]
        self.meters = standing_meters(columns)
        """Of each bar as written; None where the score has none yet."""
        self.lengths = [_length(column, meter) for column, meter in zip(columns, self.meters, strict=True)]
        """Quarters of each bar as written."""
        self.begins = list(accumulate((self.lengths[index] for index in order), initial=0.0))
        """Quarters at which the bars of the order begin, and the last ends."""
        if self.begins[-1] > MAX_SECONDS * FASTEST / 60:
            raise ValueError(f"it lasts {self.begins[-1]:.0f} quarters")
        self._set_tempi(order, [list(_tempi(column)) for column in columns])

    def seconds(self, quarters: float) -> float:
        """Seconds from the beginning."""
        place = max(bisect_right(self._quarters, quarters) - 1, 0)
        return self._seconds[place] + (quarters - self._quarters[place]) * 60 / self._tempi[place]

    def _set_tempi(self, order: Sequence[int], marks: Sequence[Sequence[tuple[float, float]]]) -> None:
        standing = accumulate(marks, lambda tempo, found: found[-1][1] if found else tempo, initial=DEFAULT_TEMPO)
        before = list(standing)  # the tempo that a bar begins with, in the written order
        tempi: dict[float, float] = {0.0: DEFAULT_TEMPO}
        for begin, index in zip(self.begins, order, strict=False):
            tempi[begin] = before[index]
            tempi |= {begin + min(offset, self.lengths[index]): tempo for offset, tempo in marks[index]}
        self._quarters, self._tempi = list(tempi), list(tempi.values())
        stretches = zip(pairwise(self._quarters), self._tempi, strict=False)
        self._seconds = list(
            accumulate(((after - before) * 60 / tempo for (before, after), tempo in stretches), initial=0.0)
        )


def _length(column: Sequence[Bar], meter: Meter | None) -> float:
    """Quarters of a bar: as its parts with notes have it; some programs write whole rests longer than the bar is."""
    sounding = [float(bar.highestTime) for bar in column if bar.recurse().notes]
    if sounding:
        return max(sounding)
    resting = min(float(bar.highestTime) for bar in column)
    return min(resting, meter.full) if meter is not None else resting


def _tempi(column: Sequence[Bar]) -> Iterator[tuple[float, float]]:
    """Tempo marks of a bar: offset and quarters a minute, in order; of several at one place a number, not a word."""
    from music21 import tempo

    found: dict[float, tuple[bool, float]] = {}
    for bar in column:
        for mark in bar.recurse().getElementsByClass(tempo.TempoIndication):
            sounding = mark.getSoundingMetronomeMark()  # type: ignore[no-untyped-call]
            quarters = sounding.getQuarterBPM() if sounding is not None else None
            if quarters is not None and SLOWEST <= quarters <= FASTEST:
                offset, word = float(mark.getOffsetInHierarchy(bar)), bool(sounding.numberImplicit)
                if offset not in found or (found[offset][0] and not word):
                    found[offset] = word, float(quarters)
    yield from ((offset, quarters) for offset, (_, quarters) in sorted(found.items()))
