"""The bars of a score's parts, and what they say of the order in which they are played."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from .repeats import BarMarks

if TYPE_CHECKING:
    from music21.stream import Measure, Part

MAX_TIMES = 32  # of one repeat


def bars_of(part: Part) -> list[Measure | Part]:
    """A part's bars; itself where it has none."""
    from music21 import stream

    return list(part.getElementsByClass(stream.Measure)) or [part]


def bar_marks(parts: Sequence[Sequence[Measure | Part]]) -> list[BarMarks]:
    """The marks of each bar, whichever part has them: signs often stand in the uppermost alone."""
    from music21 import stream

    columns = [[bar for bar in column if isinstance(bar, stream.Measure)] for column in zip_longest(*parts)]
    return [_marks(bars, before) for bars, before in zip(columns, [[], *columns], strict=False)]


def _marks(bars: Sequence[Measure], before: Sequence[Measure]) -> BarMarks:
    """Of the bars that sound together; some programs draw a repeat's beginning at the end of those before."""
    from music21 import bar, repeat

    drawn = [line for one in bars for line in (one.leftBarline, one.rightBarline)]
    begins = [one.leftBarline for one in bars] + [one.rightBarline for one in before]
    lines = [line for line in drawn if isinstance(line, bar.Repeat)]
    ends = [line.times or 2 for line in lines if line.direction == "end"]
    if max(ends, default=0) > MAX_TIMES:
        raise ValueError(f"a passage is repeated {max(ends)} times")
    signs = [sign for one in bars for sign in one.recurse().getElementsByClass(repeat.RepeatExpression)]
    back = [sign for sign in signs if isinstance(sign, repeat.RepeatExpressionCommand)]
    segno = any("Segno" in type(sign).__name__ for sign in back)
    return BarMarks(
        start=any(isinstance(line, bar.Repeat) and line.direction == "start" for line in begins),
        times=max(ends, default=1),
        endings=frozenset(number for one in bars for number in _endings(one)),
        segno=any(isinstance(sign, repeat.Segno) for sign in signs),
        coda=any(isinstance(sign, repeat.Coda) for sign in signs),
        fine=any(isinstance(sign, repeat.Fine) for sign in signs),
        jump="segno" if segno else "capo" if back else "",
    )


def _endings(one: Measure) -> list[int]:
    """The numbers of the brackets above a bar."""
    brackets: list[Any] = one.getSpannerSites("RepeatBracket")
    return [number for bracket in brackets for number in bracket.numberRange if 0 < number <= MAX_TIMES]
