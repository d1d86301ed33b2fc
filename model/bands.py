"""The causal network's layers in MLX: rows of bands, one frame after another, channels last.

An activation of n frames and F bands is (n·F, channels). Convolutions are a strided view and one matrix product: MLX
takes a naive path for dilated and transposed convolutions on the CPU, and a view needs no other path for them.
BatchNorm is folded into the convolution before it.

One frame of 10 ms is little work cut into many operations, and what an operation costs besides its arithmetic (3 to
6 µs on the CPU) was a third of a step. So a frame is padded and joined to the past by one concatenation, biases and
zeros have the shape of a frame already, and a factor or a bias that can sit in the weights does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .backend import mx
from .layers import Weights, array, norm

FEW_ROWS = 128  # below it one product over all taps is faster, above it one per tap (measured)

Floats = NDArray[np.floating]


def per_band(values: Floats, n_bands: int) -> mx.array:
    """A row of channels for every band: (C,) -> (F, C)."""
    return array(np.tile(values, (n_bands, 1)))


def joined(parts: list[mx.array], n: int, n_bands: int, zeros: mx.array) -> mx.array:
    """Frames with one band of zeros on either side, after frames that have theirs already.

    parts: those frames if there are any, (k·(F + 2), C), and at last the new ones, (n·F, C); zeros (1, C)
    -> ((k + n)·(F + 2), C).
    """
    *past, rows = parts
    if n == 1:
        return mx.concatenate([*past, zeros, rows, zeros])
    padded = mx.pad(rows.reshape(n, n_bands, -1), [(0, 0), (1, 1), (0, 0)]).reshape(n * (n_bands + 2), -1)
    return mx.concatenate([*past, padded]) if past else padded


@dataclass(frozen=True, slots=True)
class Conv:
    """Convolution of (time, 3), causal, then `max(y, least)`: ReLU, or that of a sum whose bias sits in both."""

    matrix: mx.array  # (time·3·n_in, n_out)
    taps: tuple[mx.array, ...]  # the matrix cut by frame
    bias: mx.array  # (F, n_out)
    least: mx.array  # (F, n_out)
    zeros: mx.array  # (1, n_in)
    time: int
    dilation: int
    n_bands: int  # F
    n_in: int
    past: int
    """Frames before the first output frame that it needs."""

    @classmethod
    def load(
        cls, weights: Weights, conv: str, batch_norm: str, n_bands: int, dilation: int, gain: float, raised: Floats
    ) -> Conv:
        """From PyTorch's weights (n_out, n_in, time, 3) and the BatchNorm that follows.

        The convolution takes its input times `gain`; `raised` (n_out,) is added after the maximum.
        """
        scale, shift = norm(weights, batch_norm)
        kernel = gain * weights[f"{conv}.weight"] * scale[:, None, None, None]
        n_out, n_in, time = kernel.shape[:3]
        matrix = kernel.transpose(2, 3, 1, 0).reshape(-1, n_out)
        taps = tuple(array(tap) for tap in np.split(matrix, time))
        bias, least = per_band(shift + raised, n_bands), per_band(raised, n_bands)
        past, zeros = (time - 1) * dilation, mx.zeros((1, n_in))
        return cls(array(matrix), taps, bias, least, zeros, time, dilation, n_bands, n_in, past)

    @property
    def tail(self) -> tuple[int, int]:
        """Shape of the padded frames before the next one: silence at the start of a stream."""
        return self.past * (self.n_bands + 2), self.n_in

    def __call__(self, padded: mx.array, n: int) -> mx.array:
        """((past + n)·(F + 2), n_in), joined already -> (n·F, n_out)."""
        n_bands, n_in = self.n_bands, self.n_in
        row = (n_bands + 2) * n_in
        if self.time == 1 or n * n_bands < FEW_ROWS:
            shape, strides = (n, n_bands, self.time, 3 * n_in), (row, n_in, self.dilation * row, 1)
            view = mx.as_strided(padded, shape, strides).reshape(n * n_bands, -1)
            y = mx.addmm(self.bias if n == 1 else self.bias[:1], view, self.matrix)
        else:
            y = self._by_taps(padded, n)
        return mx.maximum(y, self.least if n == 1 else self.least[:1])

    def _by_taps(self, padded: mx.array, n: int) -> mx.array:
        """One product per tap in time: each frame is copied once instead of once per tap."""
        n_bands, n_in, frames = self.n_bands, self.n_in, self.past + n
        view = mx.as_strided(padded, (frames, n_bands, 3 * n_in), ((n_bands + 2) * n_in, n_in, 1))
        rows, y = view.reshape(frames * n_bands, -1), self.bias if n == 1 else self.bias[:1]
        for tap, matrix in enumerate(self.taps):
            first = tap * self.dilation * n_bands
            y = mx.addmm(y, rows[first : first + n * n_bands], matrix)
        return y
