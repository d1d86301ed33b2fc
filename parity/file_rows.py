"""A `.pt` file as PyTorch itself reads it, against our reader, which uses no PyTorch."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..model.checkpoint import Checkpoint
from .difference import Row

Floats = NDArray[np.float32]


def torch_weights(checkpoint: Checkpoint) -> dict[str, Floats] | None:
    """The tensors of the checkpoint's file in float32, without the counters of its BatchNorms.

    None where there is nothing to compare: another kind of file, or a `.pt` that nests or names its tensors otherwise.
    """
    if checkpoint.path is None or checkpoint.path.suffix not in (".pt", ".pth"):
        return None
    content = torch.load(checkpoint.path, map_location="cpu", weights_only=True)
    if not isinstance(content, dict) or not all(isinstance(value, torch.Tensor) for value in content.values()):
        return None
    tensors = {name: value for name, value in content.items() if not name.endswith("num_batches_tracked")}
    if tensors.keys() != checkpoint.weights.keys():
        return None
    return {name: value.float().numpy() for name, value in tensors.items()}


def file_rows(checkpoint: Checkpoint, weights: dict[str, Floats]) -> list[Row]:
    """One row: how many tensors our reader reads otherwise than PyTorch."""
    ours = checkpoint.weights
    differing = [name for name in weights if not np.array_equal(ours[name], weights[name])]
    detail = differing[0] if differing else f"of {len(weights)}"
    return [Row("file", "tensors as PyTorch reads them", len(differing), None, 0, "tensors", detail)]
