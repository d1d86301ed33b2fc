"""Points for notes, and the score of a take. Every rule is smooth: what changes a little changes the score a little."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..target.target import Kind, Manner
from .judging import Judging
from .result import NoteScore

# What each can cost a note in tune at most.
FOR_TIME, FOR_LENGTH, FOR_STEADINESS, FOR_ATTACK, FOR_SWELL = 0.3, 0.15, 0.15, 0.1, 0.3
TOUCH = 0.3  # share of a note below which it is hardly sung
WHOLE = 0.85  # share of a note that counts as all of it, with
BREATH = 0.1  # s that singers breathe for, in short notes
SHORT_BREATH = 0.25  # of their length
SHORTEST_WEIGHT, LONGEST_WEIGHT = 0.15, 3.0  # s: shorter and longer notes weigh no less and no more
SWELL = 8.0  # dB that a messa di voce is expected to swell by


def graded(note: NoteScore, judging: Judging) -> NoteScore:
    """The same with its points, 0..1."""
    if not note.target.scored or math.isnan(note.held):
        return note
    return replace(note, points=losses(note, judging).left)


def total(notes: Sequence[NoteScore]) -> float:
    """0..100: the mean of the points, longer notes weighing more (by the root of their length); 0 without notes."""
    weighed = [(weight(note), note.points) for note in notes if note.target.scored]
    whole = sum(each for each, _ in weighed)
    return 100 * sum(each * points for each, points in weighed) / whole if whole else 0.0


def weight(note: NoteScore) -> float:
    """How much a note counts."""
    return math.sqrt(min(max(note.target.length, SHORTEST_WEIGHT), LONGEST_WEIGHT))


def closeness(off: float, tolerance: float) -> float:
    """0..1: 1 where nothing is off, one half at the tolerance, 0.06 at twice that."""
    return 1 / (1 + (off / tolerance) ** 4)


@dataclass(frozen=True, slots=True)
class Losses:
    """What each thing takes from a note's points: shares of what the others leave, 0..1."""

    pitch: float = 0.0
    time: float = 0.0
    length: float = 0.0
    steadiness: float = 0.0
    attack: float = 0.0
    swell: float = 0.0

    @property
    def left(self) -> float:
        """The points."""
        shares = (self.pitch, self.time, self.length, self.steadiness, self.attack, self.swell)
        return math.prod(1 - share for share in shares)


def losses(note: NoteScore, judging: Judging) -> Losses:
    """Of a note that was sung."""
    target = note.target
    late = 1 - closeness(note.onset_delay, judging.tolerance_seconds)
    short = _shortness(note)
    if target.kind in (Kind.RAP, Kind.RAP_GOLDEN):
        return Losses(time=2 * FOR_TIME * late, length=short)
    tolerance = judging.tolerance_cents
    unsteady = 1 - closeness(_or_zero(note.spread_cents) + abs(_or_zero(note.drift_cents)) / 4, tolerance)
    scooped = _or_zero(note.scoop_cents) * note.scoop_seconds / target.length if note.scoop_cents else 0.0
    swell = 1 - smooth_step(_or_zero(note.swell_db) / SWELL) if target.manner is Manner.SWELL else 0.0
    return Losses(
        pitch=1 - closeness(note.cents_off, tolerance),
        time=FOR_TIME * late,
        length=1 - (1 - FOR_LENGTH * short) * _sung_at_all(note),
        steadiness=FOR_STEADINESS * unsteady,
        attack=FOR_ATTACK * (1 - closeness(_or_zero(scooped), tolerance / 2)),
        swell=FOR_SWELL * swell,
    )


def _shortness(note: NoteScore) -> float:
    """0 for a note that was held, 1 for one that was not."""
    if note.target.manner is Manner.STACCATO:
        return 0.0
    return 1 - smooth_step((note.held + min(BREATH / note.target.length, SHORT_BREATH)) / WHOLE)


def _sung_at_all(note: NoteScore) -> float:
    """A touch of a note is not the note."""
    return 1.0 if note.target.manner is Manner.STACCATO else smooth_step(note.held / TOUCH)


def smooth_step(share: float) -> float:
    """0 at 0, 1 from 1 on, level at both ends."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


def _or_zero(value: float) -> float:
    return 0.0 if math.isnan(value) else value
