"""A take judged: every note measured, points given, the score, and what to work on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..target.target import Target, TargetNote
from .advice import advice, weakest
from .alignment import Stretch
from .edges import onset
from .grading import graded, total
from .heard import Heard
from .judging import DIFFICULTIES, Judging
from .measures import measured, settled_pitch
from .placement import Placed, placed
from .result import NoteScore, TakeScore
from .ultrastar_points import ultrastar_points
from .voice import Voice

DEFAULT = Judging()
FEWEST = 5  # frames that either of two notes keeps


def score_take(target: Target, heard: Heard, judging: Judging = DEFAULT) -> TakeScore:
    """The take's score against the target; a take without voice, or a target without notes, scores 0."""
    voice = Voice.of(heard, judging.latency, judging.a4)
    laid = placed(target.notes, voice, judging)
    notes = tuple(graded(note, judging) for note in _measured(target.notes, voice, laid, judging))
    score, work_on = total(notes), weakest(notes, judging)
    return TakeScore(
        target=target.name,
        score=score,
        notes=notes,
        advice=advice(notes, score, work_on, laid.placement.offset, judging, target.key),
        work_on=work_on,
        shift=laid.placement.shift,
        tempo=laid.placement.tempo,
        key=target.key,
        ultrastar=ultrastar_points(target, voice, laid.placement, DIFFICULTIES[judging.difficulty]),
    )


def transposition(target: Target, heard: Heard, judging: Judging = DEFAULT) -> int:
    """Semitones by which the take as a whole was sung above the target: what to transpose the target by."""
    voice = Voice.of(heard, judging.latency, judging.a4)
    return round(placed(target.notes, voice, judging).placement.offset)


def _measured(notes: Sequence[TargetNote], voice: Voice, laid: Placed, judging: Judging) -> list[NoteScore]:
    before: Stretch | None = None
    scores = []
    for note, stretch in zip(notes, _parted(notes, voice, laid), strict=True):
        joined = stretch is not None and stretch.joined and before is not None
        pitch = settled_pitch(voice, before) if joined and before is not None else math.nan
        scores.append(measured(note, stretch, voice, laid.placement, judging, pitch))
        before = stretch
    return scores


def _parted(notes: Sequence[TargetNote], voice: Voice, laid: Placed) -> list[Stretch | None]:
    """The stretches, those in legato parted where the voice moved, and not only by which note it was nearer to."""
    stretches = list(laid.stretches)
    for i, (before, after) in enumerate(pairwise(laid.stretches)):
        first = stretches[i]
        if before is None or first is None or after is None or not after.joined:
            continue
        asked = laid.placement.to_take(notes[i + 1].start)
        began = onset(voice, after, settled_pitch(voice, after), settled_pitch(voice, before), asked)
        place = int(np.searchsorted(voice.time, began))
        if first.first + FEWEST < place < after.stop - FEWEST:
            stretches[i : i + 2] = replace(first, stop=place), replace(after, first=place)
    return stretches
