"""Where a whole take lies on its target: how much later, how much faster, how much higher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..target.target import TargetNote
from .alignment import Stretch, align
from .judging import Judging
from .timeliness import Placement, untimely
from .voice import Voice

Floats = NDArray[np.float64]

AS_WRITTEN = np.ones(1)

HOP = 0.04  # s of the piano rolls that are laid over one another
TEMPI = np.exp(np.arange(-13, 14) * 0.035)  # 0.63 to 1.58
EARLY = 0.5  # s before the target's start at which the roll begins
NEAR_TIME = 0.3  # s by which a note may be early or late without the whole take being moved
NEAR_PITCH = 1.5  # semitones
GAIN = 0.1  # that must be explained in addition before a take is moved
HELD_BACK = (
    2.0  # times as much as was sung may be asked for: notes left out do not speak against a placement beyond that
)
ENOUGH = 0.85  # share that leaves nothing to look for
SURE = 4.0  # less of a cost (the logarithm of odds) at which a tempo of its own is believed, and
SURE_IN_PLACE = 7.0  # where the take lies where it should: most likely it was sung to something
FEWEST_FOR_TEMPO = 3  # notes
FASTEST = 1.7  # times as fast as written, or as slow
DRAGGED = 0.15  # s that a take runs away from its target by: less may be dragging or rushing, and is to be heard of
SLIGHT = 0.05  # share explained that it may lack
KEY_GAIN = 1.3  # times as much voice on the notes before a take counts as sung in another key


@dataclass(frozen=True)
class Placed:
    """A voice laid over a target: each note's stretch (None: not sung), and how much of the voice is explained."""

    placement: Placement
    stretches: list[Stretch | None]
    explained: float

    @property
    def sung(self) -> int:
        """How many notes were sung."""
        return sum(stretch is not None for stretch in self.stretches)


def placed(notes: Sequence[TargetNote], voice: Voice, judging: Judging) -> Placed:
    """The placement that the judging asks for, with each note's stretch."""
    here = _laid(notes, voice, Placement())
    if judging.alignment == "none" or not voice.voiced.any() or not any(note.pitched for note in notes):
        return here
    if judging.alignment == "auto":
        return _least(notes, voice, here)
    by_tempo = judging.alignment == "tempo"
    return _centred(notes, voice, _moved(notes, voice, TEMPI if by_tempo else AS_WRITTEN), by_tempo)


def _least(notes: Sequence[TargetNote], voice: Voice, here: Placed) -> Placed:
    """As recorded if that explains the take, else moved; at another tempo only if its notes' times leave no doubt."""
    kept = here
    if here.explained < ENOUGH:
        moved = _centred(notes, voice, _moved(notes, voice, AS_WRITTEN), False)
        if moved.explained > here.explained + GAIN and moved.sung >= here.sung:
            kept = moved
    if untimely(notes, kept.stretches, voice, kept.placement) < SURE:  # no tempo can be surer
        return kept
    ways = [_moved(notes, voice, TEMPI), kept.placement]
    fastest = min(
        (_centred(notes, voice, way, True) for way in ways),
        key=lambda placed: untimely(notes, placed.stretches, voice, placed.placement),
    )
    return fastest if _free(notes, voice, kept, fastest) else kept


def _free(notes: Sequence[TargetNote], voice: Voice, kept: Placed, other: Placed) -> bool:
    """Whether a take was sung at a tempo of its own, and not late here and there, or dragged a little."""
    if other.sung < max(kept.sung, FEWEST_FOR_TEMPO) or other.explained < kept.explained - SLIGHT:
        return False
    if not 1 / FASTEST <= other.placement.tempo <= FASTEST:
        return False
    starts = [note.start for note, stretch in zip(notes, other.stretches, strict=True) if stretch is not None]
    if (starts[-1] - starts[0]) * abs(1 / other.placement.tempo - 1) < DRAGGED:
        return False
    before, after = (untimely(notes, each.stretches, voice, each.placement) for each in (kept, other))
    return before - after > (SURE if kept.placement.shift else SURE_IN_PLACE)


def _laid(notes: Sequence[TargetNote], voice: Voice, placement: Placement) -> Placed:
    """The notes' stretches under a placement, whose key is found here."""
    time = placement.to_target(voice.time)
    placement = Placement(placement.shift, placement.tempo, _key(notes, voice, time))
    stretches = align(notes, voice, time, placement.offset)
    return Placed(placement, stretches, _explained(notes, voice, time, stretches, placement.offset))


