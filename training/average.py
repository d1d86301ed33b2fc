"""The mean of several checkpoints' weights, as runs that grew from one another allow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from livepitch.model.checkpoint import Checkpoint, read_checkpoint


def mean_of(paths: list[Path]) -> Checkpoint:
    """The checkpoints' mean, thresholds too; its record holds theirs, in order, as `runs`.

    Raises:
        ValueError: networks of different shapes.
    """
    checkpoints = [read_checkpoint(path) for path in paths]
    last = checkpoints[-1]
    if any(checkpoint.config != last.config for checkpoint in checkpoints):
        raise ValueError(f"{', '.join(map(str, paths))} are different networks: no mean")
    weights = {
        name: np.mean([np.asarray(c.weights[name], np.float64) for c in checkpoints], axis=0).astype(np.float32)
        for name in last.weights
    }
    threshold = float(np.mean([checkpoint.threshold for checkpoint in checkpoints]))
    release = float(np.mean([checkpoint.release for checkpoint in checkpoints]))
    record = {"runs": [dict(checkpoint.training) for checkpoint in checkpoints]}
    return replace(last, weights=weights, threshold=threshold, release=release, training=record)
