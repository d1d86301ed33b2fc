"""RMVPE's weights out of a file that says nothing of its network: the shapes tell it.

The names are PyTorch's, as RVC and Applio save them, or those of mlx-rmvpe (`mlx_layout.py`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from ..config import RmvpeConfig
from ..errors import CheckpointError
from ..names import Shape, expected_shapes
from .mlx_layout import mlx_shapes, weights_from_mlx
from .tensors import Stored, Weights, approved, shown


def rmvpe_weights(path: Path, tensors: Mapping[str, Stored]) -> tuple[RmvpeConfig, Weights]:
    """The configuration that the shapes speak of, and the weights in our names and layouts.

    Names may share a prefix such as `model.` or `module.`; counters of PyTorch's BatchNorm are dropped.

    Raises:
        CheckpointError: another network, or a tensor that is missing, superfluous, mis-shaped or not finite, by the
            file's own name for it.
    """
    tensors = {name: stored for name, stored in tensors.items() if not name.endswith("num_batches_tracked")}
    prefixes = Counter(found[1] for name in tensors if (found := _UNET.match(name)))
    prefix = prefixes.most_common(1)[0][0] if prefixes else ""
    own = {name.removeprefix(prefix): stored.shape for name, stored in tensors.items() if name.startswith(prefix)}
    config = inferred_config(own)
    if config is None:
        some = ", ".join(shown(name) for name in sorted(tensors)[:2]) or "none at all"
        raise CheckpointError(f"{path}: its tensors ({some}, …) are not RMVPE's, and it has no livepitch metadata")
    is_mlx = any(name.startswith("bigru.") for name in own)
    expected = mlx_shapes(config, own) if is_mlx else expected_shapes(config)
    values = approved(path, {prefix + name: shape for name, shape in expected.items()}, tensors)
    weights = {name: values.pop(prefix + name) for name in expected}  # moved, not kept twice
    return config, weights_from_mlx(config, weights) if is_mlx else weights


_UNET = re.compile(r"((?:.*\.)?)unet\.")


def inferred_config(shapes: Mapping[str, Shape]) -> RmvpeConfig | None:
    """RMVPE's configuration by the shapes of its tensors, in PyTorch's or mlx-rmvpe's names; None if it is not RMVPE.

    Each number is the one that most tensors agree on, so that a single wrong tensor is the one to be named later.
    """
    widths, blocks, hidden = Counter[int](), defaultdict[str, set[str]](set), Counter[int]()
    inter: set[str] = set()
    for name, shape in shapes.items():
        if (level := _WIDTH.match(name)) and len(shape) == 1:
            widths[shape[0] >> int(level[1])] += 1
        if place := _BLOCK.match(name):
            blocks[place[1]].add(place[2])
        if layer := _INTER.match(name):
            inter.add(layer[1])
        if (head := _HIDDEN.match(name)) and len(shape) == 2:
            hidden[shape[1] // 2 if head[1] else shape[1]] += 1
    counts = Counter(len(found) for found in blocks.values())
    if not (widths and counts and inter and hidden):
        return None
    base, n_blocks, gru = (votes.most_common(1)[0][0] for votes in (widths, counts, hidden))
    config = RmvpeConfig(n_blocks, len(inter), base, gru)
    return config if base > 0 and gru > 0 and config.blocks <= len(shapes) else None


_WIDTH = re.compile(r"unet\.encoder\.layers\.([0-4])\..*\.running_(?:mean|var)$")
_BLOCK = re.compile(r"(unet\.(?:encoder|intermediate|decoder)\.layers\.\d+)\.conv(?:2|_blocks)?\.(\d+)\.")
_INTER = re.compile(r"unet\.intermediate\.layers\.(\d+)\.")
_HIDDEN = re.compile(r"(?:fc\.0\.gru\.weight_hh_l0(?:_reverse)?|bigru\.gru_\w+\.Wh|(fc\.1|linear)\.weight)$")
