"""What of a target has been sung right so far, for the bars of the picture and the figure beside them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from ...model.convert import hz_to_midi
from ...practice.target.target import Target
from ...realtime.frame import PitchTrack

if TYPE_CHECKING:
    from ...practice.rehearsal.following import Sung

JOINED = 0.035  # s between two frames in tune that make one stretch
FRAME = 0.01  # s


class Hits:
    """Of one take, while it is sung."""

    def __init__(self, target: Target, tolerance: float = 50.0) -> None:
        """tolerance: cents."""
        self._target, self._tolerance = target, tolerance
        self._starts = [note.start for note in target.notes]
        lengths = [note.length if note.pitched else 0.0 for note in target.notes]
        self._before = [0.0, *accumulate(lengths)]  # s to be sung before each note
        self._newest = -math.inf
        self._hit = 0
        self.stretches: dict[int, list[tuple[float, float]]] = {}
        """By index of the note: seconds of the target from which and to which it was in tune."""

    @classmethod
    def of(cls, target: Target, track: PitchTrack, tolerance: float, a4: float, octave_free: bool) -> Hits:
        """Of a take that was heard as a whole; the track's seconds are the target's. a4: Hz."""
        hits = cls(target, tolerance)
        for time, midi in zip(track.time.tolist(), hz_to_midi(track.f0, a4).tolist(), strict=True):
            place = hits.place(time)
            note = target.notes[place] if place >= 0 else None
            if note is None or time >= note.end or not note.pitched:
                continue
            cents = 100 * (midi - note.midi_at(time))
            if octave_free:
                cents = (cents + 600) % 1200 - 600
            if abs(cents) <= tolerance:
                hits._add(time)
        if len(track):
            hits._newest = float(track.time[-1])
        return hits

    def observe(self, sung: Sequence[Sung]) -> tuple[float, float] | None:
        """Take what was sung; the stretch of the target (s) that looks different now, if any does."""
        changed: list[float] = []
        for each in sung:
            if not each.time > self._newest:  # a settled frame; its instant one was counted
                continue
            self._newest = each.time
            if not math.isnan(each.cents) and abs(each.cents) <= self._tolerance:
                self._add(each.time)
                changed.append(each.time)
        return (changed[0] - JOINED, changed[-1] + FRAME) if changed else None

    def _add(self, time: float) -> None:
        self._hit += 1
        found = self.stretches.setdefault(self.place(time), [])
        if found and time - found[-1][1] < JOINED:
            found[-1] = (found[-1][0], time + FRAME / 2)
        else:
            found.append((time - FRAME / 2, time + FRAME / 2))

    def place(self, time: float) -> int:
        """Index of the note at a second; of the one before in a rest, -1 before the first."""
        return bisect_right(self._starts, time) - 1

    @property
    def share(self) -> float:
        """Of what was to be sung so far, how much was in tune: 0..1; NaN before anything was to be sung."""
        place = self.place(self._newest)
        if place < 0:
            return math.nan
        note = self._target.notes[place]
        asked = self._before[place]
        if note.pitched:
            asked += min(note.end, self._newest) - note.start
        return min(self._hit * FRAME / asked, 1.0) if asked > FRAME else math.nan
