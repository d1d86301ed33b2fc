"""Recordings made of numbers, for tests of what is measured on them."""

import numpy as np
from recordings import Recording
from scores import Estimate

N = 100
GRID = np.arange(N) * 0.01
SUNG = np.arange(N) < 50
ALL = np.ones(N, bool)
FLAT = np.full(N, 220.0)


def recording(f0: np.ndarray, certain: np.ndarray | None = None, start: float = 0.0, step: float = 0.01) -> Recording:
    """A second of noise whose reference is `f0`."""
    sure = np.ones(len(f0), bool) if certain is None else certain
    noise = np.random.default_rng(0).standard_normal((2, 16_000)).astype(np.float32)
    return Recording("x", "X", 0.1 * noise[0], 0.4 * noise[1], start + np.arange(len(f0)) * step, f0, sure)


def estimate(hz: np.ndarray, voiced: np.ndarray, step: float = 0.01) -> Estimate:
    return Estimate(np.arange(len(hz)) * step, hz, voiced)
