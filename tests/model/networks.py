"""Small networks with seeded weights, and their checkpoints: real shapes, quick to run."""

from __future__ import annotations

import numpy as np

from livepitch.model.checkpoint import Checkpoint
from livepitch.model.config import CausalConfig, Config, RmvpeConfig
from livepitch.model.names import expected_shapes

SMALL_CAUSAL = CausalConfig(
    channels=(4, 6), inter_channels=8, dilations=((1,), (1, 2), (2,)), plain_levels=1, gru_hidden=16
)
SMALL_RMVPE = RmvpeConfig(n_blocks=1, inter_layers=1, base_channels=2, gru_hidden=16)


def seeded(config: Config, seed: int = 0) -> Checkpoint:
    """A checkpoint whose activations neither vanish nor explode."""
    rng, weights = np.random.default_rng(seed), {}
    for name, shape in expected_shapes(config).items():
        fan = max(1, int(np.prod(shape[1:])))
        value = rng.normal(size=shape) * (0.8 / np.sqrt(fan) if len(shape) > 1 else 0.1)
        if name.endswith(("running_var", "weight")) and len(shape) == 1:
            value = 1.0 + np.abs(value)
        weights[name] = value.astype(np.float32)
    return Checkpoint("seeded", config, weights, threshold=0.3, release=0.2, training={"seed": seed})


def log_mels(n: int, seed: int = 0) -> np.ndarray:
    """Noise in the range of log-mels, float32 (n, 128)."""
    return (np.random.default_rng(seed).normal(size=(n, 128)) * 2 - 6).astype(np.float32)
