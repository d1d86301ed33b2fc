"""The meters of a score, and the beats of its bars as they are played."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .assembly import MAX_BEATS
from .target import Beat

if TYPE_CHECKING:
    from music21.stream import Measure, Part

CLOSE = 1e-4  # quarters: rounding of tuplets


@dataclass(frozen=True)
class Meter:
    """A time signature, in quarters."""

    full: float
    """A whole bar."""
    beat: float


def standing_meters(columns: Sequence[Sequence[Measure | Part]]) -> list[Meter | None]:
    """The meter that holds in each bar; None before the first. columns: the bars of all parts, bar by bar."""
    meters: list[Meter | None] = []
    for column in columns:
        meters.append(_meter(column) or (meters[-1] if meters else None))
    return meters


def _meter(column: Sequence[Measure | Part]) -> Meter | None:
    from music21 import meter

    for bar in column:
        signature = bar.getElementsByClass(meter.TimeSignature).first()
        if signature is not None:
            beat = float(signature.beatDuration.quarterLength) if signature.beatCount else 1.0
            return Meter(float(signature.barDuration.quarterLength), max(beat, 0.125))
    return None


def beats(
    meters: Sequence[Meter | None], begins: Sequence[float], seconds: Callable[[float], float]
) -> tuple[Beat, ...]:
    """The beats of bars in the order they are played; without a meter, each quarter of a bar.

    A bar too short for its meter is a pickup at the beginning, or the rest of a short bar before. begins: quarters at
    which bars begin, and where the last ends. seconds: of quarters. ValueError for more than MAX_BEATS.
    """
    found: list[Beat] = []
    before = 0.0  # quarters of a short bar that still wants its rest
    for position, meter in enumerate(meters):
        begin, length = begins[position], begins[position + 1] - begins[position]
        missing = 0.0
        short = meter is not None and length < meter.full - CLOSE
        if meter is not None and short:
            missing = meter.full - length if position == 0 else before if before + length <= meter.full + CLOSE else 0.0
        offsets = _offsets(length, meter.beat if meter is not None else 1.0, missing)
        found += [Beat(seconds(begin + offset), number == 0) for number, offset in offsets]
        if len(found) > MAX_BEATS:
            raise ValueError(f"it has more than {MAX_BEATS} beats")
        before = length if short and missing == 0 else 0.0
    return tuple(found)


def _offsets(length: float, beat: float, missing: float) -> Iterator[tuple[int, float]]:
    """Numbers and offsets of the beats of a bar of which the first `missing` quarters do not sound here."""
    if length / beat > MAX_BEATS:
        raise ValueError(f"it has more than {MAX_BEATS} beats")
    first = max(math.ceil((missing - CLOSE) / beat), 0)
    past = math.ceil((missing + length - CLOSE) / beat)
    return ((number, number * beat - missing) for number in range(first, past))
