"""A clip as a windowed stream hears it: cut into pieces of the log-mel, each with a beginning and an end of its own."""

from __future__ import annotations

import random

import torch
from torch import Tensor, nn

from .mixing import Batch
from .voices import UNKNOWN

# Frames of a window, and which of them are given out: amid a stream, of 96 or 64 frames at the beginning of one.
LAYOUTS = ((128, 36, 116), (128, 36, 116), (128, 36, 116), (96, 0, 84), (64, 0, 56))
WHOLE = 0.15  # of the longest windows' batches: all that they show is taught


def through_windows(network: nn.Module, mel: Tensor, batch: Batch, rng: random.Random) -> tuple[Tensor, Batch]:
    """RMVPE's logits of windows cut out of log-mel (B, T, 128), and their labels: known where frames are given out.

    Clips become `T // size` windows each.
    """
    size, low, high = rng.choice(LAYOUTS)
    count, frames = mel.shape[1] // size, mel.shape[1]
    at = 0 if low == 0 and rng.random() < 0.5 else rng.randint(0, frames - count * size)
    if low and rng.random() < WHOLE:
        low, high = 0, size
    heard = (
        x[:, at : at + count * size].unflatten(1, (count, size)).flatten(0, 1) for x in (mel, batch.f0, batch.state)
    )
    mel, f0, state = heard
    place = torch.arange(size, device=state.device)
    state = torch.where((place >= low) & (place < high), state, torch.full_like(state, UNKNOWN))
    # The U-Net's `forward`, past what was compiled for whole clips.
    output = network.fc(network.features(network.unet.forward(mel.unsqueeze(1))))  # type: ignore[operator,union-attr]
    return output, Batch(batch.audio, f0, state)
