"""What a live tracker's time stamps mean, found out by letting it hear glides.

A glide has every pitch once, so a pitch tells when its sound was played. What lies between that and the stamp is the
stamp's error: 0 where it stands for the middle of what was heard, about minus half a window where it stands for the
beginning of the newest block, and so on. A tracker that reads a little sharp or flat errs to one side on a rising
glide and to the other on a falling one: the mean of the two is left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from racers import Floats, Racer

LOW, SECONDS = 150.0, 3.0  # Hz, s: one octave up, or down
BEGIN, END = 1.0, 2.7  # s: the ends do not count
HARMONICS = 8


def glide(rate: int, rising: bool) -> Floats:
    """A voice-like tone over one octave: float32 (SECONDS · rate,)."""
    time = np.arange(round(SECONDS * rate)) / rate
    octaves = time / SECONDS if rising else 1.0 - time / SECONDS
    phase = 2 * np.pi * np.cumsum(LOW * 2**octaves) / rate
    tones = [np.cos(k * phase) / k for k in range(1, HARMONICS)]
    return np.asarray(0.2 * np.sum(tones, axis=0), np.float32)


def sounded(hz: NDArray[np.float64], rising: bool) -> NDArray[np.float64]:
    """Seconds at which the glide had these pitches."""
    octaves = np.log2(hz / LOW)
    return SECONDS * (octaves if rising else 1.0 - octaves)


def stamp_error(racer: Racer) -> float:
    """Seconds by which the tracker's stamps are later than the sound that they belong to.

    Raises:
        ValueError: it heard no pitch.

    """
    return float(np.mean([_one_way(racer, rising) for rising in (True, False)]))


def _one_way(racer: Racer, rising: bool) -> float:
    push, sound, size = racer.stream(), glide(racer.rate, rising), racer.blocksize
    found = [frame for at in range(0, len(sound) - size + 1, size) for frame in push(sound[at : at + size])]
    heard = np.array([(time, hz) for time, hz, voiced in found if voiced and hz > 0]).reshape(-1, 2)
    played = sounded(heard[:, 1], rising)
    inside = (played > BEGIN) & (played < END)
    if not inside.any():
        raise ValueError(f"{racer.name}: heard no pitch in a glide, so its time stamps cannot be told")
    return float(np.median(heard[inside, 0] - played[inside]))
