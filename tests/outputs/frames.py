"""Frames made by hand for the outputs' tests, and waiting for what other threads do."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

from livepitch.realtime.frame import PitchFrame

PATIENCE = 30.0  # s


def sung(midi: float, seconds: float = 1.0, start: float = 0.0, settled: bool = True) -> list[PitchFrame]:
    """A steady tone of a fractional MIDI number, 440 Hz = 69; unvoiced where it is NaN."""
    f0 = 440 * 2 ** ((midi - 69) / 12)
    return [
        PitchFrame(start + 0.01 * n, f0, 0.0 if math.isnan(midi) else 0.9, -20.0, settled=settled)
        for n in range(round(100 * seconds))
    ]


def parts(frames: list[PitchFrame], size: int = 50) -> Iterator[list[PitchFrame]]:
    for start in range(0, len(frames), size):
        yield frames[start : start + size]


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)
