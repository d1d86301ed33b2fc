"""When a note began and ended, more exactly than by the frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .alignment import Stretch
from .voice import Voice

Floats = NDArray[np.float64]

SEARCH = 0.06  # s to either side of the frame at which the tracker hears voice begin or end
LOUD = 0.15  # s of the note whose loudest moment the rest is compared with
RISEN = 26.0  # dB below it the note has begun
ABOVE_NOISE = 8.0  # dB
SUNKEN = 6.0  # dB: less is no dip between two notes
SHORT_GAP = 3  # frames
LATER = 20  # values of the fine level after that in which it may still rise
SEEING = 0.0025  # s that a rise takes to be seen in the fine level
FARTHEST = 0.025  # s that a rise is drawn back by at most
EARLIER = 0.15  # s before the frame from which a voice is nearer to the new note that it may have left the old one
LEAP = 0.3  # semitones in a frame
STILL = 0.3  # times as fast as at the fastest: the same movement
SLIDE = 0.1  # s: a movement so long is no plain step, and
LONGEST_SLIDE = 0.3  # s after that frame in which it ends


def onset(voice: Voice, stretch: Stretch, pitch: float, before: float, asked: float) -> float:
    """Second of the take at which the voice began a note.

    pitch: MIDI number that the note settled on. before: the same of the note that it came from without a break, NaN
    where there was none. asked: the second of the take at which it was to begin.
    """
    if stretch.joined and abs(pitch - before) >= 0.5:
        return _moved(voice, stretch, pitch, before, asked)
    last = _unbroken(voice, stretch.first)
    if last is not None:
        return float(voice.time[last] + voice.time[stretch.first]) / 2
    return _rise(voice, stretch)


def _unbroken(voice: Voice, first: int) -> int | None:
    """The last voiced frame before one, if only the tracker lost the voice between them (in a wide leap); else None."""
    before = np.flatnonzero(voice.voiced[max(first - SHORT_GAP - 1, 0) : first])
    if not len(before):
        return None
    last = max(first - SHORT_GAP - 1, 0) + int(before[-1])
    beside = round(LOUD / voice.hop)
    loud = min(voice.level[max(last - beside, 0) : last + 1].max(), voice.level[first : first + beside].max())
    return last if voice.level[last : first + 1].min() > loud - SUNKEN else None


def ending(voice: Voice, stretch: Stretch) -> float:
    """Second of the take at which the voice left a note."""
    last = stretch.stop - 1
    if stretch.stop < len(voice.time) and voice.voiced[stretch.stop]:
        return float(voice.time[last]) + voice.hop / 2
    edge = float(voice.time[last])
    grid, level = voice.fine_time, voice.fine_level
    peak = _loudest(voice, edge - LOUD, edge)
    near = (grid >= edge - SEARCH / 2) & (grid <= edge + SEARCH)
    quiet = np.flatnonzero(near & (level < max(peak - RISEN, _noise(voice) + ABOVE_NOISE)))
    return float(grid[quiet[0]]) if len(quiet) else edge + voice.hop / 2


def _moved(voice: Voice, stretch: Stretch, pitch: float, before: float, asked: float) -> float:
    """Where the pitch moves fastest: at a leap there, in a glide its middle, whatever scoop comes after it.

    Of a long slide nobody can say whether it ends the note before or begins the next. The voice is then in time if it
    was on its way when the note was to begin; else it is late or early by what is surely so.
    """
    first = int(np.searchsorted(voice.time, voice.time[stretch.first] - EARLIER))
    stop = int(np.searchsorted(voice.time, voice.time[stretch.first] + LONGEST_SLIDE))
    time, move = voice.time[first:stop], np.nan_to_num(np.diff(voice.midi[first:stop]))
    move[np.abs(move) > 1.5 * abs(pitch - before) + 3] = 0.0  # a slip of the tracker is no leap
    near = move[: np.searchsorted(time, voice.time[stretch.first] + SEARCH)]
    if not near.any():
        return _crossing(voice, stretch, pitch, before)
    fastest = int(np.abs(near).argmax())
    begin, end = _same_way(move, fastest)
    step = abs(pitch - before)
    if abs(move[fastest]) < min(LEAP, step / 4) and abs(move[begin:end].sum()) < step / 2:
        return _crossing(voice, stretch, pitch, before)
    if time[end] - time[begin] >= SLIDE:
        return float(np.clip(asked, time[begin], time[end]))
    beside = slice(max(begin, fastest - 2), min(end, fastest + 3))
    return float(np.average(((time[:-1] + time[1:]) / 2)[beside], weights=np.abs(move[beside])))


def _same_way(move: Floats, fastest: int) -> tuple[int, int]:
    """First and last frame of what moves on the same way as fast, or nearly, as at the fastest move."""
    along = move * np.sign(move[fastest]) > abs(move[fastest]) * STILL
    before, after = np.flatnonzero(~along[:fastest]), np.flatnonzero(~along[fastest:])
    begin = int(before[-1]) + 1 if len(before) else 0
    return begin, fastest + int(after[0]) if len(after) else len(move)


def _crossing(voice: Voice, stretch: Stretch, pitch: float, before: float) -> float:
    """Where a slow glide crosses the middle between two notes."""
    edge = float(voice.time[stretch.first]) - voice.hop / 2
    midi = voice.midi[stretch.first : stretch.stop]
    up = 1.0 if pitch > before else -1.0
    beyond = np.flatnonzero(up * (midi - (pitch + before) / 2) >= 0)
    return edge + float(beyond[0]) * voice.hop if len(beyond) else edge


def _rise(voice: Voice, stretch: Stretch) -> float:
    """Where the level rises out of the quiet before a note, drawn down to nothing in a straight line."""
    edge = float(voice.time[stretch.first])
    peak = _loudest(voice, edge, min(edge + LOUD, float(voice.time[stretch.stop - 1])))
    grid, level = voice.fine_time, voice.fine_level
    near = np.flatnonzero((grid >= edge - SEARCH) & (grid <= edge + SEARCH))
    if not len(near):
        return edge
    dip = near[0] + int(level[near].argmin())
    if level[dip] > peak - SUNKEN:  # nothing to be seen in the level
        return edge - voice.hop / 2
    quietest = max(peak - RISEN, _noise(voice) + ABOVE_NOISE, level[dip] + SUNKEN / 2)
    low, high = min(quietest, peak - SUNKEN / 2), max(peak - SUNKEN, min(quietest + 3, peak - 1))
    after = level[dip : near[-1] + LATER]
    began, risen = int((after >= low).argmax()), int((after >= high).argmax())
    seconds = float(grid[dip + began]) - (voice.hop / 2 if len(grid) == len(voice.time) else 0.0)
    ratio = 10 ** ((low - high) / 20)
    more = (grid[dip + risen] - grid[dip + began]) * ratio / (1 - ratio) if risen > began else 0.0
    return float(seconds - min(more, FARTHEST) - SEEING)


def _loudest(voice: Voice, start: float, stop: float) -> float:
    inside = (voice.fine_time >= start) & (voice.fine_time <= stop)
    return float(voice.fine_level[inside].max()) if inside.any() else float(voice.fine_level.max(initial=-120.0))


def _noise(voice: Voice) -> float:
    """Level of what is there without the voice."""
    quiet = voice.level[~voice.voiced]
    return float(np.percentile(quiet, 25)) if len(quiet) else -120.0
