"""The names and layouts of mlx-rmvpe (PyPI, 0.1.0; `lexandstuff/mlx-rmvpe` on Hugging Face).

Kernels are channels-last: (out, height, width, in), transposed convolutions too. `mlx.nn.GRU` has a bias `b` for the
input, with the recurrent ones of the reset and update gates merged in, and `bhn`, the recurrent one of the candidate.
"""

from __future__ import annotations

import re
from collections.abc import Container

import numpy as np

from ..config import RmvpeConfig
from ..names import Shape, expected_shapes
from .tensors import Weights

_PARTS = {
    ".conv1.0.": ".conv_transpose.",
    ".conv1.1.": ".bn.",
    ".conv.0.": ".conv1.",
    ".conv.1.": ".bn1.",
    ".conv.3.": ".conv2.",
    ".conv.4.": ".bn2.",
    "fc.1.": "linear.",
}
_GRUS = {"bigru.gru_forward": "", "bigru.gru_backward": "_reverse"}
_UP = ".conv1.0."  # in our names: the transposed convolutions


def mlx_shapes(config: RmvpeConfig, present: Container[str]) -> dict[str, Shape]:
    """Tensor name -> shape; a bias of a transposed convolution, zero unless somebody trained it, only if `present`."""
    ours = expected_shapes(config)
    shapes = {theirs: _channels_last(name, ours[name]) for name, theirs in _names(config).items()}
    for name, theirs in _names(config).items():
        if _UP in name and _bias(theirs) in present:
            shapes[_bias(theirs)] = (ours[name][1],)
    for gru, suffix in _GRUS.items():
        shapes[f"{gru}.Wx"] = ours[f"fc.0.gru.weight_ih_l0{suffix}"]
        shapes[f"{gru}.Wh"] = ours[f"fc.0.gru.weight_hh_l0{suffix}"]
        shapes[f"{gru}.b"], shapes[f"{gru}.bhn"] = (3 * config.gru_hidden,), (config.gru_hidden,)
    return shapes


def weights_from_mlx(config: RmvpeConfig, theirs: Weights) -> Weights:
    """The weights in PyTorch's names and layouts, from tensors that `mlx_shapes` has approved.

    `theirs` is emptied on the way: the full network's kernels held twice are 0.4 GB.
    """
    weights: Weights = {}
    for name, other in _names(config).items():
        value = theirs.pop(other)
        if value.ndim == 4:
            value = np.ascontiguousarray(value.transpose((3, 0, 1, 2) if _UP in name else (0, 3, 1, 2)))
        weights[name] = value
    for name, other in _names(config).items():
        if _UP in name and _bias(other) in theirs:  # normalised right away, so it is as good as a shift of the mean
            mean = name.replace("conv1.0.weight", "conv1.1.running_mean")
            weights[mean] = weights[mean] - theirs[_bias(other)]
    for gru, suffix in _GRUS.items():
        inside = np.concatenate((np.zeros(2 * config.gru_hidden, np.float32), theirs[f"{gru}.bhn"]))
        parts = (theirs[f"{gru}.Wx"], theirs[f"{gru}.Wh"], theirs[f"{gru}.b"], inside)
        for part, value in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), parts, strict=True):
            weights[f"fc.0.gru.{part}_l0{suffix}"] = value
    return {name: weights[name] for name in expected_shapes(config)}


def _names(config: RmvpeConfig) -> dict[str, str]:
    """Our name -> theirs, for every tensor but the GRU's."""
    names = {}
    for name in expected_shapes(config):
        theirs = re.sub(r"(\.layers\.\d+\.)conv2?\.(\d+)\.", r"\1conv_blocks.\2.", name)
        for ours, part in _PARTS.items():
            theirs = theirs.replace(ours, part)
        if not name.startswith("fc.0."):
            names[name] = theirs
    return names


def _channels_last(name: str, shape: Shape) -> Shape:
    if len(shape) != 4:
        return shape
    first, second, height, width = shape
    return (second, height, width, first) if _UP in name else (first, height, width, second)


def _bias(name: str) -> str:
    return name.removesuffix("weight") + "bias"
