"""Writes golden.npz: what PyTorch computes with the small seeded networks on seeded log-mels (64 frames).

`causal` and `rmvpe` hold the salience; `rmvpe NAME` every seventh value of an activation of the RMVPE. The sides of an
activation are powers of two and three, so those values come from all its rows, columns and edges.

python tests/model/make_golden.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from livepitch.parity.activations import activations
from livepitch.parity.reference import load_reference
from tests.model.networks import SMALL_CAUSAL, SMALL_RMVPE, log_mels, seeded
from tests.model.test_parity import EVERY, GOLDEN, with_torch

if __name__ == "__main__":
    mel, rmvpe = log_mels(64), seeded(SMALL_RMVPE)
    found = activations(load_reference(SMALL_RMVPE, rmvpe.weights), mel)
    arrays = {f"rmvpe {name}": value.ravel()[::EVERY] for name, value in found.items() if name != "salience"}
    saliences = {"causal": with_torch(seeded(SMALL_CAUSAL), mel), "rmvpe": with_torch(rmvpe, mel)}
    np.savez_compressed(GOLDEN, **saliences, **arrays)
