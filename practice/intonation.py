"""Statistics of a stretch of pitch: its range, and how well in tune it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from ..model.convert import hz_to_midi, midi_to_hz
from ..model.mel import HOP, SAMPLE_RATE
from .scales import Key
from .tuning import Tuning

HELD = 0.1  # seconds that the voice must stay at or beyond a pitch for it to count in the range


@dataclass(frozen=True)
class Summary:
    """What a stretch of pitch was like.

    Shares are 0..1 of the voiced time. None and NaN stand where there is nothing to tell.
    """

    duration: float
    """Seconds, voiced or not."""
    voiced: float
    """Seconds with a pitch."""
    lowest: int | None
    """Note nearest to the lowest pitch that was held: the voice stayed at or below it for 0.1 s without a break."""
    lowest_hz: float
    highest: int | None
    """Note nearest to the highest pitch that was held, so that a slip or a scoop does not count."""
    highest_hz: float
    semitones: float
    """From the lowest held pitch to the highest."""
    in_tune: float
    """Share within the tolerance of the nearest note."""
    within_25: float
    """Share within 25 cents of the nearest note."""
    within_50: float
    """Share within 50 cents: all in equal temperament, less where notes lie further apart."""
    median_cents: float
    """Median of the signed distance from the nearest note: above 0 the voice tends to be sharp."""
    spread_cents: float
    """Interquartile range of that distance: the width of the middle half; vibrato widens it."""
    most_sung: int | None
    """The note that was nearest for the longest time, the lowest of equals."""
    outside_key: float
    """Share whose nearest note is outside the key; NaN without a key and where there are not twelve notes."""


def summary(time: ArrayLike, f0: ArrayLike, tuning: Tuning, key: Key | None = None, tolerance: float = 15.0) -> Summary:
    """Statistics of frames at `time` (n,) s, ascending, with pitch `f0` (n,) Hz, NaN or 0 where unvoiced.

    Every frame stands for the usual time between frames, also beside a gap. `tolerance` in cents. Give the pitch of
    vibrato's centre as `f0` to judge that instead. ValueError for arrays that do not match or times out of order.
    """
    seconds, midi = _checked(time, f0, tuning.a4)
    hop = float(np.median(np.diff(seconds))) if len(seconds) > 1 else HOP / SAMPLE_RATE
    sung = midi[~np.isnan(midi)]
    notes, cents = tuning.nearest(sung)
    off = np.abs(cents)
    low, high = _held(seconds, midi, hop)
    quarters = np.percentile(cents, (25, 50, 75)) if len(cents) else np.full(3, np.nan)
    outside = None if key is None or not tuning.twelve else ~np.isin(notes % 12, sorted(key.pitch_classes))
    return Summary(
        duration=float(seconds[-1] - seconds[0]) + hop if len(seconds) else 0.0,
        voiced=len(sung) * hop,
        lowest=tuning.nearest(low)[0],
        lowest_hz=midi_to_hz(low, tuning.a4),
        highest=tuning.nearest(high)[0],
        highest_hz=midi_to_hz(high, tuning.a4),
        semitones=high - low,
        in_tune=_share(off <= tolerance),
        within_25=_share(off <= 25.0),
        within_50=_share(off <= 50.0),
        median_cents=float(quarters[1]),
        spread_cents=float(quarters[2] - quarters[0]),
        most_sung=_most_common(notes),
        outside_key=math.nan if outside is None else _share(outside),
    )


def _checked(time: ArrayLike, f0: ArrayLike, a4: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times, and pitches as fractional MIDI numbers, NaN where there is none."""
    seconds, hz = np.asarray(time, np.float64), np.asarray(f0, np.float64)
    if seconds.ndim != 1 or seconds.shape != hz.shape:
        raise ValueError(f"time and f0 must be (n,), not {seconds.shape} and {hz.shape}")
    if not (np.diff(seconds) > 0).all():
        raise ValueError("time must ascend")
    return seconds, hz_to_midi(np.where(np.isfinite(hz) & (hz > 0), hz, np.nan), a4)


def _held(seconds: NDArray[np.float64], midi: NDArray[np.float64], hop: float) -> tuple[float, float]:
    """Lowest and highest pitch that the voice stayed at, or beyond, for HELD seconds; NaN where it never did."""
    frames = max(1, round(HELD / hop))
    if len(midi) < frames:
        return math.nan, math.nan
    lasted = seconds[frames - 1 :] - seconds[: len(seconds) - frames + 1]
    windows = sliding_window_view(midi, frames)
    highest, lowest = windows.max(axis=1), windows.min(axis=1)  # NaN where any frame is unvoiced
    whole = ~np.isnan(lowest) & (lasted < frames * hop)  # a missing frame breaks a note, too
    if not whole.any():
        return math.nan, math.nan
    return float(highest[whole].min()), float(lowest[whole].max())


def _share(true: NDArray[np.bool_]) -> float:
    return float(true.mean()) if len(true) else math.nan


def _most_common(notes: NDArray[np.int64]) -> int | None:
    if not len(notes):
        return None
    values, counts = np.unique(notes, return_counts=True)
    return int(values[counts.argmax()])
