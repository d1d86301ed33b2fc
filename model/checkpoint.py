"""Checkpoints: weights as numpy arrays with the metadata that gives them meaning. No MLX here.

Our file is safetensors; under the metadata key `livepitch` stands one JSON object: the network's configuration, its
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
from safetensors.numpy import save

from .config import REFINABLE, CausalConfig, Config, config_from_dict, config_to_dict
from .errors import CheckpointError
from .formats.file_kind import file_kind
from .formats.layouts import rmvpe_weights
from .formats.safetensors_file import safetensors_tensors
from .formats.tensors import Stored, Weights, approved, shown
from .formats.torch_file import torch_tensors
from .names import expected_shapes
from .replacement import replacement

METADATA_KEY = "livepitch"
FORMAT = 1  # raised when an older livepitch could misread a newer file
FOREIGN_THRESHOLD = 0.03  # of checkpoints that state none: what RVC and Applio use; with one value no hysteresis
LONGEST_HOLD = 100  # frames, 1 s: more is damage


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
    hold: int = 0
    """Frames for which a voiced run that has begun ends only below `floor` · `release`, 0 for none."""
    floor: float = 0.0
    """Share of `release`, 0..1, that ends a run younger than `hold`."""
    again: float = 0.0
    """Confidence, 0..1, at which a run begins fewer than `hold` frames after another, if more than `threshold`."""
    refine: bool = False
    """Whether the waveform has a say in the pitch beside the network (`model/refine.py`)."""

    @property
    def causal(self) -> bool:
        """Whether the network streams exactly, one frame at a time."""
        return isinstance(self.config, CausalConfig)


def read_checkpoint(path: str | Path) -> Checkpoint:
    """Reads a checkpoint, whatever its suffix: safetensors in our, PyTorch's or mlx-rmvpe's names, .pt, .onnx.

    Strictly: every tensor that the configuration asks for, of its shape, no other. A file without livepitch's metadata
    must be RMVPE of some width.

    Raises:
        CheckpointError: missing, damaged or foreign file; the text names the first tensor that is wrong.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise CheckpointError(f"{path}: no such file; `livepitch weights list` shows the models there are")
        return _READERS[file_kind(path)](path)
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror or error})") from None
    except MemoryError:
        raise CheckpointError(f"{path}: more than this machine's memory holds") from None


def _read_safetensors(path: Path) -> Checkpoint:
    with safetensors_tensors(path) as (metadata, tensors):
        if METADATA_KEY in metadata:
            return _checkpoint(path, metadata[METADATA_KEY], tensors)
        return _foreign(path, tensors)


def _read_torch(path: Path) -> Checkpoint:
    with torch_tensors(path) as tensors:
        return _foreign(path, tensors)


def _read_onnx(path: Path) -> Checkpoint:
    from .formats.onnx_layout import onnx_tensors

    return _foreign(path, onnx_tensors(path))


_READERS = {"safetensors": _read_safetensors, "torch": _read_torch, "onnx": _read_onnx}


def _foreign(path: Path, tensors: Mapping[str, Stored]) -> Checkpoint:
    config, weights = rmvpe_weights(path, tensors)
    source = {"source": path.name}
    return Checkpoint(path.stem, config, weights, FOREIGN_THRESHOLD, FOREIGN_THRESHOLD, source, path)


def _checkpoint(path: Path, metadata: str, tensors: Mapping[str, Stored]) -> Checkpoint:
    try:
        record = json.loads(metadata)
        if record["format"] > FORMAT:
            raise CheckpointError(f"{path}: written by a newer livepitch (format {record['format']}); update livepitch")
        config = config_from_dict(record["config"])
        if config.blocks > len(tensors):  # before each of their names is thought of
            raise ValueError("more blocks than tensors")
        expected = expected_shapes(config)
        threshold, release = float(record["threshold"]), float(record["release"])
        if not 0.0 <= release <= threshold <= 1.0:
            raise ValueError(f"thresholds {release}, {threshold} are not in order within 0..1")
        hold, floor = int(record.get("hold", 0)), float(record.get("floor", 0.0))  # both younger than FORMAT 1
        again = float(record.get("again", 0.0))
        if not (0 <= hold <= LONGEST_HOLD and 0.0 <= floor <= 1.0 and 0.0 <= again <= 1.0):
            raise ValueError(f"hold {hold} is not in 0..{LONGEST_HOLD} or floor {floor} or again {again} not in 0..1")
        refine = record.get("refine", False)
        if refine not in (False, True) or (refine and config.lookahead not in REFINABLE):
            raise ValueError(f"refine is {refine!r} with a lookahead of {config.lookahead} samples")
        name, training = shown(record.get("name", path.stem)), dict(record["training"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise CheckpointError(f"{path}: its livepitch metadata is damaged ({shown(error)})") from None
    weights = approved(path, expected, tensors)
    return Checkpoint(name, config, weights, threshold, release, training, path, hold, floor, again, refine)


def write_checkpoint(path: str | Path, checkpoint: Checkpoint, half: bool = True) -> None:
    """Writes what `read_checkpoint` reads, whole or not at all: a file already there stays until the new one is whole.

    `half` stores convolutions and matrices in 16 bits where their values fit, statistics never.

    Raises:
        CheckpointError: a tensor is wrong, or the file cannot be written.
    """
    path = Path(path)
    record = {
        "format": FORMAT,
        "name": checkpoint.name,
        "config": config_to_dict(checkpoint.config),
        "threshold": checkpoint.threshold,
        "release": checkpoint.release,
        "hold": checkpoint.hold,
        "floor": checkpoint.floor,
        "again": checkpoint.again,
        "refine": checkpoint.refine,
        "training": dict(checkpoint.training),
    }
    tensors = {name: Stored.of(value) for name, value in checkpoint.weights.items()}
    checked = approved(path, expected_shapes(checkpoint.config), tensors)
    kept = {name: _narrowed(value) if half else value for name, value in checked.items()}
    data = save(kept, metadata={METADATA_KEY: json.dumps(record, sort_keys=True)})
    try:
        with replacement(path) as partial:
            partial.write_bytes(data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CheckpointError(f"{path}: cannot be written ({reason}); what was there before is unchanged") from None


def _narrowed(value: NDArray[np.float32]) -> NDArray[Any]:
    fits = value.ndim > 1 and np.abs(value).max() <= np.finfo(np.float16).max
    return value.astype(np.float16) if fits else value
