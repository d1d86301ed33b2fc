"""Salience of whole recordings, in pieces that fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..model.backend import mx
from ..model.blas import cores, use_cores
from ..model.causal import CausalNetwork
from ..model.config import GRID, N_BINS
from ..model.lanes import on_gpu
from ..model.registry import Model
from ..model.rmvpe import RmvpeNetwork, padded_to_grid

STEP = 64  # frames per step of the causal network: larger ones leave the cache
LONGEST = 64 * STEP  # frames that one thread takes at a time
MOST_THREADS = 8
RUN = 256 * GRID  # frames per run of the U-Net, on the grid of its pooling: 82 s, 0.8 GB for the published one
RUN_GPU = 64 * GRID  # the same on a GPU, where activations took several times the memory
U_NET = 0.6  # share of the time that the small network's U-Net takes, the GRU's is the rest
MARGIN = 50 * GRID  # frames on either side of a run: as far as the published U-Net sees (1,583), so runs change nothing

Floats = NDArray[np.float32]
Progress = Callable[[float], None]


def whole_salience(model: Model, mel: Floats, progress: Progress | None) -> Floats:
    """Log-mel (n, 128) of all frames -> salience (n, 360); `progress` hears the finished share."""
    if not len(mel):
        return np.empty((0, N_BINS), np.float32)
    report = progress or (lambda share: None)
    network = model.network()
    return _rmvpe(network, mel, report) if isinstance(network, RmvpeNetwork) else _causal(model, mel, report)


def _causal(model: Model, mel: Floats, report: Progress) -> Floats:
    """The convolutions on all cores, each on a stretch of its own; the GRU after them, frame by frame.

    A stretch begins with as many frames before it as the convolutions see, so it equals its part of one long run.
    """
    network = _causal_network(model)
    use_cores(1)  # the stretches share the cores already

    # A GPU is one device however many threads feed it; beyond a few cores the GRU sets the pace.
    workers = 1 if on_gpu() else min(cores(), MOST_THREADS)
    # Two rounds at least, so that the GRU has work while the second is under way.
    rounds = max(2, -(-len(mel) // (workers * LONGEST)))
    length = -(-len(mel) // (workers * rounds))

    def features(start: int) -> Floats:
        lead = min(start, network.reach)
        return _features(_causal_network(model), mel[start - lead : start + length])[lead:]

    hidden, out, done = network.initial_state()[-1], [], 0
    for stretch in _threads(workers).map(features, range(0, len(mel), length)):
        for piece in _pieces(stretch):
            salience, hidden = network.salience(mx.array(piece), hidden)
            mx.eval(salience, hidden)
            out.append(np.array(salience))
        done += len(stretch)
        report(done / len(mel))
    return np.concatenate(out)


@cache
def _threads(n: int) -> ThreadPoolExecutor:
    """The same threads for every recording: MLX keeps what it made for a thread after that thread has ended."""
    return ThreadPoolExecutor(n, "livepitch-track")


def _causal_network(model: Model) -> CausalNetwork:
    network = model.network()
    assert isinstance(network, CausalNetwork)
    return network


def _features(network: CausalNetwork, mel: Floats) -> Floats:
    tails, out = network.initial_state()[:-1], []
    for piece in _pieces(mel):
        features, tails = network.features(mx.array(piece), tails)
        mx.eval(features, tails)
        out.append(np.array(features))
    return np.concatenate(out)


def _pieces(frames: Floats) -> Iterator[Floats]:
    for start in range(0, len(frames), STEP):
        yield frames[start : start + STEP]


def _rmvpe(network: RmvpeNetwork, mel: Floats, report: Progress) -> Floats:
    """The U-Net in runs on the grid of its pooling, the GRU over all of them."""
    use_cores(1)  # the network's lanes share the cores already
    padded, parts, length = padded_to_grid(mel), [], RUN_GPU if on_gpu() else RUN
    for start in range(0, len(padded), length):
        left, stop = max(0, start - MARGIN), min(len(padded), start + length)
        right = min(len(padded), stop + MARGIN)
        features = network.features(mx.array(padded[left:right]))[start - left : stop - left]
        mx.eval(features)
        parts.append(features)
        report(U_NET * stop / len(padded))
    salience = network.saliences(parts, lambda share: report(U_NET + (1 - U_NET) * share))
    return np.concatenate([np.array(part) for part in salience])[: len(mel)]
