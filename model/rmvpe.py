"""RMVPE as published, in MLX: U-Net over time and frequency, bidirectional GRU, salience. Equal to PyTorch's.

Source: Wei et al., "RMVPE: A Robust Model for Vocal Pitch Estimation in Polyphonic Music", Interspeech 2023; shapes and
names follow the RVC/Applio checkpoints. Activations are pieces in time, channels last; see `lanes`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .backend import mx
from .config import GRID, RmvpeConfig
from .conv import Conv3x3
from .gru import BiGru, Slices
from .lanes import Pieces, cut, joined, lane, lengths, on_gpu, recut, shares, with_neighbours
from .layers import Linear, Weights, array, norm

Trace = dict[str, NDArray[np.float32]]
INNER = " inside"  # ends the names of activations that `trace` leaves out


@dataclass(frozen=True)
class Block:
    """`ConvBlockRes`: two convolutions with ReLU, and a shortcut."""

    first: Conv3x3
    second: Conv3x3
    shortcut: Linear | None

    @classmethod
    def load(cls, weights: Weights, name: str, dtype: mx.Dtype = mx.float32) -> Block:
        """From the checkpoint's tensors under `name`."""
        first, second = (Conv3x3.folded(weights, f"{name}.conv.{i}", f"{name}.conv.{i + 1}", dtype) for i in (0, 3))
        has_shortcut = f"{name}.shortcut.weight" in weights
        return cls(first, second, Linear.load(weights, f"{name}.shortcut", dtype) if has_shortcut else None)

    def completed(self, inner: Pieces, pieces: Pieces) -> Pieces:
        """Pieces (T, F, n_in), and what `first` made of them -> (T, F, n_out)."""
        out = self.second(inner)
        for i, piece in enumerate(pieces):
            with lane(i):
                out[i] = out[i] + (piece if self.shortcut is None else self.shortcut(piece))
        return out


@dataclass(frozen=True)
class Up:
    """Transposed convolution by 2x2 as one matrix product over the four neighbours, then concatenation and blocks.

    Output (2t+a, 2f+b) takes x[t], and for a = 1 also x[t+1]; likewise in frequency. The last row and column see
    zeros beyond the edge, as PyTorch's `output_padding=1` does: they are computed, not left empty.
    """

    matrix: mx.array  # (4·n_in, 4·n_out): neighbours (t, f), (t, f+1), (t+1, f), (t+1, f+1)
    bias: mx.array  # (4·n_out,)
    blocks: list[Block]

    @classmethod
    def load(cls, weights: Weights, name: str, n_blocks: int, dtype: mx.Dtype = mx.float32) -> Up:
        """From the checkpoint's tensors under `name`."""
        scale, shift = norm(weights, f"{name}.conv1.1")
        matrix = _up_matrix(weights[f"{name}.conv1.0.weight"] * scale[None, :, None, None])
        blocks = [Block.load(weights, f"{name}.conv2.{i}", dtype) for i in range(n_blocks)]
        return cls(array(matrix, dtype), array(np.tile(shift, 4), dtype), blocks)

    def upsampled(self, pieces: Pieces) -> Pieces:
        """Pieces (T, F, n_in) -> (2T, 2F, n_out), before the concatenation."""
        out = []
        for i in range(len(pieces)):
            with lane(i):
                out.append(self._piece(with_neighbours(pieces, i, before=0)))
        return out

    def _piece(self, padded: mx.array) -> mx.array:
        frames, n_bands, n_in = padded.shape[0] - 1, padded.shape[1] - 1, padded.shape[2]
        row = (n_bands + 1) * n_in
        near = mx.as_strided(padded, (frames, n_bands, 2, 2 * n_in), (row, n_in, row, 1))
        four = mx.addmm(self.bias, near.reshape(frames * n_bands, -1), self.matrix)
        four = mx.maximum(four, 0.0).reshape(frames, n_bands, 2, 2, -1)
        return four.transpose(0, 2, 1, 3, 4).reshape(2 * frames, 2 * n_bands, -1)


