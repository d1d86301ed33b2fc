"""From the pitch of frames to the moment of the signal that they describe, and so to how late they came.

Only the frames' content and two wall-clock instants enter the result: when that moment sounded, and when the
frame was given out. What the input says about its own delay does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..realtime.frame import PitchFrame
from .playback import Playback
from .siren import Glide

LONGEST = 4.0  # s from sound to frame that are looked for: 2 s of a device, and a windowed model
STEP = 0.005  # s between the delays tried
CLOSE = 60.0  # cents within which a frame fits a delay tried
CORNER = 0.09  # s at both ends of a glide that are left out: a frame there hears more than the glide
STRAY = 0.06  # s from where a frame belongs beyond which its pitch is an error, of an octave say

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Readings:
    """What frames inside the glides say, one entry each."""

    frames: list[PitchFrame]
    moments: Floats
    """Of the signal, s, which each frame's pitch belongs to, free of the tracker's pitch bias."""
    emitted: Floats
    """When each was given out, monotonic s."""
    bias: float
    """Cents by which the tracker hears everything too high."""


def read_glides(frames: Sequence[PitchFrame], glides: Sequence[Glide], playback: Playback) -> Readings | None:
    """Which moment each voiced frame describes; None if the frames do not follow the glides.

    A frame's `time` only tells which glide it is on; its pitch then tells the moment.
    """
    voiced = [frame for frame in frames if frame.voiced]
    if not voiced:
        return None
    time, f0 = (np.array([getattr(frame, name) for frame in voiced]) for name in ("time", "f0"))
    emitted = np.array([frame.emitted for frame in voiced])
    begin = _begin(time, f0, glides, float(np.median(playback.moments(emitted) - time)))
    for _ in range(3):  # the rough begin to 5 ms, and with it which frames count, settles at once
        places = time + begin
        moments, slope = _moments(places, f0, glides)
        good = np.abs(moments - places) < STRAY  # never where there is no glide: NaN
        good &= playback.steady(places)
        rises, falls = good & (slope > 0), good & (slope < 0)
        if not (rises.any() and falls.any()):
            return None
        late_up, late_down = (float(np.median((moments - places)[some])) for some in (rises, falls))
        begin += (late_up + late_down) / 2
    bias = (late_up - late_down) / 2  # s: where every pitch is heard too high, rising glides are read late
    unbiased = moments - np.sign(slope) * bias
    kept = [frame for frame, is_good in zip(voiced, good, strict=True) if is_good]
    return Readings(kept, unbiased[good], emitted[good], bias * float(np.abs(slope[good]).mean()))


def _begin(time: Floats, f0: Floats, glides: Sequence[Glide], latest: float) -> float:
    """Moment of the signal at the stream's time 0, roughly: the one, up to `latest`, at which most frames fit."""
    tried = latest + 0.2 - np.arange(0, LONGEST + 0.2, STEP)
    return float(max(tried, key=lambda begin: _fit(time + begin, f0, glides)))


def _fit(places: Floats, f0: Floats, glides: Sequence[Glide]) -> float:
    """How well the frames fit the glides they would be on: 1 for each that does exactly."""
    number = _number(places, glides)
    inside = number >= 0
    hz, start, slope = _columns(glides)[:, number[inside]]
    off = np.abs(1200 * np.log2(f0[inside] / hz) - slope * (places[inside] - start))
    return float(np.sum(np.clip(1 - off / CLOSE, 0, None)))


def _moments(places: Floats, f0: Floats, glides: Sequence[Glide]) -> tuple[Floats, Floats]:
    """The moment of the glide at each place that has this pitch, NaN in corners and outside; and the slope there."""
    number = _number(places, glides)
    hz, start, slope = _columns(glides)[:, number]
    moments = start + 1200 * np.log2(f0 / hz) / slope
    stop = np.array([glide.stop for glide in glides])[number]
    inner = (number >= 0) & (places > start + CORNER) & (places < stop - CORNER)
    return np.where(inner, moments, np.nan), slope


def _number(places: Floats, glides: Sequence[Glide]) -> NDArray[np.int64]:
    """Which glide each place lies on; -1 for none."""
    starts, stops = (np.array([getattr(glide, end) for glide in glides]) for end in ("start", "stop"))
    number = np.searchsorted(starts, places, "right") - 1
    return np.where((number >= 0) & (places < stops[number]), number, -1)


def _columns(glides: Sequence[Glide]) -> Floats:
    """(3, n): first pitch in Hz, start in s, slope in cents per s."""
    return np.array([(glide.hz, glide.start, glide.slope) for glide in glides]).T
