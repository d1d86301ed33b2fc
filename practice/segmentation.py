"""The notes that a voice sang, from the pitch of its frames.

Every frame belongs to a note that is being reached, to a note that is held, or to none. Each costs something according
to the frame's pitch, and so does every new note; the cheapest course through a phrase is found exactly (Viterbi). The
idea is that of pYIN's note tracking (Mauch et al., "Computer-aided Melody Note Transcription Using the Tony Software",
2015); distances count by their size here, not squared, so that vibrato and slips weigh less, the grid of pitches is
each phrase's own, and a dip of the level makes a new note cheap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from ..model.convert import hz_to_midi

SHORTEST = 0.08  # s: less is no note
PAUSE = 0.3  # s without voice that end a phrase
STEP = 0.1  # semitones between the pitches that a note may have
ASIDE = 0.12  # s to either side that a dip of the level is measured against
VOICE = 0.05  # s of voice before a dip
USUAL_HOP = 0.01  # s: what a frame costs is meant for it
SETTLED = 3000  # frames after which none can change what is cheapest: all courses have been one by then

SAME = 0.5  # semitones: nearer neighbours are one note
SWING, WIDEST, BACK = 0.14, 2.5, 0.8  # s and semitones of half a swing of vibrato, semitones between it and the next

Floats = NDArray[np.float64]
Bounds = tuple[int, int, int]  # first, first held and last frame of a note, all counted in


class Costs(NamedTuple):
    """Of a frame, where 1 is that of a held note a semitone away from it; and of a new note."""

    new: float = 4.5
    """A semitone to either side is a note of its own from about 90 ms on."""
    farthest: float = 0.9
    """The most of a held note's frame: slips are bridged."""
    reaching: float = 0.62
    """A note is being reached, its pitch anywhere."""
    mute: float = 2.0
    """In a note, without voice."""
    sounding: float = 0.7
    """In none, with voice."""
    dip: float = 4.0
    """dB of a dip of the level from which a new note is cheaper."""
    deep: float = 16.5
    """dB from which it costs least."""
    cheapest: float = -1.2
    """What a new note costs there."""


COSTS = Costs()


@dataclass(frozen=True, slots=True)
class SungNote:
    """One note of a voice."""

    start: float
    """Seconds."""
    end: float
    """Seconds, later than `start`, not later than the start of the next note."""
    midi: float
    """Fractional MIDI number (A4 = 440 Hz): the median of its settled part."""


def sung_notes(
    time: ArrayLike, f0: ArrayLike, level: ArrayLike | None = None, costs: Costs = COSTS
) -> tuple[SungNote, ...]:
    """The notes of one voice, in order, apart from one another.

    time: (n,) s, ascending at one hop. f0: (n,) Hz, NaN or 0 where unvoiced. level: (n,) dBFS of the same frames, which
    parts notes repeated on one pitch. ValueError for arrays that do not match or times out of order.
    """
    seconds, hz = np.asarray(time, np.float64), np.asarray(f0, np.float64)
    loud = np.zeros(len(hz)) if level is None else np.maximum(np.asarray(level, np.float64), -120.0)
    if seconds.ndim != 1 or not seconds.shape == hz.shape == loud.shape:
        raise ValueError(f"time, f0 and level must be (n,), not {seconds.shape}, {hz.shape} and {loud.shape}")
    if not (np.diff(seconds) > 0).all():
        raise ValueError("time must ascend")
    midi = hz_to_midi(np.where(np.isfinite(hz) & (hz > 0), hz, np.nan))
    hop = float(np.median(np.diff(seconds))) if len(seconds) > 1 else USUAL_HOP
    dip = np.clip((_dips(loud, max(1, round(ASIDE / hop))) - costs.dip) / (costs.deep - costs.dip), 0.0, 1.0)
    return tuple(
        note
        for phrase in _phrases(midi, max(1, round(PAUSE / hop)))
        for note in _notes(seconds[phrase], midi[phrase], dip[phrase], hop, costs)
    )