def _explained(
    notes: Sequence[TargetNote], voice: Voice, time: Floats, stretches: list[Stretch | None], offset: float
) -> float:
    """Share of the voice, and of the notes, that lies on the other and near its time (the harmonic mean of the two)."""
    good = 0
    for note, stretch in zip(notes, stretches, strict=True):
        if stretch is None:
            continue
        inside = slice(stretch.first, stretch.stop)
        share = np.clip((time[inside] - note.start) / note.length, 0, 1)
        away = voice.midi[inside] - offset - note.midi - share * note.glide
        near = np.abs(away - 12 * np.round(away / 12)) <= NEAR_PITCH if note.pitched else voice.voiced[inside]
        late = abs(float(time[stretch.first]) - note.start) <= NEAR_TIME + 0.02
        good += int(near.sum()) if late else 0
    asked = sum(note.length for note in notes if note.scored) / voice.hop
    return 2 * good / max(1.0, int(voice.voiced.sum()) + min(asked, HELD_BACK * int(voice.voiced.sum())))


def _key(notes: Sequence[TargetNote], voice: Voice, time: Floats) -> float:
    """Semitones that the voice lies above the notes of its time, if most of it does so together; else 0."""
    asked = _asked(notes, time)
    away = (voice.midi - asked)[voice.voiced & ~np.isnan(asked)]
    if len(away) < 10:
        return 0.0
    counts = np.histogram(away, bins=np.arange(-36.05, 36.1, 0.1))[0].astype(np.float64)
    mass = np.convolve(counts, np.ones(9), "same")  # within 45 cents
    centre = len(counts) // 2
    best = int(mass.argmax())
    if mass[best] < KEY_GAIN * mass[centre - 5 : centre + 6].max() or mass[best] < 0.4 * len(away):
        return 0.0
    value = float(np.median(away[np.abs(away - (best - centre) / 10) < 0.45]))  # many bins may be alike
    return value if abs(value) >= 0.7 else 0.0


def _asked(notes: Sequence[TargetNote], time: Floats) -> Floats:
    """MIDI number asked for at each time, NaN where nothing is."""
    asked = np.full(len(time), np.nan)
    for note in notes:
        if note.pitched:
            first, stop = np.searchsorted(time, (note.start, note.end))
            asked[first:stop] = note.midi + note.glide * (time[first:stop] - note.start) / note.length
    return asked


def _moved(notes: Sequence[TargetNote], voice: Voice, tempi: Floats) -> Placement:
    """The shift and tempo at which the pitches lie over one another for the longest time, in the key of the best."""
    length = max(note.end for note in notes) / tempi.min() + float(voice.time[-1]) + 1
    size = 1 << int(np.ceil(np.log2(2 * length / HOP)))
    grid = np.arange(-EARLY, length, HOP)
    sung = np.fft.rfft(_roll(np.interp(np.arange(0, voice.time[-1], HOP), voice.time, voice.midi), size))
    plain = np.conj(np.fft.rfft(_roll(_asked(notes, grid), size)))
    best_of_key = [np.fft.irfft((np.roll(sung, -key, axis=0) * plain).sum(axis=0), size).max() for key in range(12)]
    key = int(np.argmax(best_of_key * np.where(np.arange(12) == 0, 1.0, 0.9)))
    best, found = -1.0, Placement()
    for tempo in tempi:
        asked = np.conj(np.fft.rfft(_roll(_asked(notes, grid * tempo), size)))
        for turned in {0, key}:
            cross = np.fft.irfft((np.roll(sung, -turned, axis=0) * asked).sum(axis=0), size)
            place = int(cross.argmax())
            value = float(cross[place]) * (1.0 if turned == 0 else 0.9) * (1 - 0.1 * abs(np.log(tempo)))
            if value > best:
                shift = (place if place < size // 2 else place - size) * HOP + EARLY
                best, found = value, Placement(shift, float(tempo))
    return found


def _roll(midi: Floats, size: int) -> Floats:
    """Which of twelve pitch classes sounds, (12, size), shared between the two nearest."""
    roll = np.zeros((12, size))
    there = np.flatnonzero(~np.isnan(midi))
    low = np.floor(midi[there]).astype(int)
    share = midi[there] - low
    roll[low % 12, there] = 1 - share
    roll[(low + 1) % 12, there] += share
    return roll


def _centred(notes: Sequence[TargetNote], voice: Voice, placement: Placement, by_tempo: bool) -> Placed:
    """The placement made exact: by the middle one of the onsets, or the line through them."""
    laid = _laid(notes, voice, placement)
    for _ in range(2):
        pairs = [
            (float(voice.time[stretch.first]) - voice.hop / 2, note.start)
            for note, stretch in zip(notes, laid.stretches, strict=True)
            if stretch is not None and note.pitched
        ]
        if not pairs:
            break
        sung, asked = np.array(pairs).T
        tempo = laid.placement.tempo
        if by_tempo and len(pairs) >= 3:
            tempo = _slope(sung, asked)
        shift = float(np.median(sung - asked / tempo))
        laid = _laid(notes, voice, Placement(shift, tempo))
    return laid


def _slope(sung: Floats, asked: Floats) -> float:
    """Target seconds per second of the take: the middle one of the slopes between far-apart notes (Theil and Sen)."""
    i, j = np.triu_indices(len(sung), max(1, len(sung) // 3))
    return float(np.median((asked[j] - asked[i]) / np.maximum(sung[j] - sung[i], 0.05)))
