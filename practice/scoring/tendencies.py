"""What a singer did throughout a take, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from .faults import SCOOP, octaves_away
from .grading import graded, total
from .judging import Judging
from .result import NoteScore

MANY = 3  # notes of a kind, before anything is said of all of them
FLAT = 12.0  # cents in the middle
WAY = 12.0  # cents between notes reached from below and the others
LATE = 0.05  # s in the middle
REST = 0.15  # s without a note before an entry
WIDE, UNEVEN = 80.0, 0.75  # cents of a vibrato; its regularity
SHARE = 1 / 3  # of the notes

Notes = Sequence[NoteScore]


def tendencies(notes: Notes, offset: float, judging: Judging) -> list[str]:
    """Sentences about the whole take. offset: semitones that the voice lay above the target as a whole."""
    sung = [note for note in notes if note.target.pitched and not np.isnan(note.cents_off)]
    if len(sung) < MANY:
        return []
    whole = _octave(sung, judging) or _key(offset)
    if whole:
        return [whole, *_timing(sung, notes, judging), *_scoops(sung), *_vibrato(sung)]
    return [*_intonation(sung), *_timing(sung, notes, judging), *_scoops(sung), *_vibrato(sung)]


def _octave(sung: Notes, judging: Judging) -> str:
    octaves = [note.octaves for note in sung]
    common = max(set(octaves), key=octaves.count)
    if not common or octaves.count(common) < 0.6 * len(sung):
        return ""
    if judging.octave_free:
        return f"You sang {octaves_away(common)} throughout, which is allowed here."
    remedy = f"transpose the target by {12 * common:+d}, or switch octave-free on"
    return f"You sang {octaves_away(common)} throughout: {remedy}."


def _key(offset: float) -> str:
    semitones = round(offset)
    if not semitones:
        return ""
    side = "lower" if semitones < 0 else "higher"
    count = "a semitone" if abs(semitones) == 1 else f"{abs(semitones)} semitones"
    return f"You sang {count} {side} throughout: transpose the target by {semitones:+d} if that is your key."


def _intonation(sung: Notes) -> list[str]:
    near = [note for note in sung if abs(note.cents_off) < 150]
    if len(near) < MANY:
        return []
    cents = {id(note): note.cents_off for note in near}
    up = [cents[id(b)] for a, b in pairwise(sung) if id(b) in cents and b.target.midi > a.target.midi]
    down = [cents[id(b)] for a, b in pairwise(sung) if id(b) in cents and b.target.midi < a.target.midi]
    middle = float(np.median(list(cents.values())))
    for values, others, words in ((up, down, "up"), (down, up, "down")):
        if len(values) >= MANY and len(others) >= MANY and abs(np.median(values) - np.median(others)) >= WAY:
            own = float(np.median(values))
            if abs(own) >= FLAT and abs(own) > abs(float(np.median(others))):
                side, remedy = ("flat", "reach a little further") if own < 0 else ("sharp", "do not overshoot")
                return [f"On the way {words} you tend to be {side}, by about {abs(own):.0f} cents: {remedy}."]
    same = np.mean(np.sign(list(cents.values())) == np.sign(middle))
    if abs(middle) >= FLAT and same >= 0.75:
        side = "flat" if middle < 0 else "sharp"
        return [f"You are about {abs(middle):.0f} cents {side} throughout: tune to the first note."]
    return []


def _timing(sung: Notes, notes: Notes, judging: Judging) -> list[str]:
    delays = np.array([note.onset_delay for note in sung])
    rested = np.array([True] + [b.target.start - a.target.end >= REST for a, b in pairwise(sung)])
    middle = float(np.median(delays))
    if abs(middle) >= LATE and np.mean(np.sign(delays) == np.sign(middle)) >= 0.75:
        side = "late" if middle > 0 else "early"
        moved = [graded(replace(note, onset_delay=note.onset_delay - middle), judging) for note in notes]
        return [
            f"You are about {1000 * abs(middle):.0f} ms {side} throughout; if it is the recording, set its latency: "
            f"the score is {total(moved):.0f} without that."
        ]
    if (
        rested.sum() >= MANY
        and (~rested).any()
        and np.median(delays[rested]) >= LATE > 1.5 * np.median(delays[~rested])
    ):
        return [f"After rests you come in late, by about {1000 * np.median(delays[rested]):.0f} ms: breathe in time."]
    return []


def _scoops(sung: Notes) -> list[str]:
    return _often(
        sung, lambda note: note.scoop_cents <= -SCOOP, "You often slide up to a note from below: think its pitch first."
    )


def _vibrato(sung: Notes) -> list[str]:
    shaken = [note for note in sung if not np.isnan(note.vibrato_rate)]
    if len(shaken) < MANY:
        return []
    wide = float(np.median([note.vibrato_extent for note in shaken]))
    uneven = float(np.median([note.vibrato_regularity for note in shaken])) < UNEVEN
    if wide < WIDE and not uneven:
        return []
    words = " and ".join(["wide"] * (wide >= WIDE) + ["uneven"] * uneven)
    return [f"Your vibrato is {words} (about {wide:.0f} cents to either side): practise it slowly on one note."]


def _often(sung: Notes, true: Callable[[NoteScore], bool], sentence: str) -> list[str]:
    count = sum(true(note) for note in sung)
    return [sentence] if count >= max(MANY, SHARE * len(sung)) else []