def _up_matrix(kernel: NDArray[np.float64]) -> NDArray[np.float32]:
    """The product's matrix from a transposed convolution's kernel (n_in, n_out, 3, 3)."""
    n_in, n_out = kernel.shape[:2]
    matrix = np.zeros((2, 2, n_in, 2, 2, n_out))
    taps = {(0, 0): 1, (0, 1): 2, (1, 1): 0}  # (neighbour, output parity) -> tap of the kernel
    for (dt, a), i in taps.items():
        for (df, b), j in taps.items():
            matrix[dt, df, :, a, b] = kernel[:, :, i, j]
    return matrix.reshape(4 * n_in, 4 * n_out).astype(np.float32)


def with_skip(pieces: Pieces, skip: Pieces) -> Pieces:
    """Channels of both, `[pieces, skip]`, in the pieces that `skip` is cut into."""
    pieces, out = recut(pieces, lengths(skip)), []
    for i, (low, high) in enumerate(zip(pieces, skip, strict=True)):
        with lane(i):
            out.append(mx.concatenate([low, high], axis=2))
    return out


def pool(pieces: Pieces) -> Pieces:
    """Means of 2x2: pieces (T, F, C) -> (T / 2, F / 2, C), cut anew to suit their size."""
    out = []
    for i, x in enumerate(pieces):
        with lane(i):
            out.append(0.25 * (x[::2, ::2] + x[::2, 1::2] + x[1::2, ::2] + x[1::2, 1::2]))
    return recut(out, shares(sum(lengths(out)), out[0].shape[1]))


