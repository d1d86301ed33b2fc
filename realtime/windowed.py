"""Windowed streaming of RMVPE: the U-Net over a window, the forward GRU carried from the last frame given out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..model.backend import mx
from ..model.blas import use_cores
from ..model.config import GRID, N_BINS, N_MELS
from ..model.rmvpe import RmvpeNetwork, padded_to_grid

CONTEXT = 64  # frames to the left of the new ones
LOOKAHEAD = 16  # frames to the right of the newest frame given out
HOP_FRAMES = 16  # frames given out per run

Floats = NDArray[np.float32]


class WindowedStream:
    """Salience of frames once `lookahead` frames after them are there."""

    def __init__(
        self, network: RmvpeNetwork, context: int = CONTEXT, lookahead: int = LOOKAHEAD, hop: int = HOP_FRAMES
    ) -> None:
        if context < 0 or lookahead < 0 or hop < 1:
            raise ValueError(f"context {context}, lookahead {lookahead} and hop {hop} must not be negative (hop >= 1)")
        self._network, self._context, self._hop = network, context, hop
        # The oldest of `hop` frames waits for the hop to fill as well.
        self.lookahead = lookahead + hop - 1
        self._right = lookahead
        self.reset()
        use_cores(None)

    def reset(self) -> None:
        """Forgets the stream."""
        self._mel = np.empty((0, N_MELS), np.float32)  # from frame `_base` on
        self._base = self._given = 0
        self._state = self._network.initial_state()

    def push(self, mel: Floats) -> Floats:
        """Log-mel (n, 128) -> salience (m, 360) of the frames that have enough right context now."""
        self._mel = np.concatenate((self._mel, mel))
        out = [np.empty((0, N_BINS), np.float32)]
        while self._base + len(self._mel) >= self._given + self._hop + self._right:
            out.append(self._run(self._hop, self._given + self._hop + self._right))
        return np.concatenate(out)

    def flush(self) -> Floats:
        """The frames at the end, whose right context is reflected."""
        end = self._base + len(self._mel)
        rest = end - self._given
        return self._run(rest, end) if rest else np.empty((0, N_BINS), np.float32)

    def _run(self, n: int, stop: int) -> Floats:
        """Gives out `n` frames from a window that ends before frame `stop`."""
        # The U-Net pools time by 32: a window that starts on that grid pools the same frames each time.
        start = max(0, self._given - self._context) // GRID * GRID
        window = padded_to_grid(self._mel[start - self._base : stop - self._base])
        features = self._network.features(mx.array(window))[self._given - start : stop - start]
        salience, states = self._network.salience(features, self._state)
        self._state = states[n - 1]
        mx.eval(salience, self._state)
        self._given += n
        kept = max(0, self._given - self._context) // GRID * GRID
        self._mel, self._base = self._mel[kept - self._base :], kept
        return np.array(salience[:n])

    def warm_up(self) -> None:
        """Runs a full window once, so that the first real one is not slow."""
        self.push(np.zeros((self._context + self._right + 2 * GRID, N_MELS), np.float32))
        self.reset()
