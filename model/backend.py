"""MLX, set up before it starts: every module takes `mx` from here, so that no import order can undo it."""

import os

from .blas import preload_blas

preload_blas()  # a problem is told by whoever loads a model; it is remembered, not looked for again
# On CUDA MLX would multiply with 10 bits of mantissa: 1 frame in 500 then lands on another peak than PyTorch's.
os.environ.setdefault("MLX_ENABLE_TF32", "0")

import mlx.core as mx  # noqa: E402

__all__ = ["mx"]
