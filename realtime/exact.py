"""Exact streaming: the causal network, whose every layer keeps its own tail."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..model.backend import mx
from ..model.blas import use_cores
from ..model.causal import CausalNetwork
from ..model.config import N_BINS, N_MELS
from ..model.lanes import on_gpu

SIZES = (64, 8, 1)  # frames per step: few shapes, so that nothing is compiled twice

Floats = NDArray[np.float32]


def step_sizes(n: int) -> Iterator[int]:
    """Cuts `n` frames into steps of the sizes there are, large ones first."""
    for size in SIZES:
        while n >= size:
            yield size
            n -= size


class ExactStream:
    """Salience of each frame as soon as its mel is there; the same whatever the audio is cut into."""

    lookahead = 0  # frames
    hop = 1  # frames

    def __init__(self, network: CausalNetwork) -> None:
        self._network = network
        self._step = mx.compile(network.step) if on_gpu() else network.step
        self.reset()
        use_cores(1)

    def reset(self) -> None:
        """Forgets the stream."""
        self._state = self._network.initial_state()

    def push(self, mel: Floats) -> Floats:
        """Log-mel (n, 128) -> salience (n, 360)."""
        out, at = [np.empty((0, N_BINS), np.float32)], 0
        for size in step_sizes(len(mel)):
            salience, self._state = self._step(mx.array(mel[at : at + size]), self._state)
            mx.eval(salience, self._state)
            out.append(np.array(salience))
            at += size
        return np.concatenate(out)

    def flush(self) -> Floats:
        """Nothing is held back: (0, 360)."""
        return np.empty((0, N_BINS), np.float32)

    def warm_up(self) -> None:
        """Runs every size of step once, so that the first real one is not slow."""
        for size in SIZES:
            self.push(np.zeros((size, N_MELS), np.float32))
        self.reset()
