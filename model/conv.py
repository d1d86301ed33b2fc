"""3x3 convolutions over pieces of an activation, three ways to the same numbers; which is fastest was measured.

A GPU has good convolutions of its own. On the CPU a convolution is a strided view and a matrix product: for few
channels one product per tap in time, which copies each frame three times instead of nine; for many channels, where
reading the weights takes the time, one product over all taps whose columns the lanes share.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .backend import mx
from .lanes import FEW_ROWS, Pieces, lane, lane_count, on_gpu, with_neighbours
from .layers import Weights, array, norm

MANY = 128 * 128  # weights per tap; from it on reading them takes longer than copying frames

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Conv3x3(ABC):
    """3x3 convolution, `same` padding with zeros, then ReLU if `relu`."""

    bias: mx.array  # (n_out,)
    relu: bool

    @staticmethod
    def plain(kernel: Floats, bias: Floats, relu: bool = False, dtype: mx.Dtype = mx.float32) -> Conv3x3:
        """From PyTorch's kernel (n_out, n_in, 3, 3); another `dtype` than float32 needs a GPU."""
        if on_gpu() or dtype != mx.float32:
            return DirectConv.load(kernel, bias, relu, dtype)
        n_out, n_in = kernel.shape[:2]
        return (DeepConv if n_out * n_in >= MANY else WideConv).load(kernel, bias, relu)

    @staticmethod
    def folded(weights: Weights, conv: str, batch_norm: str, dtype: mx.Dtype = mx.float32) -> Conv3x3:
        """A convolution without bias, the BatchNorm that follows it folded in, and ReLU."""
        scale, shift = norm(weights, batch_norm)
        return Conv3x3.plain(weights[f"{conv}.weight"] * scale[:, None, None, None], shift, relu=True, dtype=dtype)

    def __call__(self, pieces: Pieces) -> Pieces:
        """Pieces (T, F, n_in) -> (T, F, n_out)."""
        out = []
        for i in range(len(pieces)):
            with lane(i):
                out.append(self._activated(self._piece(with_neighbours(pieces, i))))
        return out

    @abstractmethod
    def _piece(self, padded: mx.array) -> mx.array:
        """(T + 2, F + 2, n_in) -> (T, F, n_out)."""

    def _activated(self, y: mx.array) -> mx.array:
        return mx.maximum(y, 0.0) if self.relu else y


@dataclass(frozen=True)
class DirectConv(Conv3x3):
    """MLX's own convolution."""

    kernel: mx.array  # (n_out, 3, 3, n_in)

    @classmethod
    def load(cls, kernel: Floats, bias: Floats, relu: bool, dtype: mx.Dtype = mx.float32) -> DirectConv:
        """From PyTorch's kernel (n_out, n_in, 3, 3)."""
        return cls(array(bias, dtype), relu, array(kernel.transpose(0, 2, 3, 1), dtype))

    def __call__(self, pieces: Pieces) -> Pieces:
        """Pieces (T, F, n_in) -> (T, F, n_out)."""
        if len(pieces) > 1:
            return super().__call__(pieces)
        return [self._activated(mx.conv2d(pieces[0][None], self.kernel, padding=1)[0] + self.bias)]

    def _piece(self, padded: mx.array) -> mx.array:
        return mx.conv2d(padded[None], self.kernel)[0] + self.bias


@dataclass(frozen=True)
class WideConv(Conv3x3):
    """One product per tap in time."""

    taps: tuple[mx.array, ...]  # three of (3·n_in, n_out)

    @classmethod
    def load(cls, kernel: Floats, bias: Floats, relu: bool) -> WideConv:
        """From PyTorch's kernel (n_out, n_in, 3, 3)."""
        taps = kernel.transpose(2, 3, 1, 0).reshape(3, -1, len(kernel))
        return cls(array(bias), relu, tuple(array(tap) for tap in taps))

    def _piece(self, padded: mx.array) -> mx.array:
        frames, wide, n_in = padded.shape
        n_bands = wide - 2
        rows, y = (frames - 2) * n_bands, self.bias
        near = mx.as_strided(padded, (frames, n_bands, 3 * n_in), (wide * n_in, n_in, 1))
        near = near.reshape(frames * n_bands, -1)
        for i, tap in enumerate(self.taps):
            y = mx.addmm(y, near[i * n_bands : i * n_bands + rows], tap)
        return y.reshape(frames - 2, n_bands, -1)


@dataclass(frozen=True)
class DeepConv(Conv3x3):
    """One product over all taps; the weights lie by output channel, so that lanes can share them."""

    matrix: mx.array  # (n_out, 9·n_in)

    @classmethod
    def load(cls, kernel: Floats, bias: Floats, relu: bool) -> DeepConv:
        """From PyTorch's kernel (n_out, n_in, 3, 3)."""
        return cls(array(bias), relu, array(kernel.transpose(0, 2, 3, 1).reshape(len(kernel), -1)))

    def __call__(self, pieces: Pieces) -> Pieces:
        """Pieces (T, F, n_in) -> (T, F, n_out)."""
        few = len(pieces) == 1 and pieces[0].shape[0] * pieces[0].shape[1] < 4 * FEW_ROWS
        return [self._by_channel(pieces)] if few else super().__call__(pieces)

    def _piece(self, padded: mx.array) -> mx.array:
        y = mx.addmm(self.bias, _nine(padded), self.matrix.T)
        return y.reshape(len(padded) - 2, padded.shape[1] - 2, -1)

    def _by_channel(self, pieces: Pieces) -> mx.array:
        n_out, n = len(self.bias), lane_count()
        ends = [n_out * i // n for i in range(n + 1)]
        with lane(0):
            near = _nine(with_neighbours(pieces, 0))
        out = []
        for i, (start, end) in enumerate(itertools.pairwise(ends)):
            with lane(i):
                y = mx.addmm(self.bias[start:end], near, self.matrix[start:end].T)
                out.append(self._activated(y))
        with lane(0):
            return mx.concatenate(out, axis=1).reshape(*pieces[0].shape[:2], n_out)


def _nine(padded: mx.array) -> mx.array:
    """(T + 2, F + 2, C) -> (T·F, 9·C): what each output sees."""
    frames, wide, n = padded.shape
    shape, strides = (frames - 2, wide - 2, 3, 3 * n), (wide * n, n, wide * n, 1)
    return mx.as_strided(padded, shape, strides).reshape((frames - 2) * (wide - 2), -1)
