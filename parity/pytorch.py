"""PyTorch itself, an optional dependency: loaded before MLX, on one thread."""

from __future__ import annotations

import sys
from typing import Any

from ..model.errors import LivepitchError


def load_torch() -> None:
    """Imports PyTorch; called before MLX's BLAS is loaded, with which PyTorch would multiply too, and be no witness.

    Raises:
        LivepitchError: it is not installed.
    """
    try:
        import torch
    except ModuleNotFoundError:
        told = "parity compares with PyTorch, which is not installed: pip install 'livepitch[parity]'"
        raise LivepitchError(told) from None
    torch.set_num_threads(1)  # more of them wait by spinning, and slow both sides down where cores are few


def about_torch() -> dict[str, Any]:
    """Version and circumstances, as JSON types."""
    import torch

    modules = list(sys.modules)
    return {
        "torch": torch.__version__,
        "device": "cpu",
        "threads": torch.get_num_threads(),
        "imported_first": modules.index("torch") < modules.index("mlx.core"),
    }
