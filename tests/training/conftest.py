"""Networks that train in seconds, and a pack of a few seconds for them. Needs PyTorch, like every test here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from livepitch.model.config import CausalConfig, RmvpeConfig

if TYPE_CHECKING:
    from training.recipes import Recipe

TINY = {
    "stream": CausalConfig(
        channels=(4, 6), inter_channels=8, dilations=((1,), (1,), (1,)), plain_levels=1, gru_hidden=48
    ),
    "rmvpe-small": RmvpeConfig(n_blocks=1, inter_layers=1, base_channels=2, gru_hidden=128),
}


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> dict[str, Recipe]:
    """The recipes with tiny networks and clips of 0.32 s, also where `training.train` looks them up."""
    from training.recipes import RECIPES

    for name, config in TINY.items():
        recipe = replace(RECIPES[name], config=config, frames=32, batch=8, learning_rate=0.01, warm_up=5)
        monkeypatch.setitem(RECIPES, name, recipe)
    return RECIPES


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete pack: synthetic voices as `voices` and `world`, and noise for `music` and `noise`."""
    import torch

    from training.synthesis import synthetic_bank
    from training.voices import Labelled, write_audio, write_pack

    folder, rng = tmp_path_factory.mktemp("pack"), np.random.default_rng(0)
    for seed, name in enumerate(("voices.flac", "world.ogg")):
        bank = synthetic_bank(seed, 8, torch.device("cpu"), seconds=2.5)
        voice = Labelled("synthetic", True, bank.audio.float().numpy(), bank.f0.numpy(), bank.state.numpy())
        write_pack([voice], ["synthetic"], folder / name)
    for name in ("music.ogg", "noise.ogg"):
        write_audio(folder / name, (0.1 * rng.normal(size=25 * 16_000)).astype(np.float32))
    return folder
