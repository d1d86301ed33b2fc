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
LONGEST_GRAPH = 512  # GRU steps that are left unevaluated: a graph of a whole song would fill the memory


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
        taps = tuple(_array(tap) for tap in np.split(matrix, kernel.shape[2]))
        return cls(_array(matrix), _array(shift), taps, mx.array(0.0), kernel.shape[2], dilation)

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
    def load(cls, weights: Weights, name: str) -> Linear:
        """From PyTorch's `Linear` or 1x1 `Conv2d`."""
        kernel = weights[f"{name}.weight"]
        return cls(_array(kernel.reshape(len(kernel), -1).T), _array(weights[f"{name}.bias"]))

    def __call__(self, x: mx.array) -> mx.array:
        """(..., n_in) -> (..., n_out)."""
        flat = mx.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.matrix)
        return flat.reshape(*x.shape[:-1], -1)


@dataclass(frozen=True)
class Gru:
    """PyTorch's GRU, one direction. n = tanh(W_in x + b_in + r·(W_hn h + b_hn)): b_hn stays inside the product."""

    w_input: mx.array  # (n_in, 3H), order r, z, n
    b_input: mx.array  # (3H,), with b_hh merged for r and z
    w_hidden: mx.array  # (H, 3H)
    b_hidden: mx.array  # (3H,), zero for r and z

    @classmethod
    def load(cls, weights: Weights, name: str, suffix: str = "") -> Gru:
        """From PyTorch's weights `name.weight_ih_l0` and so on."""
        w_ih, w_hh, b_ih, b_hh = (
            weights[f"{name}.{part}_l0{suffix}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        two = 2 * w_hh.shape[1]
        merged = np.concatenate((b_ih[:two] + b_hh[:two], b_ih[two:]))
        inside = np.concatenate((np.zeros(two), b_hh[two:]))
        return cls(_array(w_ih.T), _array(merged), _array(w_hh.T), _array(inside))

    @property
    def hidden(self) -> int:
        """Size of the state."""
        return int(self.w_hidden.shape[0])

    def __call__(self, x: mx.array, h: mx.array) -> mx.array:
        """x (n, n_in), h (H,) before the first frame -> the states (n, H) after each frame."""
        size = self.hidden
        projected = mx.addmm(self.b_input, x, self.w_input)  # for all frames at once
        gates_in, new_in = (mx.split(part, len(x)) for part in mx.split(projected, [2 * size], axis=1))
        states, h = [], h.reshape(1, -1)
        for gate_in, candidate_in in zip(gates_in, new_in, strict=True):
            gates, candidate = mx.split(mx.addmm(self.b_hidden, h, self.w_hidden), [2 * size], axis=1)
            reset, update = mx.split(mx.sigmoid(gate_in + gates), 2, axis=1)
            new = mx.tanh(candidate_in + reset * candidate)
            h = new + update * (h - new)
            states.append(h)
            if len(states) % LONGEST_GRAPH == 0:
                mx.eval(h)
        return mx.concatenate(states)


def pad_frequency(x: mx.array) -> mx.array:
    """One band of zeros on either side: (n, F, C) -> (n, F + 2, C)."""
    return mx.pad(x, [(0, 0), (1, 1), (0, 0)])


def _array(values: NDArray[np.floating]) -> mx.array:
    return mx.array(np.ascontiguousarray(values, np.float32))
