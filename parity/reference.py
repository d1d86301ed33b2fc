"""RMVPE in PyTorch with the parameter names of the RVC/Applio checkpoints: for training and for parity.

Source: Wei et al., "RMVPE: A Robust Model for Vocal Pitch Estimation in Polyphonic Music", Interspeech 2023.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..model.config import N_BINS, N_MELS, RmvpeConfig

MOMENTUM = 0.01  # of the BatchNorm statistics, as published


class ConvBlockRes(nn.Module):
    """Two 3x3 convolutions with BatchNorm and ReLU, plus a shortcut (1x1 with bias where channels change)."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(n_in, n_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(n_out, momentum=MOMENTUM),
            nn.ReLU(),
            nn.Conv2d(n_out, n_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(n_out, momentum=MOMENTUM),
            nn.ReLU(),
        )
        if n_in != n_out:
            self.shortcut = nn.Conv2d(n_in, n_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, n_in, T, F) -> (B, n_out, T, F)."""
        return self.conv(x) + (self.shortcut(x) if hasattr(self, "shortcut") else x)


class Level(nn.Module):
    """One encoder or intermediate level: `n_blocks` residual blocks, pooled 2x2 afterwards if `pool`."""

    def __init__(self, n_in: int, n_out: int, n_blocks: int, pool: bool) -> None:
        super().__init__()
        sizes = [n_in] + [n_out] * n_blocks
        self.conv = nn.ModuleList(ConvBlockRes(a, b) for a, b in itertools.pairwise(sizes))
        self.pool = nn.AvgPool2d(2) if pool else None

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Returns (the level's output, the same pooled)."""
        for block in self.conv:
            x = block(x)
        return x, self.pool(x) if self.pool else x


class Encoder(nn.Module):
    """Input BatchNorm and five pooled levels."""

    def __init__(self, config: RmvpeConfig) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(1, momentum=MOMENTUM)
        sizes = (1, *config.channels)
        self.layers = nn.ModuleList(Level(a, b, config.n_blocks, pool=True) for a, b in itertools.pairwise(sizes))

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Returns (the deepest level pooled, the skips from shallow to deep)."""
        x, skips = self.bn(x), []
        for level in self.layers:
            skip, x = level(x)
            skips.append(skip)
        return x, skips


class Intermediate(nn.Module):
    """Levels at the bottom, without pooling."""

    def __init__(self, config: RmvpeConfig) -> None:
        super().__init__()
        deepest = config.channels[-1]
        sizes = [deepest] + [2 * deepest] * config.inter_layers
        self.layers = nn.ModuleList(Level(a, b, config.n_blocks, pool=False) for a, b in itertools.pairwise(sizes))

    def forward(self, x: Tensor) -> Tensor:
        """Same time and frequency, twice the deepest encoder level's channels."""
        for level in self.layers:
            x = level(x)[0]
        return x


class DecoderLevel(nn.Module):
    """Transposed convolution by 2x2, concatenation `[upsampled, skip]`, residual blocks."""

    def __init__(self, n_in: int, n_out: int, n_blocks: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.ConvTranspose2d(n_in, n_out, 3, stride=2, padding=1, output_padding=1, bias=False),
            nn.BatchNorm2d(n_out, momentum=MOMENTUM),
            nn.ReLU(),
        )
        sizes = [2 * n_out] + [n_out] * n_blocks
        self.conv2 = nn.ModuleList(ConvBlockRes(a, b) for a, b in itertools.pairwise(sizes))

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(B, n_in, T, F), (B, n_out, 2T, 2F) -> (B, n_out, 2T, 2F)."""
        x = torch.cat((self.conv1(x), skip), dim=1)
        for block in self.conv2:
            x = block(x)
        return x


class Decoder(nn.Module):
    """Five levels up again."""

    def __init__(self, config: RmvpeConfig) -> None:
        super().__init__()
        sizes = (2 * config.channels[-1], *reversed(config.channels))
        self.layers = nn.ModuleList(DecoderLevel(a, b, config.n_blocks) for a, b in itertools.pairwise(sizes))

    def forward(self, x: Tensor, skips: list[Tensor]) -> Tensor:
        """Returns (B, base_channels, T, F)."""
        for level, skip in zip(self.layers, reversed(skips), strict=True):
            x = level(x, skip)
        return x


class DeepUnet(nn.Module):
    """The U-Net over time and frequency."""

    def __init__(self, config: RmvpeConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.intermediate = Intermediate(config)
        self.decoder = Decoder(config)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, T, 128) -> (B, base_channels, T, 128); T must be a multiple of 32."""
        x, skips = self.encoder(x)
        return self.decoder(self.intermediate(x), skips)


class BiGRU(nn.Module):
    """Bidirectional GRU under the name that the checkpoints use."""

    def __init__(self, n_in: int, hidden: int) -> None:
        super().__init__()
        self.gru = nn.GRU(n_in, hidden, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, n_in) -> (B, T, 2 hidden)."""
        return self.gru(x)[0]


class Rmvpe(nn.Module):
    """`E2E`: U-Net, 3x3 convolution to 3 channels, bidirectional GRU, linear; `forward` gives logits."""

    def __init__(self, config: RmvpeConfig) -> None:
        super().__init__()
        self.config = config
        self.unet = DeepUnet(config)
        self.cnn = nn.Conv2d(config.base_channels, 3, 3, padding=1)
        self.fc = nn.Sequential(
            BiGRU(3 * N_MELS, config.gru_hidden),
            nn.Linear(2 * config.gru_hidden, N_BINS),
            nn.Dropout(0.25),
        )

    def forward(self, mel: Tensor) -> Tensor:
        """mel (B, T, 128) -> logits (B, T, 360); salience is their sigmoid."""
        return self.fc(self.features(self.unet(mel.unsqueeze(1))))

    def features(self, x: Tensor) -> Tensor:
        """What the GRU sees of the U-Net's output (B, base_channels, T, 128): (B, T, 384), channel-major."""
        return self.cnn(x).transpose(1, 2).flatten(-2)


def load_reference(config: RmvpeConfig, weights: Mapping[str, NDArray[np.float32]]) -> Rmvpe:
    """The network in evaluation mode with a checkpoint's weights; a RuntimeError names what does not fit."""
    network = Rmvpe(config).eval()
    tensors = {name: torch.from_numpy(np.array(value, np.float32)) for name, value in weights.items()}
    counters = {name: value for name, value in network.state_dict().items() if name.endswith("num_batches_tracked")}
    network.load_state_dict(counters | tensors)
    return network
