"""A sound in which every sample says which one it is, and what is left of it after a recording.

The sound is a sawtooth of 16-bit integers that grows by one from sample to sample and wraps. Whatever was lost, doubled
or filled up in between shows as a step other than one, and says how much it was, up to `PERIOD` / 2 samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

PERIOD = 1 << 16
SURE = 256  # samples in a row that must count before the sound is taken to have begun


@dataclass(frozen=True)
class Count:
    """What a recording of the counter held."""

    first: int
    """Index of the recording's first sample that belongs to the sound; -1 if none does."""
    position: NDArray[np.int64]
    """(n,) of the samples from there on, those lost counted in; the first is 0."""
    lost: int
    inserted: int
    """Samples that were not played: repeated, or silence."""
    breaks: int
    """Places where a sample does not follow the one before."""


def write_counter(path: Path, seconds: float, rate: int) -> None:
    """The sound as a file of 16-bit samples."""
    values = (np.arange(round(seconds * rate)) % PERIOD - PERIOD // 2).astype(np.int16)
    soundfile.write(path, values, rate, subtype="PCM_16")


def counted(samples: NDArray[np.float32]) -> Count:
    """What is left of the counter in `(n,)`, from the first to the last stretch of it."""
    values = np.rint(samples.astype(np.float64) * (PERIOD // 2)).astype(np.int64)
    steps = np.diff(values) % PERIOD
    runs = np.convolve(steps == 1, np.ones(SURE), "valid") == SURE if len(steps) >= SURE else np.zeros(0, bool)
    if not runs.any():
        return Count(-1, np.zeros(0, np.int64), 0, 0, 0)
    first, last = int(np.argmax(runs)), int(len(runs) - 1 - np.argmax(runs[::-1])) + SURE
    steps = steps[first:last]
    steps = np.where(steps > PERIOD // 2, steps - PERIOD, steps)  # backwards: repeated
    position = np.concatenate(([0], np.cumsum(steps)))
    missing = steps - 1
    return Count(
        first,
        position,
        lost=int(missing[missing > 0].sum()),
        inserted=int(-missing[missing < 0].sum()),
        breaks=int(np.count_nonzero(missing)),
    )
