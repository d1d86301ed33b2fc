"""Layers in MLX that both networks are made of. Arrays are channels-last: (time, frequency, channels).

BatchNorm is folded into the convolution before it. Convolutions are a strided view and one matrix product: MLX takes
a naive path for dilated and transposed convolutions on the CPU, and a view needs no other path for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .backend import mx

Weights = Mapping[str, NDArray[np.float32]]
EPSILON = 1e-5  # of PyTorch's BatchNorm
FEW_ROWS = 128  # below it one product over all taps is faster, above it one per tap (measured)


def array(values: NDArray[np.floating], dtype: mx.Dtype = mx.float32) -> mx.array:
    """The values in MLX, contiguous whatever view they were."""
    return mx.array(np.ascontiguousarray(values, np.float32)).astype(dtype)


def norm(weights: Weights, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A BatchNorm as (scale, shift), each (channels,)."""
    mean, variance = (weights[f"{name}.running_{part}"].astype(np.float64) for part in ("mean", "var"))
    scale = weights[f"{name}.weight"] / np.sqrt(variance + EPSILON)
    return scale, weights[f"{name}.bias"] - mean * scale


@dataclass(frozen=True)
class Conv:
    """Convolution of (time, 3) with BatchNorm folded in, then ReLU: `matrix` (time·3·n_in, n_out), `bias` (n_out,)."""

    matrix: mx.array
    bias: mx.array
    taps: tuple[mx.array, ...]  # the matrix cut by frame
    zero: mx.array
    time: int
    dilation: int = 1

    @classmethod
    def folded(cls, weights: Weights, conv: str, batch_norm: str, dilation: int = 1) -> Conv:
        """From PyTorch's weights (n_out, n_in, time, 3) and the BatchNorm that follows."""
        kernel, (scale, shift) = weights[f"{conv}.weight"], norm(weights, batch_norm)
        matrix = (kernel * scale[:, None, None, None]).transpose(2, 3, 1, 0).reshape(-1, len(kernel))
        taps = tuple(array(tap) for tap in np.split(matrix, kernel.shape[2]))
        return cls(array(matrix), array(shift), taps, mx.array(0.0), kernel.shape[2], dilation)

    @property
    def past(self) -> int:
        """Frames before the first output frame that it needs."""
        return (self.time - 1) * self.dilation

    def __call__(self, padded: mx.array) -> mx.array:
        """(past + n, F + 2, n_in), padded in frequency already -> (n, F, n_out)."""
        frames, wide, n_in = padded.shape
        n, n_bands, row = frames - self.past, wide - 2, wide * n_in
        if self.time == 1 or n * n_bands < FEW_ROWS:
            shape, strides = (n, n_bands, self.time, 3 * n_in), (row, n_in, self.dilation * row, 1)
            view = mx.as_strided(padded, shape, strides).reshape(n * n_bands, -1)
            y = mx.addmm(self.bias, view, self.matrix)
        else:
            y = self._by_taps(padded, n, n_bands)
        return mx.maximum(y, self.zero).reshape(n, n_bands, -1)

    def _by_taps(self, padded: mx.array, n: int, n_bands: int) -> mx.array:
        """One product per tap in time: each frame is copied once instead of once per tap."""
        frames, wide, n_in = padded.shape
        view = mx.as_strided(padded, (frames, n_bands, 3 * n_in), (wide * n_in, n_in, 1))
        rows, y = view.reshape(frames * n_bands, -1), self.bias
        for tap, matrix in enumerate(self.taps):
            first = tap * self.dilation * n_bands
            y = mx.addmm(y, rows[first : first + n * n_bands], matrix)
        return y


@dataclass(frozen=True)
class Linear:
    """Affine map of the last axis: `matrix` (n_in, n_out)."""

    matrix: mx.array
    bias: mx.array

    @classmethod
    def load(cls, weights: Weights, name: str, dtype: mx.Dtype = mx.float32) -> Linear:
        """From PyTorch's `Linear` or 1x1 `Conv2d`."""
        kernel = weights[f"{name}.weight"]
        return cls(array(kernel.reshape(len(kernel), -1).T, dtype), array(weights[f"{name}.bias"], dtype))

    def __call__(self, x: mx.array) -> mx.array:
        """(..., n_in) -> (..., n_out)."""
        flat = mx.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.matrix)
        return flat.reshape(*x.shape[:-1], -1)


def pad_frequency(x: mx.array) -> mx.array:
    """One band of zeros on either side: (n, F, C) -> (n, F + 2, C)."""
    return mx.pad(x, [(0, 0), (1, 1), (0, 0)])
