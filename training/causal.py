"""The causal network of `stream` in PyTorch, for training; its parameter names are the checkpoint's."""

from __future__ import annotations

import itertools

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from livepitch.model.config import N_BINS, N_MELS, CausalConfig

MOMENTUM = 0.01  # of the BatchNorm statistics


class CausalConv(nn.Conv2d):
    """Convolution over time and frequency that never looks ahead: zeros stand before the first frame."""

    def __init__(self, n_in: int, n_out: int, time: int, dilation: int = 1) -> None:
        super().__init__(n_in, n_out, (time, 3), dilation=(dilation, 1), bias=False)
        self.past = (time - 1) * dilation

    def forward(self, x: Tensor) -> Tensor:
        """(B, n_in, T, F) -> (B, n_out, T, F)."""
        return super().forward(F.pad(x, (1, 1, self.past, 0)))


class Block(nn.Module):
    """Two convolutions with BatchNorm and ReLU, plus a shortcut (1x1 with bias where channels change)."""

    def __init__(self, n_in: int, n_out: int, time: int, dilation: int = 1) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            CausalConv(n_in, n_out, time, dilation),
            nn.BatchNorm2d(n_out, momentum=MOMENTUM),
            nn.ReLU(),
            CausalConv(n_out, n_out, time, dilation),
            nn.BatchNorm2d(n_out, momentum=MOMENTUM),
            nn.ReLU(),
        )
        self.shortcut = nn.Conv2d(n_in, n_out, 1) if n_in != n_out else None

    def forward(self, x: Tensor) -> Tensor:
        """(B, n_in, T, F) -> (B, n_out, T, F)."""
        return self.conv(x) + (x if self.shortcut is None else self.shortcut(x))


class Plain(nn.Module):
    """One convolution with BatchNorm and ReLU, within a frame."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(CausalConv(n_in, n_out, 1), nn.BatchNorm2d(n_out, momentum=MOMENTUM), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        """(B, n_in, T, F) -> (B, n_out, T, F)."""
        return self.conv(x)


class Up(nn.Module):
    """Twice the frequency by transposed convolution, concatenation `[upsampled, skip]`, a block within the frame."""

    def __init__(self, n_in: int, n_out: int, plain: bool) -> None:
        super().__init__()
        self.up = nn.Sequential(
            nn.ConvTranspose2d(n_in, n_out, (1, 3), stride=(1, 2), padding=(0, 1), output_padding=(0, 1), bias=False),
            nn.BatchNorm2d(n_out, momentum=MOMENTUM),
            nn.ReLU(),
        )
        self.block = Plain(2 * n_out, n_out) if plain else Block(2 * n_out, n_out, time=1)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(B, n_in, T, F), (B, n_out, T, 2F) -> (B, n_out, T, 2F)."""
        return self.block(torch.cat((self.up(x), skip), dim=1))


class Causal(nn.Module):
    """U-Net over frequency, unidirectional GRU, and two heads: where the pitch is, and whether there is one."""

    def __init__(self, config: CausalConfig) -> None:
        super().__init__()
        self.config = config
        self.bn = nn.BatchNorm2d(1, momentum=MOMENTUM)
        sizes = (1, *config.channels, config.inter_channels)
        self.encoder = nn.ModuleList(
            nn.Sequential(*(Block(a if i == 0 else b, b, 3, d) for i, d in enumerate(dilations)))
            for a, b, dilations in zip(sizes, sizes[1:], config.dilations, strict=False)
        )
        down = (config.inter_channels, *reversed(config.channels))
        full = len(config.channels) - config.plain_levels
        self.decoder = nn.ModuleList(Up(a, b, i >= full) for i, (a, b) in enumerate(itertools.pairwise(down)))
        self.cnn = nn.Conv2d(config.channels[0], config.out_channels, (1, 3), padding=(0, 1))
        self.gru = nn.GRU(config.out_channels * N_MELS, config.gru_hidden, batch_first=True)
        self.pitch = nn.Linear(config.gru_hidden, N_BINS)
        self.voicing = nn.Linear(config.gru_hidden, 1)

    def unet(self, x: Tensor) -> Tensor:
        """(B, 1, T, 128) -> (B, out_channels, T, 128)."""
        skips = []
        for level in self.encoder[:-1]:
            x = level(x)
            skips.append(x)
            x = F.avg_pool2d(x, (1, 2))
        x = self.encoder[-1](x)
        for level, skip in zip(self.decoder, reversed(skips), strict=True):
            x = level(x, skip)
        return self.cnn(x)

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """mel (B, T, 128) -> pitch logits (B, T, 360), voicing logits (B, T)."""
        x = self.unet(self.bn(mel.unsqueeze(1)))
        x = self.gru(x.transpose(1, 2).flatten(-2))[0]
        return self.pitch(x), self.voicing(x).squeeze(-1)


def salience(pitch: Tensor, voicing: Tensor) -> Tensor:
    """Salience (B, T, 360) in 0..1: the pitch distribution scaled so that its peak is the voicing probability."""
    peak = pitch.amax(-1, keepdim=True)
    return torch.exp(pitch - peak) * torch.sigmoid(voicing).unsqueeze(-1)
