"""The order in which the bars of a score are played: repeats, endings, da capo, dal segno, coda and fine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_PLAYED = 20_000  # bars


@dataclass(frozen=True)
class BarMarks:
    """What a bar says of the order."""

    start: bool = False
    """A repeat begins with it."""
    times: int = 1
    """How often what ends with it is played; 1: no repeat ends here."""
    endings: frozenset[int] = frozenset()
    """Which passes it belongs to; empty: all."""
    segno: bool = False
    coda: bool = False
    """The sign: at the first the jump to the last is made, once the music went back."""
    fine: bool = False
    jump: str = ""
    """"capo" or "segno": where the music goes back to after this bar."""


def played(bars: Sequence[BarMarks]) -> list[int]:
    """Indices of the bars as they are played; after a jump back, repeats are not taken again and last endings hold.

    ValueError where that is more than MAX_PLAYED.
    """
    signs = [index for index, bar in enumerate(bars) if bar.coda]
    order: list[int] = []
    place, section, turn = 0, 0, 1
    jumped = False
    while place < len(bars):
        bar = bars[place]
        if bar.start and place != section:
            section, turn = place, 1
        if bar.endings and not (_is_last(bars, place) if jumped else turn in bar.endings):
            place += 1
            continue
        order.append(place)
        if len(order) > MAX_PLAYED:
            raise ValueError(f"its repeats make more than {MAX_PLAYED} bars")
        if jumped and bar.fine:
            break
        if jumped and len(signs) > 1 and place == signs[0]:
            place = signs[-1]
            signs = []
        elif not jumped and turn < _turns(bars, place):
            place, turn = section, turn + 1
        elif bar.jump and not jumped:
            jumped = True
            place = _target(bars, place) if bar.jump == "segno" else 0
        else:
            if bar.times > 1 or (bar.endings and not (bars[place + 1 : place + 2] and bars[place + 1].endings)):
                section, turn = place + 1, 1
            place += 1
    return order


def _turns(bars: Sequence[BarMarks], place: int) -> int:
    """How often the section that ends with a bar is played: where an ending leads back, once more than its numbers."""
    bar = bars[place]
    return bar.times if bar.times == 1 or not bar.endings else max(bar.times, max(bar.endings) + 1)


def _is_last(bars: Sequence[BarMarks], place: int) -> bool:
    """Whether no higher ending follows the one that a bar lies in."""
    after = place
    while after < len(bars) and bars[after].endings:
        if min(bars[after].endings) > max(bars[place].endings):
            return False
        after += 1
    return True


def _target(bars: Sequence[BarMarks], place: int) -> int:
    """The last segno before a bar; the beginning where there is none."""
    return max((index for index in range(place + 1) if bars[index].segno), default=0)