def padded_to_grid(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Reflects frames at the right until their number is a multiple of 32: (T, 128) -> (T', 128)."""
    return np.pad(mel, ((0, -len(mel) % GRID), (0, 0)), mode="reflect")


class RmvpeNetwork:
    """The U-Net up to the GRU, and the GRU with its head, apart: a stream carries state between them.

    Args:
        config: shape of the network.
        weights: PyTorch's names and layouts, float32.
        half: the U-Net in 16-bit floats, for GPUs; its features and the GRU stay in 32 bits.
    """

    def __init__(self, config: RmvpeConfig, weights: Weights, half: bool = False) -> None:
        self.config = config
        self._dtype = dtype = mx.float16 if half else mx.float32
        self._scale, self._shift = (float(v[0]) for v in norm(weights, "unet.encoder.bn"))

        def level(name: str) -> list[Block]:
            return [Block.load(weights, f"unet.{name}.conv.{i}", dtype) for i in range(config.n_blocks)]

        levels = range(len(config.channels))
        self._encoder = [level(f"encoder.layers.{i}") for i in levels]
        self._inter = [level(f"intermediate.layers.{i}") for i in range(config.inter_layers)]
        self._decoder = [Up.load(weights, f"unet.decoder.layers.{i}", config.n_blocks, dtype) for i in levels]
        self._cnn = Conv3x3.plain(weights["cnn.weight"], weights["cnn.bias"], dtype=dtype)
        self._gru = BiGru.load(weights, "fc.0.gru")
        self._head = Linear.load(weights, "fc.1")
        # On the CPU compiling would call a C++ compiler, which a user need not have.
        self._unet = mx.compile(self._features) if on_gpu() else self._features

    def initial_state(self) -> mx.array:
        """The forward GRU's state before the first frame, (H,)."""
        return mx.zeros((self._gru.hidden,))

    def features(self, mel: mx.array) -> mx.array:
        """What the GRU sees: mel (T, 128), T a multiple of 32 -> (T, 384), channel-major."""
        features: mx.array = self._unet(mel)
        return features

    def _features(self, mel: mx.array) -> mx.array:
        last = deque(self._activations(mel), maxlen=1)
        return _flat(last[0][1])

    def _activations(self, mel: mx.array) -> Iterator[tuple[str, Pieces]]:
        """The U-Net step by step: every activation, still to be computed, by name; see `trace`, and `INNER`."""
        x = (mel * self._scale + self._shift)[:, :, None].astype(self._dtype)
        pieces, skips = cut(x, shares(*mel.shape)), []
        yield "input", pieces
        for i, level in enumerate(self._encoder):
            pieces = yield from _through(level, pieces, f"encoder.{i}")
            skips.append(pieces)
            yield f"pool.{i}", (pieces := pool(pieces))
        for i, level in enumerate(self._inter):
            pieces = yield from _through(level, pieces, f"intermediate.{i}")
        for i, (up, skip) in enumerate(zip(self._decoder, reversed(skips), strict=True)):
            yield f"decoder.{i}.up", (pieces := up.upsampled(pieces))
            yield f"decoder.{i}.skip{INNER}", (pieces := with_skip(pieces, skip))
            pieces = yield from _through(up.blocks, pieces, f"decoder.{i}")
        yield "cnn", self._cnn(pieces)

    def salience(self, features: mx.array, state: mx.array) -> tuple[mx.array, mx.array]:
        """Features (T, 384) and the forward state before them -> salience (T, 360), forward states (T, H).

        The backward direction starts from zeros after the last frame.
        """
        ahead, behind = self._gru(features, state)
        return mx.sigmoid(self._head(mx.concatenate([ahead, behind], axis=1))), ahead

    def saliences(self, parts: Sequence[mx.array], report: Callable[[float], None]) -> Iterator[mx.array]:
        """`salience` of all features, in parts (T, 384) that follow one another; `report` hears the finished share."""
        for states in self._gru.through(parts, report):
            yield mx.sigmoid(self._head(states))

    def slices(self, mel: mx.array, frames: slice, state: mx.array) -> Slices:
        """`features`, then `salience` of some of the frames: the same numbers, for who has little time at once.

        Yields the name of the slice that the next step computes, to its end; returns what `salience` does.
        """
        pieces: Pieces = []
        for name, pieces in self._activations(mel):
            yield name
            mx.eval(pieces)
        ahead, behind = yield from self._gru.slices(_flat(pieces)[frames], state)
        yield "head"
        salience = mx.sigmoid(self._head(mx.concatenate([ahead, behind], axis=1)))
        mx.eval(salience)
        return salience, ahead

    def trace(self, mel: NDArray[np.float32]) -> Trace:
        """Every activation by name, in order and in PyTorch's layouts without a batch: for comparison.

        mel (T, 128), T a multiple of 32 -> `input`, `encoder.LEVEL.BLOCK`, `pool.LEVEL`, `intermediate.LEVEL.BLOCK`,
        `decoder.LEVEL.up`, `decoder.LEVEL.BLOCK` and `cnn` of (C, T, F); `features`, `gru.forward`, `gru.backward`,
        `logits` and `salience` of (T, n).
        """
        found, pieces = Trace(), list[mx.array]()
        for name, pieces in self._activations(mx.array(mel)):
            if not name.endswith(INNER):
                found[name] = np.array(joined(pieces).transpose(2, 0, 1).astype(mx.float32))
        features = _flat(pieces)
        ahead, behind = self._gru(features, self.initial_state())
        logits = self._head(mx.concatenate([ahead, behind], axis=1))
        rows = (("features", features), ("gru.forward", ahead), ("gru.backward", behind), ("logits", logits))
        return found | {name: np.array(x) for name, x in (*rows, ("salience", mx.sigmoid(logits)))}


def _through(blocks: list[Block], pieces: Pieces, name: str) -> Generator[tuple[str, Pieces], None, Pieces]:
    for i, block in enumerate(blocks):
        inner = block.first(pieces)
        yield f"{name}.{i}{INNER}", inner
        pieces = block.completed(inner, pieces)
        yield f"{name}.{i}", pieces
    return pieces


def _flat(pieces: Pieces) -> mx.array:
    """What the GRU sees of the last activation: pieces (T, F, C) -> (T, C·F), channel-major, float32."""
    x = joined(pieces).astype(mx.float32)
    return x.transpose(0, 2, 1).reshape(len(x), -1)
