"""Writes golden.npz: PyTorch's salience of the small seeded networks on seeded log-mels (64 frames each).

python tests/model/make_golden.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.model.networks import SMALL_CAUSAL, SMALL_RMVPE, log_mels, seeded
from tests.model.test_parity import GOLDEN, with_torch

if __name__ == "__main__":
    mel = log_mels(64)
    np.savez_compressed(
        GOLDEN, causal=with_torch(seeded(SMALL_CAUSAL), mel), rmvpe=with_torch(seeded(SMALL_RMVPE), mel)
    )