def _dips(level: Floats, aside: int) -> Floats:
    """How far (dB) each frame's level lies below louder frames to both sides; 0 but at the lowest of a dip."""
    if not len(level):
        return level
    windows = sliding_window_view(np.pad(level, aside, mode="edge"), aside + 1)
    depth = np.minimum(windows[:-aside].max(axis=1), windows[aside:].max(axis=1)) - level
    lowest = sliding_window_view(np.pad(depth, 4, mode="edge"), 9).max(axis=1)
    return np.where(depth >= lowest, depth, 0.0)


def _phrases(midi: Floats, pause: int) -> Iterator[slice]:
    """Stretches from voice to voice without a pause in them."""
    voiced = np.flatnonzero(~np.isnan(midi))
    if len(voiced):
        cuts = np.flatnonzero(np.diff(voiced) > pause)
        for first, last in zip(np.r_[0, cuts + 1], np.r_[cuts, len(voiced) - 1], strict=True):
            yield slice(int(voiced[first]), int(voiced[last]) + 1)


def _notes(time: Floats, midi: Floats, dip: Floats, hop: float, costs: Costs) -> Iterator[SungNote]:
    """The notes of one phrase, which begins and ends with voice."""
    # A dip counts in voice alone: where one begins, a note before it would be feigned to have it.
    size = max(1, round(VOICE / hop))
    dip = np.where(np.convolve(~np.isnan(midi), np.ones(size))[: len(midi)] > size - 0.5, dip, 0.0)
    bounds = _unswung(_joined(_cheapest(midi, dip, hop, costs), midi, dip), midi, dip, SWING / hop)
    pitch = [_middle(midi, note) for note in bounds]
    edges = [[time[first] - hop / 2, time[last] + hop / 2] for first, _, last in bounds]
    for k, (before, after) in enumerate(pairwise(bounds)):
        if _tied(before, after, dip):
            edges[k][1] = edges[k + 1][0] = _crossing(time, midi, before[2], after[1], pitch[k], pitch[k + 1])
        elif before[2] + 1 == after[0]:
            edges[k][1] = edges[k + 1][0] = (time[before[2]] + time[after[0]]) / 2
    for (start, end), each in zip(edges, pitch, strict=True):
        if end - start >= SHORTEST - hop / 2:
            # A frame stands for half a hop before its centre, too; but nothing sounds before second 0.
            yield SungNote(float(max(start, min(time[0], 0.0))), float(end), each)


def _cheapest(midi: Floats, dip: Floats, hop: float, costs: Costs) -> list[Bounds]:
    """The notes of the cheapest course; those that have a pitch."""
    lowest = float(np.nanmin(midi))
    pitches = round((float(np.nanmax(midi)) - lowest) / STEP) + 1
    change = costs.new - (costs.new - costs.cheapest) * dip
    course = _course(midi - lowest, change, pitches, hop / USUAL_HOP, costs)
    notes = [(int(first), int(held), int(last)) for first, held, last in course]
    return [note for note in notes if not np.isnan(midi[note[0] : note[2] + 1]).all()]


def _middle(midi: Floats, note: Bounds) -> float:
    """Median of a note's held part, or, where that has no voice, of all of it."""
    held, whole = midi[note[1] : note[2] + 1], midi[note[0] : note[2] + 1]
    return float(np.median(held[~np.isnan(held)] if not np.isnan(held).all() else whole[~np.isnan(whole)]))


def _tied(before: Bounds, after: Bounds, dip: Floats) -> bool:
    """Whether no gap and no dip is between two notes."""
    return before[2] + 1 == after[0] and bool(dip[after[0]] == 0)


def _joined(bounds: list[Bounds], midi: Floats, dip: Floats) -> list[Bounds]:
    """The same with tied neighbours on one pitch made one: the voice drifted."""
    notes: list[Bounds] = []
    for note in bounds:
        if notes and _tied(notes[-1], note, dip) and abs(_middle(midi, notes[-1]) - _middle(midi, note)) < SAME:
            notes[-1] = (*notes[-1][:2], note[2])
        else:
            notes.append(note)
    return notes


