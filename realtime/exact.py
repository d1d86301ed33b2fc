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

SIZES = (64, 16, 8, 4, 2, 1)  # frames per step: few shapes, so that nothing is compiled twice

Floats = NDArray[np.float32]


def step_sizes(n: int) -> Iterator[int]:
    """Cuts `n` frames into steps of the sizes there are, large ones first."""
    for size in SIZES:
        while n >= size:
            yield size
            n -= size


class ExactStream:
    """Salience of each frame as soon as its mel is there; the same whatever the audio is cut into."""

    def __init__(self, network: CausalNetwork, hop: int = 1) -> None:
        """Run `network` once for every `hop` frames; those before the last of a hop wait for it."""
        self._network = network
        self.hop = hop
        self.lookahead = hop - 1
        """Frames that the first of a hop waits for."""
        # On the CPU compiling would call a C++ compiler, which a user need not have.
        self._step = mx.compile(network.step) if on_gpu() else network.step
        self.reset()
        use_cores(1)

    def reset(self) -> None:
        """Forgets the stream."""
        self._state = self._network.initial_state()
        self._waiting = np.empty((0, N_MELS), np.float32)

    def push(self, mel: Floats) -> Floats:
        """Log-mel (n, 128) -> salience (m, 360) of the hops that are full now."""
        if self.hop == 1:
            return self._run(mel)
        mel = np.concatenate((self._waiting, mel))
        full = len(mel) - len(mel) % self.hop
        self._waiting = mel[full:]
        return self._run(mel[:full])

    def _run(self, mel: Floats) -> Floats:
        out, at = [np.empty((0, N_BINS), np.float32)], 0
        for size in step_sizes(len(mel)):
            salience, self._state = self._step(mx.array(mel[at : at + size]), self._state)
            mx.eval(salience, self._state)
            out.append(np.array(salience))
            at += size
        return np.concatenate(out)

    def flush(self) -> Floats:
        """The frames that waited for their hop to fill: (m, 360), m < hop."""
        rest, self._waiting = self._waiting, self._waiting[:0]
        return self._run(rest)

    def warm_up(self) -> None:
        """Runs every size of step once, so that the first real one is not slow."""
        for size in SIZES:
            self._run(np.zeros((size, N_MELS), np.float32))
        self.reset()
