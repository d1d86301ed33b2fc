"""What both networks are made of: weights as arrays, BatchNorm folded away, affine maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .backend import mx

Weights = Mapping[str, NDArray[np.float32]]
EPSILON = 1e-5  # of PyTorch's BatchNorm


def array(values: NDArray[np.floating], dtype: mx.Dtype = mx.float32) -> mx.array:
    """The values in MLX, contiguous whatever view they were."""
    return mx.array(np.ascontiguousarray(values, np.float32)).astype(dtype)


def norm(weights: Weights, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A BatchNorm as (scale, shift), each (channels,)."""
    mean, variance = (weights[f"{name}.running_{part}"].astype(np.float64) for part in ("mean", "var"))
    scale = weights[f"{name}.weight"] / np.sqrt(variance + EPSILON)
    return scale, weights[f"{name}.bias"] - mean * scale


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