def _unswung(bounds: list[Bounds], midi: Floats, dip: Floats, longest: float) -> list[Bounds]:
    """The same with four and more tied notes to and fro, those within at most `longest` frames, made one: vibrato."""
    notes: list[Bounds] = []
    pitch = [_middle(midi, note) for note in bounds]
    first = 0
    while first < len(bounds):
        last = first
        while last + 1 < len(bounds) and _tied(bounds[last], bounds[last + 1], dip):
            within = last == first or (
                bounds[last][2] + 1 - bounds[last][0] <= longest and abs(pitch[last + 1] - pitch[last - 1]) < BACK
            )
            if not within or abs(pitch[last + 1] - pitch[last]) > WIDEST:
                break
            last += 1
        if last - first < 3:
            last = first
        notes.append((*bounds[first][:2], bounds[last][2]))
        first = last + 1
    return notes


def _crossing(time: Floats, midi: Floats, last: int, held: int, before: float, after: float) -> float:
    """The second at which the pitch crosses the middle between two notes: after frame `last`, up to frame `held`."""
    part = midi[last : held + 1]
    side = np.sign(after - before) * (part - (before + after) / 2)  # NaN is on neither
    short = np.flatnonzero(side[:-1] < 0)
    if not len(short) or not side[short[-1] + 1] >= 0:
        return float(time[last] + time[last + 1]) / 2
    k = int(short[-1])
    return float(time[last + k] + side[k] / (side[k] - side[k + 1]) * (time[last + k + 1] - time[last + k]))


@njit(cache=True)
def _course(offset, change, pitches, weight, costs):  # type: ignore[no-untyped-def]
    """First, first held and last frame (counted in) of every note of the cheapest course: (notes, 3).

    offset: (n,) semitones above the lowest pitch, NaN where unvoiced. change: (n,) what a new note costs after another.
    States: pitch p being reached (p), held (pitches + p), none (2 * pitches).
    """
    none = 2 * pitches
    cost, new = np.full(none + 1, np.inf), np.empty(none + 1)
    cost[none] = 0.0
    before = np.empty((min(len(offset), 2 * SETTLED), none + 1), np.int32)  # of the last frames
    course, known = np.empty(len(offset), np.int32), 0
    for i in range(len(offset)):
        if i - known == 2 * SETTLED:
            _trace(course, before, known, i, np.argmin(cost))
            known += SETTLED
        came = before[i % len(before)]
        voiced = not np.isnan(offset[i])
        best = pitches + np.argmin(cost[pitches:none])
        came[none] = none if cost[none] <= cost[best] else best
        new[none] = cost[came[none]] + (costs.sounding * weight if voiced else 0.0)
        source = none if cost[none] + costs.new <= cost[best] + change[i] else best
        begin = cost[none] + costs.new if source == none else cost[best] + change[i]
        reaching = costs.reaching if voiced else costs.mute
        for p in range(pitches):
            held = min(abs(offset[i] - p * STEP), costs.farthest) if voiced else costs.mute
            came[p] = p if cost[p] <= begin else source
            new[p] = min(cost[p], begin) + reaching * weight
            q = pitches + p
            came[q] = q if cost[q] <= cost[p] else p
            new[q] = min(cost[q], cost[p]) + held * weight
        cost, new = new, cost
    _trace(course, before, known, len(offset), pitches + np.argmin(cost[pitches:]))
    return _bounds(course, pitches)


@njit(cache=True)
def _trace(course, before, first, end, state):  # type: ignore[no-untyped-def]
    """Write down the states of the frames from `first` up to `end`, whose last is `state`."""
    for i in range(end - 1, first - 1, -1):
        course[i] = state
        state = before[i % len(before), state]


@njit(cache=True)
def _bounds(course, pitches):  # type: ignore[no-untyped-def]
    """The notes of a course of states."""
    bounds = np.zeros((len(course), 3), np.int64)
    count, earlier = 0, 2 * pitches
    for i in range(len(course)):
        state = course[i]
        if state < 2 * pitches:
            reached = state - pitches == earlier
            if state != earlier and not reached:
                bounds[count, 0] = bounds[count, 1] = i
                count += 1
            elif reached:
                bounds[count - 1, 1] = i
            bounds[count - 1, 2] = i
        earlier = state
    return bounds[:count]
