"""Salience of whole recordings, in pieces that fit into memory."""

from __future__ import annotations

from collections.abc import Callable

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray

from ..model.causal import CausalNetwork
from ..model.config import GRID, N_BINS
from ..model.rmvpe import RmvpeNetwork, padded_to_grid

STEP = 128  # frames per step of the causal network
PIECE = 64 * GRID  # frames per run of the U-Net, on the grid of its pooling
MARGIN = 16 * GRID  # frames of context on either side of a piece

Floats = NDArray[np.float32]
Progress = Callable[[float], None]


def whole_salience(network: CausalNetwork | RmvpeNetwork, mel: Floats, progress: Progress | None) -> Floats:
    """Log-mel (n, 128) of all frames -> salience (n, 360); `progress` hears the finished share."""
    if not len(mel):
        return np.empty((0, N_BINS), np.float32)
    if isinstance(network, CausalNetwork):
        return _causal(network, mel, progress)
    return _rmvpe(network, mel, progress)


def _causal(network: CausalNetwork, mel: Floats, progress: Progress | None) -> Floats:
    state, out = network.initial_state(), []
    for start in range(0, len(mel), STEP):
        salience, state = network.step(mx.array(mel[start : start + STEP]), state)
        mx.eval(salience, state)
        out.append(np.array(salience))
        if progress:
            progress(min(1.0, (start + STEP) / len(mel)))
    return np.concatenate(out)


def _rmvpe(network: RmvpeNetwork, mel: Floats, progress: Progress | None) -> Floats:
    """The U-Net in pieces on the grid of its pooling, the GRU over all of it."""
    padded, parts = padded_to_grid(mel), []
    for start in range(0, len(padded), PIECE):
        left, stop = max(0, start - MARGIN), min(len(padded), start + PIECE)
        right = min(len(padded), stop + MARGIN)
        features = network.features(mx.array(padded[left:right]))[start - left : stop - left]
        mx.eval(features)
        parts.append(features)
        if progress:
            progress(0.9 * stop / len(padded))
    salience, _ = network.salience(mx.concatenate(parts), network.initial_state())
    out = np.array(salience)[: len(mel)]
    if progress:
        progress(1.0)
    return out
