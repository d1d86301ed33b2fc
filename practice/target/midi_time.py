"""Ticks of a MIDI file in seconds, and the beats of its time signatures."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise

from .assembly import MAX_BEATS
from .midi_events import META, Event, MidiDamage, MidiFile
from .target import Beat

SET_TEMPO, TIME_SIGNATURE = 0x51, 0x58
DEFAULT_TEMPO = 500_000  # microseconds a quarter: 120 quarters a minute


@dataclass(frozen=True)
class TempoMap:
    """When ticks sound."""

    ticks: tuple[int, ...]
    """Where tempi begin, rising, the first at 0."""
    seconds: tuple[float, ...]
    """The same, in seconds."""
    seconds_per_tick: tuple[float, ...]

    def at(self, tick: float) -> float:
        """Seconds of a tick."""
        place = bisect_right(self.ticks, tick) - 1
        return self.seconds[place] + (tick - self.ticks[place]) * self.seconds_per_tick[place]


def tempo_map(song: MidiFile, events: Iterable[Event]) -> TempoMap:
    """The tempi among a song's events; 120 quarters a minute until the first, as the format says."""
    if song.seconds_per_tick:
        return TempoMap((0,), (0.0,), (song.seconds_per_tick,))
    tempi = {0: DEFAULT_TEMPO}
    for event in sorted(events, key=lambda event: event.tick):
        if event.status == META and event.kind == SET_TEMPO and len(event.data) == 3 and any(event.data):
            tempi[event.tick] = int.from_bytes(event.data, "big")
    ticks = tuple(tempi)
    lengths = [tempo / 1e6 / song.ticks_per_quarter for tempo in tempi.values()]
    steps = [(after - before) * length for (before, after), length in zip(pairwise(ticks), lengths, strict=False)]
    return TempoMap(ticks, tuple(accumulate(steps, initial=0.0)), tuple(lengths))


def beats(song: MidiFile, events: Iterable[Event], tempi: TempoMap, last: int) -> tuple[Beat, ...]:
    """The beats up to the tick `last`: of 4/4 until the first signature; three eighths to a beat in 6/8, 9/8, 12/8.

    Empty for SMPTE time, which knows none.
    """
    if not song.ticks_per_quarter:
        return ()
    meters = {0: (4, 4)}
    for event in sorted(events, key=lambda event: event.tick):
        if event.status == META and event.kind == TIME_SIGNATURE and len(event.data) >= 2 and event.data[0]:
            meters[event.tick] = event.data[0], 2 ** min(event.data[1], 6)
    found: list[Beat] = []
    for (begin, (count, unit)), end in zip(meters.items(), [*list(meters)[1:], last], strict=True):
        compound = unit >= 8 and count > 3 and count % 3 == 0
        step = song.ticks_per_quarter * 4 / unit * (3 if compound else 1)
        bar = count // 3 if compound else count
        number = -int(-(min(end, last) - begin) // step)
        if number + len(found) > MAX_BEATS:
            raise MidiDamage(f"it has more than {MAX_BEATS} beats")
        found += [Beat(tempi.at(begin + index * step), index % bar == 0) for index in range(number)]
    return tuple(found)
