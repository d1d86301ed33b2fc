"""MLX, behind the BLAS that it needs: every module takes `mx` from here, so that no import order can undo it."""

from .blas import preload_blas

preload_blas()  # a problem is told by whoever loads a model; it is remembered, not looked for again

import mlx.core as mx  # noqa: E402

__all__ = ["mx"]
