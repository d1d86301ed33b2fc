"""Which stretch of the voice belongs to which note: the cheapest way through notes and rests, frame by frame.

The states are the notes and the gaps before, between and after them, in order; a note may be missed at a price. A frame
costs its distance from the note's pitch and from the note's time. Found by dynamic programming (Viterbi).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..target.target import Kind, Manner, TargetNote
from .voice import Voice

Floats = NDArray[np.float64]

REACH = 2.5  # s before and after a note in which it may be sung
NEAR = 0.7  # semitones: the width of the valley round a pitch
FAR = 0.03  # cost of each semitone beyond
OCTAVE = 0.35  # cost of a frame an octave away
OUTSIDE = 1 / 0.6  # cost of a frame for each second that it lies outside its note's time
STRAY = 1.6  # cost of a voiced frame in a gap: more than that of a wrong note
SILENT = 0.5  # cost of an unvoiced frame in a note
MISSED = 4.0  # cost of leaving a note out
ENTER = 0.5  # cost of beginning one
AGAIN = 4.0  # cost of a new attack within one
REPEAT = 6.0  # cost of beginning one on the pitch of the one before without any sign of it
SAME = 0.5  # semitones: notes this near are repeated ones
DIP = 8.0  # dB: a level that sinks so far and rises again is a sure sign
BESIDE = 0.12  # s on either side within which it was louder
SLIVER = 0.15  # s; so little of a note, and after its time, is none
ELSEWHERE = 1.5  # semitones from its pitch: it is another
FEWEST = 0.03  # s of voice; less is no note


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames `first` to before `stop` of the voice; `joined` if the voice came from the note before without a break."""

    first: int
    stop: int
    joined: bool


def align(notes: Sequence[TargetNote], voice: Voice, time: Floats, offset: float = 0.0) -> list[Stretch | None]:
    """The stretch of each note; None where it was not sung.

    time: (n,) s of the target at the voice's frames. offset: semitones by which the whole voice lies above the target.
    """
    if not notes or not len(time):
        return [None] * len(notes)
    there = [i for i, note in enumerate(notes) if note.manner is not Manner.LISTEN]
    path = _path([notes[i] for i in there], voice, time, offset)
    _give_slivers(path, [notes[i] for i in there], voice, time)
    _give_back(path, [notes[i] for i in there], voice, offset)
    stretches: list[Stretch | None] = [None] * len(notes)
    for place, i in enumerate(there):
        stretches[i] = _stretch(path, place, voice)
    return stretches


def _give_slivers(path: NDArray[np.int64], notes: Sequence[TargetNote], voice: Voice, time: Floats) -> None:
    """What was heard of a note only after its time, on the way to the next, is that one's scoop: gives it there."""
    for i in range(len(notes) - 1):
        places = np.flatnonzero(path == i)
        if not len(places) or places[-1] + 1 >= len(path) or path[places[-1] + 1] != i + 1:
            continue
        sung = places[voice.voiced[places]]
        late = len(sung) and time[sung[0]] > notes[i].end - SLIVER / 2
        if late and len(sung) * voice.hop < min(SLIVER, notes[i].length / 2):
            path[places] = i + 1


def _give_back(path: NDArray[np.int64], notes: Sequence[TargetNote], voice: Voice, offset: float) -> None:
    """What a missed note was given of the end of another, so that it is not missed, goes back there."""
    for i in range(1, len(notes)):
        places, before = np.flatnonzero(path == i), np.flatnonzero(path == i - 1)
        if not len(places) or not len(before) or before[-1] + 1 != places[0] or not notes[i].pitched:
            continue
        if (
            len(places) * voice.hop >= min(SLIVER, notes[i].length / 2)
            or not voice.voiced[[before[-1], places[0]]].all()
        ):
            continue
        pitch = np.nanmedian(voice.midi[places])
        away = pitch - notes[i].midi - offset
        if abs(away - 12 * round(away / 12)) > ELSEWHERE and abs(pitch - np.nanmedian(voice.midi[before])) < SAME:
            path[places] = i - 1


def _stretch(path: NDArray[np.int64], note: int, voice: Voice) -> Stretch | None:
    """From the first voiced frame of a note on the path to its last."""
    places = np.flatnonzero(path == note)
    sung = places[voice.voiced[places]]
    if len(sung) * voice.hop < FEWEST - 1e-9:
        return None
    first = int(sung[0])
    joined = first > 0 and bool(voice.voiced[first - 1]) and path[first - 1] >= 0
    return Stretch(first, int(sung[-1]) + 1, joined)


