"""RMVPE as published, in MLX: U-Net over time and frequency, bidirectional GRU, salience. Equal to PyTorch's.

Source: Wei et al., "RMVPE: A Robust Model for Vocal Pitch Estimation in Polyphonic Music", Interspeech 2023; shapes and
names follow the RVC/Applio checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .backend import mx
from .config import GRID, RmvpeConfig
from .layers import Gru, Linear, Weights, norm


@dataclass(frozen=True)
class Conv3x3:
    """3x3 convolution, `same` padding, BatchNorm folded in: `kernel` (n_out, 3, 3, n_in)."""

    kernel: mx.array
    bias: mx.array

    @classmethod
    def folded(cls, weights: Weights, conv: str, batch_norm: str) -> Conv3x3:
        """From PyTorch's weights (n_out, n_in, 3, 3) and the BatchNorm that follows."""
        scale, shift = norm(weights, batch_norm)
        kernel = (weights[f"{conv}.weight"] * scale[:, None, None, None]).transpose(0, 2, 3, 1)
        return cls(mx.array(kernel.astype(np.float32)), mx.array(shift.astype(np.float32)))

    def __call__(self, x: mx.array) -> mx.array:
        """(1, T, F, n_in) -> (1, T, F, n_out)."""
        return mx.conv2d(x, self.kernel, padding=1) + self.bias


@dataclass(frozen=True)
class Block:
    """`ConvBlockRes`: two convolutions with ReLU, and a shortcut."""

    first: Conv3x3
    second: Conv3x3
    shortcut: Linear | None

    @classmethod
    def load(cls, weights: Weights, name: str) -> Block:
        """From the checkpoint's tensors under `name`."""
        first, second = (Conv3x3.folded(weights, f"{name}.conv.{i}", f"{name}.conv.{i + 1}") for i in (0, 3))
        has_shortcut = f"{name}.shortcut.weight" in weights
        return cls(first, second, Linear.load(weights, f"{name}.shortcut") if has_shortcut else None)

    def __call__(self, x: mx.array) -> mx.array:
        """(1, T, F, n_in) -> (1, T, F, n_out)."""
        y = mx.maximum(self.second(mx.maximum(self.first(x), 0.0)), 0.0)
        return y + (x if self.shortcut is None else self.shortcut(x))


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
    def load(cls, weights: Weights, name: str, n_blocks: int) -> Up:
        """From the checkpoint's tensors under `name`."""
        scale, shift = norm(weights, f"{name}.conv1.1")
        kernel = weights[f"{name}.conv1.0.weight"] * scale[None, :, None, None]  # (n_in, n_out, 3, 3)
        matrix = _up_matrix(kernel)
        blocks = [Block.load(weights, f"{name}.conv2.{i}") for i in range(n_blocks)]
        return cls(mx.array(matrix), mx.array(np.tile(shift, 4).astype(np.float32)), blocks)

    def __call__(self, x: mx.array, skip: mx.array) -> mx.array:
        """(1, T, F, n_in), (1, 2T, 2F, n_out) -> (1, 2T, 2F, n_out)."""
        _, frames, n_bands, n_in = x.shape
        padded = mx.pad(x[0], [(0, 1), (0, 1), (0, 0)])
        row = (n_bands + 1) * n_in
        near = mx.as_strided(padded, (frames, n_bands, 2, 2 * n_in), (row, n_in, row, 1))
        four = mx.addmm(self.bias, near.reshape(frames * n_bands, -1), self.matrix)
        four = mx.maximum(four, 0.0).reshape(frames, n_bands, 2, 2, -1)
        x = four.transpose(0, 2, 1, 3, 4).reshape(1, 2 * frames, 2 * n_bands, -1)
        x = mx.concatenate([x, skip], axis=3)
        for block in self.blocks:
            x = block(x)
        return x


def _up_matrix(kernel: NDArray[np.float64]) -> NDArray[np.float32]:
    """The product's matrix from a transposed convolution's kernel (n_in, n_out, 3, 3)."""
    n_in, n_out = kernel.shape[:2]
    matrix = np.zeros((2, 2, n_in, 2, 2, n_out))
    taps = {(0, 0): 1, (0, 1): 2, (1, 1): 0}  # (neighbour, output parity) -> tap of the kernel
    for (dt, a), i in taps.items():
        for (df, b), j in taps.items():
            matrix[dt, df, :, a, b] = kernel[:, :, i, j]
    return matrix.reshape(4 * n_in, 4 * n_out).astype(np.float32)


def padded_to_grid(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Reflects frames at the right until their number is a multiple of 32: (T, 128) -> (T', 128)."""
    return np.pad(mel, ((0, -len(mel) % GRID), (0, 0)), mode="reflect")


class RmvpeNetwork:
    """The U-Net up to the GRU, and the GRU with its head, apart: a stream carries state between them."""

    def __init__(self, config: RmvpeConfig, weights: Weights) -> None:
        self.config = config
        self._scale, self._shift = (float(v[0]) for v in norm(weights, "unet.encoder.bn"))

        def level(name: str) -> list[Block]:
            return [Block.load(weights, f"unet.{name}.conv.{i}") for i in range(config.n_blocks)]

        self._encoder = [level(f"encoder.layers.{i}") for i in range(len(config.channels))]
        self._inter = [level(f"intermediate.layers.{i}") for i in range(config.inter_layers)]
        self._decoder = [
            Up.load(weights, f"unet.decoder.layers.{i}", config.n_blocks) for i in range(len(config.channels))
        ]
        self._cnn_kernel = mx.array(weights["cnn.weight"].transpose(0, 2, 3, 1))
        self._cnn_bias = mx.array(weights["cnn.bias"])
        self._forward = Gru.load(weights, "fc.0.gru")
        self._backward = Gru.load(weights, "fc.0.gru", "_reverse")
        self._head = Linear.load(weights, "fc.1")

    def initial_state(self) -> mx.array:
        """The forward GRU's state before the first frame, (H,)."""
        return mx.zeros((self._forward.hidden,))

    def features(self, mel: mx.array) -> mx.array:
        """What the GRU sees: mel (T, 128), T a multiple of 32 -> (T, 384), channel-major."""
        x, skips = (mel * self._scale + self._shift)[None, :, :, None], []
        for level in self._encoder:
            for block in level:
                x = block(x)
            skips.append(x)
            x = 0.25 * (x[:, ::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, ::2] + x[:, 1::2, 1::2])
        for level in self._inter:
            for block in level:
                x = block(x)
        for up, skip in zip(self._decoder, reversed(skips), strict=True):
            x = up(x, skip)
        x = mx.conv2d(x, self._cnn_kernel, padding=1) + self._cnn_bias
        return x[0].transpose(0, 2, 1).reshape(len(mel), -1)

    def salience(self, features: mx.array, state: mx.array) -> tuple[mx.array, mx.array]:
        """Features (T, 384) and the forward state before them -> salience (T, 360), forward states (T, H).

        The backward direction starts from zeros after the last frame.
        """
        ahead = self._forward(features, state)
        behind = self._backward(features[::-1], mx.zeros((self._backward.hidden,)))[::-1]
        return mx.sigmoid(self._head(mx.concatenate([ahead, behind], axis=1))), ahead
