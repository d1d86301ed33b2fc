"""Gain and gate as the user sets them: in whole dB, the gate off below the meter's floor."""

from __future__ import annotations

import math

from ...realtime.frame import LARGEST_GAIN
from .loudness import FLOOR

GAINS = range(-int(LARGEST_GAIN), int(LARGEST_GAIN) + 1)  # dB
GATES = range(int(FLOOR) - 1, 1)  # dBFS; the first means off


def gate_of(step: float) -> float:
    """The gate in dBFS that a step of `GATES` means; -inf for off."""
    return -math.inf if step <= GATES[0] else float(min(step, 0.0))


def step_of(gate: float) -> int:
    """The step of `GATES` that shows a gate."""
    return round(max(gate, GATES[0]))


def within(steps: range, value: float) -> float:
    """The value, not beyond the ends."""
    return min(max(value, steps[0]), steps[-1])