def _path(notes: Sequence[TargetNote], voice: Voice, time: Floats, offset: float) -> NDArray[np.int64]:
    """The note that each frame belongs to, -1 for none."""
    if not notes:
        return np.full(len(time), -1)
    starts, ends = np.array([note.start for note in notes]), np.array([note.end for note in notes])
    free = np.array([not note.pitched for note in notes])
    missed = np.array([0.0 if note.kind is Kind.FREESTYLE else MISSED for note in notes])
    pitch = np.where(free, 0.0, np.array([note.midi for note in notes])) + offset
    glide = np.array([note.glide for note in notes])
    lows = np.searchsorted(np.maximum.accumulate(ends) + REACH, time).astype(np.int64)  # the first still possible
    highs = np.maximum(np.searchsorted(starts - REACH, time, "right"), lows).astype(np.int64)  # after the last
    path: NDArray[np.int64] = _cheapest(
        voice.midi, time, _dips(voice), starts, ends, pitch, glide, free, missed, lows, highs
    )
    return path


def _dips(voice: Voice) -> Floats:
    """How surely the voice was interrupted at each frame, 0..1: the level sinks and rises again."""
    beside = max(1, round(BESIDE / voice.hop))
    padded = np.pad(voice.level, beside, "edge")
    loudest = np.lib.stride_tricks.sliding_window_view(padded, beside + 1).max(axis=1)
    before, after = loudest[: len(voice.level)], loudest[beside : beside + len(voice.level)]
    return np.asarray(np.clip((np.minimum(before, after) - voice.level) / DIP, 0, 1), np.float64)


@njit(cache=True)
def _cheapest(midi, time, dips, starts, ends, pitch, glide, free, missed, lows, highs):  # type: ignore[no-untyped-def]
    """Viterbi: for each frame (n,) the note on the cheapest way, -1 for none."""
    frames, count = len(time), len(starts)
    width = 1
    for t in range(frames):
        width = max(width, highs[t] - lows[t] + 1)
    note_from = np.zeros((frames, width), np.int8)  # 0: the same note, 1: the gap before it, 2: the note before
    gap_from = np.zeros((frames, width), np.int32)  # a gap, or -1 - a note
    note, gap = np.full(count, np.inf), np.full(count + 1, np.inf)
    gap[0] = 0.0
    earlier = 0
    for t in range(frames):
        low, high, voiced = lows[t], highs[t], not np.isnan(midi[t])
        new_note, new_gap = np.full(count, np.inf), np.full(count + 1, np.inf)
        run, origin = np.inf, 0
        for j in range(earlier, high + 1):
            if j > earlier:
                run += missed[j - 1]
            if gap[j] < run:
                run, origin = gap[j], j
            if j > 0 and note[j - 1] < run:
                run, origin = note[j - 1], -j
            if j >= low:
                new_gap[j] = run + (STRAY if voiced else 0.0)
                gap_from[t, j - low] = origin
        for i in range(low, high):
            attack = voiced and t > 0 and np.isnan(midi[t - 1])
            best, way = note[i] + (AGAIN if attack else 0.0), 0
            if gap[i] + ENTER < best:
                best, way = gap[i] + ENTER, 1
            if i > 0:
                same = abs(pitch[i] - pitch[i - 1] - glide[i - 1]) < SAME or free[i] or free[i - 1]
                join = note[i - 1] + ENTER + (REPEAT * (1 - dips[t]) if same else 0.0)
                if join < best:
                    best, way = join, 2
            if free[i]:
                cost = 0.1
            elif not voiced:
                cost = SILENT
            else:
                share = min(max((time[t] - starts[i]) / (ends[i] - starts[i]), 0.0), 1.0)
                away = abs(midi[t] - pitch[i] - share * glide[i])
                folded = abs(away - 12 * np.round(away / 12))
                cost = 1 - np.exp(-0.5 * (away / NEAR) ** 2) + FAR * min(away, 6.0)
                cost = min(cost, 1 - np.exp(-0.5 * (folded / NEAR) ** 2) + FAR * folded + OCTAVE)
            if free[i] and not voiced:
                cost = SILENT
            cost += OUTSIDE * max(starts[i] - time[t], time[t] - ends[i], 0.0)
            new_note[i] = best + cost
            note_from[t, i - low] = way
        note, gap, earlier = new_note, new_gap, low
    return _traced(note, gap, missed, lows, note_from, gap_from)


@njit(cache=True)
def _traced(note, gap, missed, lows, note_from, gap_from):  # type: ignore[no-untyped-def]
    """The cheapest way, from its end back."""
    frames, count = len(lows), len(note)
    path = np.full(frames, -1)
    rest, best, here, in_note = 0.0, np.inf, count, False
    for i in range(count, -1, -1):  # the notes from i on are missed
        if gap[i] + rest < best:
            best, here, in_note = gap[i] + rest, i, False
        if i > 0:
            if note[i - 1] + rest < best:
                best, here, in_note = note[i - 1] + rest, i - 1, True
            rest += missed[i - 1]
    for t in range(frames - 1, -1, -1):
        if in_note:
            path[t] = here
            way = note_from[t, here - lows[t]]
            if way == 1:
                in_note = False
            elif way == 2:
                here -= 1
        else:
            came = gap_from[t, here - lows[t]]
            in_note = came < 0
            here = -1 - came if in_note else came
    return path
