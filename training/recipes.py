"""The two bundled checkpoints: network, loss and schedule of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor, nn

from livepitch.model.config import CausalConfig, Config, RmvpeConfig
from livepitch.parity.reference import Rmvpe

from .causal import Causal
from .losses import causal_loss, salience_loss
from .mixing import Batch

Loss = Callable[[Any, Batch], Tensor]


@dataclass(frozen=True)
class Recipe:
    """What `python -m training.train NAME` trains."""

    config: Config
    loss: Loss
    steps: int
    batch: int = 96
    frames: int = 288
    """Per clip; a multiple of 32 for the pooling over time."""
    learning_rate: float = 2e-3
    warm_up: int = 500

    def with_lookahead(self, samples: int) -> Recipe:
        """The same, with windows that end so many samples after their frame; ValueError for RMVPE's: 512 always."""
        if not isinstance(self.config, CausalConfig):
            raise ValueError("RMVPE's windows reach 512 samples past their frame: --lookahead is for stream")
        return replace(self, config=replace(self.config, lookahead=samples))

    def network(self) -> nn.Module:
        """The network with fresh weights."""
        if isinstance(self.config, CausalConfig):
            return Causal(self.config)
        return Rmvpe(self.config)


RECIPES = {
    "stream": Recipe(CausalConfig(), causal_loss, steps=16_000),
    "rmvpe-small": Recipe(RmvpeConfig(n_blocks=2, inter_layers=1, base_channels=8), salience_loss, steps=16_000),
}
