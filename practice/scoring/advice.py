"""Sentences for the singer: why the score is what it is, what to work on, what happened throughout."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..scales import Key
from .faults import faults, note_label
from .grading import losses, weight
from .judging import Judging
from .result import NoteScore
from .tendencies import tendencies

MOST = 3  # notes to work on
FINE = 97.0  # score from which there is little to say


def weakest(notes: Sequence[NoteScore], judging: Judging) -> tuple[int, ...]:
    """Indices of at most three notes that have a fault, what costs most first."""
    cost = {}
    for index, note in enumerate(notes):
        found = faults(note, judging)
        if found:
            cost[index] = weight(note) * (1 - note.points + 0.3 * found[0].weight)
    return tuple(sorted(cost, key=lambda index: -cost[index])[:MOST])


def advice(
    notes: Sequence[NoteScore], score: float, work_on: Sequence[int], offset: float, judging: Judging, key: Key
) -> tuple[str, ...]:
    """Why the score is what it is; the tendencies; a sentence for each note to work on.

    offset: semitones that the voice lay above the target as a whole. key: that notes are spelt in.
    """
    return (
        _reason(notes, score, judging),
        *tendencies(notes, offset, judging),
        *(_about(notes[index], index, judging, key) for index in work_on),
    )


def _reason(notes: Sequence[NoteScore], score: float, judging: Judging) -> str:
    counted = [note for note in notes if note.target.scored]
    if not counted:
        return "There is nothing to score in this target."
    if all(math.isnan(note.held) for note in counted):
        return "No voice was heard on any note: check the microphone, or where the recording begins."
    hits = sum(note.hit for note in counted)
    share = "the note" if len(counted) == hits == 1 else f"{hits} of {len(counted)} notes"
    begin = f"You hit {share}"
    if score >= FINE:
        return f"{begin}, in tune and in time. Well sung!"
    costs = _costs(counted, judging)
    largest = max(costs, key=lambda words: costs[words])
    return f"{begin}; {largest} cost the most." if costs[largest] > 0 else f"{begin}."


def _costs(notes: Sequence[NoteScore], judging: Judging) -> dict[str, float]:
    """What was lost by what."""
    costs = dict.fromkeys(
        ("missed notes", "pitch", "timing", "short notes", "unsteady notes", "scoops", "weak swells"), 0.0
    )
    for note in notes:
        if math.isnan(note.held):
            costs["missed notes"] += weight(note)
            continue
        lost = losses(note, judging)
        each = (0.0, lost.pitch, lost.time, lost.length, lost.steadiness, lost.attack, lost.swell)
        for words, share in zip(costs, each, strict=True):
            costs[words] += weight(note) * share
    return costs


def _about(note: NoteScore, index: int, judging: Judging, key: Key) -> str:
    found = faults(note, judging)[:2]
    return f"{note_label(note, index, key)} {' and '.join(fault.words for fault in found)}: {found[0].remedy}."
