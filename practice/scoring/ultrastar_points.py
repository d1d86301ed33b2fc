"""Points as UltraStar Deluxe counts them, beat by beat."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..target.target import Kind, Target, TargetNote
from .result import UltraStarPoints
from .timeliness import Placement
from .voice import Voice

WORTH = {Kind.NORMAL: 1, Kind.GOLDEN: 2, Kind.RAP: 1, Kind.RAP_GOLDEN: 2, Kind.FREESTYLE: 0}
GOLDEN = (Kind.GOLDEN, Kind.RAP_GOLDEN)
MOST, LINE_BONUS = 9000, 1000
SPARED = 2.0  # points that a line may lack and still be perfect


@dataclass
class _Line:
    most: float = 0.0
    points: float = 0.0


def ultrastar_points(target: Target, voice: Voice, placement: Placement, range: int) -> UltraStarPoints | None:
    """The points of a take of an UltraStar song; None for another target. range: semitones that a beat may be off.

    A beat is hit if the semitone nearest to the voice, in whichever octave, is near enough; rap by any voice. Golden
    notes count twice. 9000 points are for beats, 1000 for lines, each line alike by the share of its points.
    """
    if math.isnan(target.beat_seconds):
        return None
    value = sum(WORTH[note.kind] * _beats(note, target) for note in target.notes if note.scored)
    if not value:
        return None
    normal = golden = 0.0
    lines = [_Line() for _ in _line_starts(target)]
    time = placement.to_target(voice.time)
    for i, note in enumerate(target.notes):
        if not note.scored:
            continue
        line = lines[int(np.searchsorted(_line_starts(target), i, "right")) - 1]
        a_beat = MOST / value * WORTH[note.kind]
        points = a_beat * _hits(note, target, voice, time, range)
        line.most, line.points = line.most + a_beat * _beats(note, target), line.points + points
        normal, golden = (normal, golden + points) if note.kind in GOLDEN else (normal + points, golden)
    return _rounded(normal, golden, lines)


def _rounded(normal: float, golden: float, lines: Sequence[_Line]) -> UltraStarPoints:
    """Tens: normal notes to the nearest, golden ones the other way, so that no take has more than all."""
    normal, golden = round(normal, 6), round(golden, 6)
    tens = 10 * round(normal / 10)
    other = math.ceil(golden / 10) if tens < normal else math.floor(golden / 10)
    counted = [line for line in lines if line.most > 0]
    shares = [1.0 if line.most <= SPARED else min(1.0, line.points / (line.most - SPARED)) for line in counted]
    bonus = sum(LINE_BONUS / len(counted) * share for share in shares)
    return UltraStarPoints(tens, 10 * other, 10 * (round(bonus) // 10))


def _beats(note: TargetNote, target: Target) -> int:
    return max(1, round(note.length / target.beat_seconds))


def _line_starts(target: Target) -> Sequence[int]:
    """Index of each line's first note."""
    return target.lines or (0,)


def _hits(note: TargetNote, target: Target, voice: Voice, time: np.ndarray, range: int) -> int:
    """Beats of a note that were hit."""
    edges = np.searchsorted(time, np.linspace(note.start, note.end, _beats(note, target) + 1))
    hits = 0
    for first, stop in pairwise(edges):
        midi = voice.midi[first : max(stop, first + 1)]
        midi = midi[~np.isnan(midi)]
        if not len(midi):
            continue
        away = round(float(np.median(midi))) - note.midi if note.pitched else 0.0
        hits += abs(away - 12 * round(away / 12)) <= range
    return hits
