"""Checkpoints: weights as numpy arrays with the metadata that gives them meaning. No MLX here.

The file is safetensors; under the metadata key `livepitch` stands one JSON object: the network's configuration, its
thresholds and how it was trained. Weights carry PyTorch's names, BatchNorm not yet folded, so that a file serves
inference, further training and parity alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from .config import CausalConfig, Config, config_from_dict, config_to_dict
from .errors import CheckpointError
from .names import expected_shapes

METADATA_KEY = "livepitch"
FORMAT = 1  # raised when an older livepitch could misread a newer file

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Checkpoint:
    """A network's configuration and weights, and the settings that belong to them."""

    name: str
    config: Config
    weights: Weights = field(repr=False)
    threshold: float = 0.5
    """Confidence at which a voiced run begins."""
    release: float = 0.5
    """Confidence below which a voiced run ends; at most `threshold`."""
    training: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Record of the training: data, seeds, steps, versions, figures."""
    path: Path | None = None

    @property
    def causal(self) -> bool:
        """Whether the network streams exactly, one frame at a time."""
        return isinstance(self.config, CausalConfig)


def read_checkpoint(path: str | Path) -> Checkpoint:
    """Reads a `.safetensors` file, strictly: every tensor that the configuration asks for, of its shape, no other.

    Raises:
        CheckpointError: missing, damaged or foreign file; the text names the first tensor that is wrong.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file; `livepitch weights list` shows the models there are")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = (file.metadata() or {}).get(METADATA_KEY)
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: not a safetensors checkpoint ({error})") from None
    if metadata is None:
        raise CheckpointError(f"{path}: no livepitch metadata in it, so the network's shape is unknown")
    return _checkpoint(path, metadata, weights)


def _checkpoint(path: Path, metadata: str, weights: Mapping[str, NDArray[Any]]) -> Checkpoint:
    try:
        record = json.loads(metadata)
        if record["format"] > FORMAT:
            raise CheckpointError(f"{path}: written by a newer livepitch (format {record['format']}); update livepitch")
        config = config_from_dict(record["config"])
        threshold, release = float(record["threshold"]), float(record["release"])
        if not 0.0 <= release <= threshold <= 1.0:
            raise ValueError(f"thresholds {release}, {threshold} are not in order within 0..1")
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: its livepitch metadata is damaged ({error})") from None
    checked = check_weights(path, config, weights)
    return Checkpoint(record.get("name", path.stem), config, checked, threshold, release, record["training"], path)


def check_weights(path: Path, config: Config, weights: Mapping[str, NDArray[Any]]) -> Weights:
    """The weights as float32, if they are exactly those that `config` asks for.

    Raises:
        CheckpointError: a tensor is missing, superfluous, mis-shaped or not finite.
    """
    expected = expected_shapes(config)
    for name in sorted(expected.keys() | weights.keys()):
        if name not in weights:
            raise CheckpointError(f"{path}: tensor {name} is missing")
        if name not in expected:
            raise CheckpointError(f"{path}: tensor {name} does not belong to this network")
        if weights[name].shape != expected[name]:
            raise CheckpointError(f"{path}: tensor {name} is {weights[name].shape}, not {expected[name]}")
        if not np.isfinite(weights[name]).all():
            raise CheckpointError(f"{path}: tensor {name} holds values that are not finite")
    return {name: np.ascontiguousarray(weights[name], np.float32) for name in expected}


def write_checkpoint(path: str | Path, checkpoint: Checkpoint, half: bool = True) -> None:
    """Writes what `read_checkpoint` reads; `half` stores convolutions and matrices in 16 bits, statistics never."""
    record = {
        "format": FORMAT,
        "name": checkpoint.name,
        "config": config_to_dict(checkpoint.config),
        "threshold": checkpoint.threshold,
        "release": checkpoint.release,
        "training": dict(checkpoint.training),
    }
    tensors: dict[str, NDArray[Any]] = {
        name: value.astype(np.float16) if half and value.ndim > 1 else value.astype(np.float32)
        for name, value in check_weights(Path(path), checkpoint.config, checkpoint.weights).items()
    }
    save_file(tensors, path, metadata={METADATA_KEY: json.dumps(record, sort_keys=True)})
