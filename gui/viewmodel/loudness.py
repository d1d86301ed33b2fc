"""The input level as a meter shows it, and signs that the input is silent for a technical reason."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...realtime.frame import PitchFrame

HOP = 0.01  # s
SILENCE = -200.0  # dBFS; no digital one, which would say that a microphone is off
AT_ONCE = 6000  # frames
FLOOR = -60.0  # dBFS, left end of the meter
HOT = -6.0  # dBFS RMS; a voice this loud is clipped, since its peaks lie 10 dB and more above its RMS
FALL = 24.0  # dB/s
PEAK_HOLD = 1.2  # s
HOT_HOLD = 1.5  # s
MUTE_AFTER = 2.0  # s of exact zeros
FULL = -0.1  # dBFS; a sample as large as that was cut off by the device
CLIP_HOLD = 4.0  # s that it is said


def levels(audio: NDArray[np.float32], sample_rate: int, time: NDArray[np.float64]) -> NDArray[np.float32]:
    """(m,) dBFS of the hop around each moment. audio: (n,), the first sample at 0 s; time: (m,) s, ascending."""
    found = np.full(len(time), SILENCE, np.float32)
    for first in range(0, len(time), AT_ONCE):
        part = time[first : first + AT_ONCE]
        starts, stops = (
            np.clip(np.round((part + side) * sample_rate), 0, len(audio)).astype(np.int64)
            for side in (-HOP / 2, HOP / 2)
        )
        samples = audio[starts[0] : stops[-1]].astype(np.float64)
        power = np.concatenate([[0.0], np.cumsum(samples * samples)])
        mean = (power[stops - starts[0]] - power[starts - starts[0]]) / np.maximum(stops - starts, 1)
        found[first : first + AT_ONCE] = np.maximum(10.0 * np.log10(np.maximum(mean, 1e-20)), SILENCE)
    return found


class Loudness:
    """Level, held peak and overload sign; times in seconds of the stream."""

    def __init__(self) -> None:
        self.level = self.peak = FLOOR
        self._peak_at = self._hot_at = self._clipped_at = -math.inf
        self._newest = 0.0
        self._silent_since = math.nan

    def observe(self, frames: Sequence[PitchFrame]) -> None:
        """Take the levels of frames in order."""
        for frame in frames:
            passed = min(max(frame.time - self._newest, 0.0), 1.0)
            self._newest = frame.time
            level = max(frame.level, FLOOR)
            self.level = max(level, self.level - FALL * passed)
            if level >= self.peak:
                self.peak, self._peak_at = level, frame.time
            elif frame.time - self._peak_at > PEAK_HOLD:
                self.peak = max(self.level, self.peak - FALL * passed)
            if frame.level >= HOT:
                self._hot_at = frame.time
            if frame.peak >= FULL:  # not where it is NaN
                self._clipped_at = frame.time
            self._watch_zeros(frame)

    def _watch_zeros(self, frame: PitchFrame) -> None:
        if frame.level > -math.inf:
            self._silent_since = math.nan
        elif math.isnan(self._silent_since):
            self._silent_since = frame.time

    @property
    def hot(self) -> bool:
        """Whether the input was too loud a moment ago."""
        return self._newest - self._hot_at < HOT_HOLD

    @property
    def clipped(self) -> bool:
        """Whether the device cut the sound off a few seconds ago."""
        return self._newest - self._clipped_at < CLIP_HOLD

    @property
    def mute(self) -> bool:
        """Whether only exact zeros came for the last two seconds: no microphone sounds like that."""
        return self._newest - self._silent_since > MUTE_AFTER
