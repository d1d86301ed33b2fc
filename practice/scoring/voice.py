"""The voice of a take, as the scoring reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...model.convert import hz_to_midi
from .heard import FINE_HOP, Heard

Floats = NDArray[np.float64]
DEEPEST = -120.0  # dBFS


@dataclass(frozen=True)
class Voice:
    """Frames of a take, in seconds of its recording with the latency taken out."""

    time: Floats
    """(n,)."""
    midi: Floats
    """(n,), NaN where there is no pitch."""
    level: Floats
    """(n,) dBFS."""
    fine_time: Floats
    """(m,): a finer grid, on which"""
    fine_level: Floats
    """(m,) dBFS."""
    hop: float
    """Seconds between two frames."""

    @property
    def voiced(self) -> NDArray[np.bool_]:
        """(n,)."""
        return ~np.isnan(self.midi)

    @classmethod
    def of(cls, heard: Heard, latency: float = 0.0, a4: float = 440.0) -> Voice:
        """The voice in what was heard, `latency` seconds earlier."""
        time = np.asarray(heard.track.time, np.float64) - latency
        midi = np.asarray(hz_to_midi(np.asarray(heard.track.f0, np.float64), a4), np.float64)
        level = np.asarray(np.maximum(np.nan_to_num(heard.level, nan=DEEPEST), DEEPEST), np.float64)
        hop = float(np.median(np.diff(time))) if len(time) > 1 else 0.01
        if heard.fine_level is None:
            return cls(time, midi, level, time, level, hop)
        fine = np.asarray(heard.fine_level, np.float64)
        fine_time = np.asarray(np.arange(len(fine)) * FINE_HOP - latency, np.float64)
        return cls(time, midi, level, fine_time, fine, hop)
