"""The figures of one note."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..target.target import Manner, TargetNote
from .alignment import Stretch
from .edges import ending, onset
from .judging import Judging
from .result import NoteScore
from .settled import course
from .timeliness import Placement
from .voice import Voice

Floats = NDArray[np.float64]

OCTAVE = 350.0  # cents within which a note is another octave of the one asked for
SHORTEST = 0.04  # s of voice without which nothing is hit
SWELL = 0.03  # share of a swell that is its soft end
SMOOTH = 11  # frames over which the level of a swell is taken


def measured(
    note: TargetNote,
    stretch: Stretch | None,
    voice: Voice,
    placement: Placement,
    judging: Judging,
    before: float = math.nan,
) -> NoteScore:
    """How `note` was sung in its stretch of the voice; not hit, and NaN, where there is none.

    before: MIDI number that the voice came from in legato.
    """
    if stretch is None or not note.scored:
        return NoteScore(note)
    frames = np.arange(stretch.first, stretch.stop)
    frames = frames[voice.voiced[frames]]
    asked = placement.to_take(note.start)
    began, left = onset(voice, stretch, settled_pitch(voice, stretch), before, asked), ending(voice, stretch)
    start, end = (float(each) for each in placement.to_target(np.array([began, left])))
    held = min(1.0, len(frames) * voice.hop * placement.tempo / note.length)
    score = NoteScore(note, onset_delay=start - note.start, held=held, sung_start=start, sung_end=end)
    if not note.pitched:
        return replace(score, hit=held >= judging.shortest)
    time = placement.to_target(voice.time[frames])
    glide = np.clip((time - note.start) / note.length, 0, 1) * note.glide
    away = 100 * (voice.midi[frames] - note.midi - glide)
    return _pitched(score, away, time, voice, frames, judging)


def settled_pitch(voice: Voice, stretch: Stretch) -> float:
    """MIDI number that the voice settled on, roughly: the median of all but the first quarter."""
    midi = voice.midi[stretch.first : stretch.stop]
    return float(np.nanmedian(midi[len(midi) // 4 :]))


def _pitched(
    score: NoteScore, away: Floats, time: Floats, voice: Voice, frames: NDArray[np.int64], judging: Judging
) -> NoteScore:
    note = score.target
    octaves = _octaves(away)
    if judging.octave_free:
        away = away - 1200 * octaves
    sung = course(time, away, score.sung_start, score.sung_end, voice.hop)
    off = np.abs(away)
    score = replace(
        score,
        cents_off=sung.cents,
        octaves=octaves,
        spread_cents=sung.spread,
        within_10=float((off <= 10).mean()),
        within_25=float((off <= 25).mean()),
        within_50=float((off <= 50).mean()),
        hit=abs(sung.cents) <= judging.tolerance_cents and _long_enough(score, len(frames) * voice.hop, judging),
        swell_db=_swell(voice.level[frames]) if note.manner is Manner.SWELL else math.nan,
    )
    if note.manner is Manner.SIREN:
        return score
    return replace(
        score,
        drift_cents=sung.drift,
        scoop_cents=sung.scoop,
        scoop_seconds=sung.scoop_seconds,
        vibrato_rate=sung.vibrato.rate,
        vibrato_extent=sung.vibrato.extent,
        vibrato_regularity=sung.vibrato.regularity,
    )


def _octaves(away: Floats) -> int:
    middle = float(np.median(away))
    octaves = round(middle / 1200)
    return octaves if abs(middle - 1200 * octaves) <= OCTAVE else 0


def _long_enough(score: NoteScore, seconds: float, judging: Judging) -> bool:
    if score.target.manner is Manner.STACCATO:
        return seconds >= SHORTEST
    return score.held >= judging.shortest


def _swell(level: Floats) -> float:
    """Decibels from the softer end to the loudest moment."""
    if len(level) < 3 * SMOOTH:
        return math.nan
    smooth = np.convolve(level, np.full(SMOOTH, 1 / SMOOTH), "valid")
    ends = max(1, round(SWELL * len(smooth)))
    return float(smooth.max() - min(smooth[:ends].mean(), smooth[-ends:].mean()))
