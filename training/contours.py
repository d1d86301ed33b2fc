"""f0 contours that voices sing and speak, drawn at random: one value per 10 ms, many clips at once."""

from __future__ import annotations

import math

import torch
from torch import Tensor

FRAME_RATE = 100  # control values per second


class Dice:
    """Seeded random tensors on one device."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self.device = device
        self.generator = torch.Generator(device).manual_seed(seed)

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Uniform in low..high."""
        return low + (high - low) * torch.rand(*shape, device=self.device, generator=self.generator)

    def normal(self, *shape: int) -> Tensor:
        """Standard normal."""
        return torch.randn(*shape, device=self.device, generator=self.generator)

    def integers(self, high: int, *shape: int) -> Tensor:
        """Uniform integers below `high`."""
        return torch.randint(high, shape, device=self.device, generator=self.generator)

    def chance(self, p: float, *shape: int) -> Tensor:
        """True with probability `p`."""
        return self.uniform(*shape) < p


def smoothed(x: Tensor, seconds: Tensor) -> Tensor:
    """Low-passes (B, T) along time by a first-order filter with time constant `seconds` (B,), forward."""
    keep = torch.exp(-1.0 / (seconds * FRAME_RATE).clamp(min=1e-3))
    value, out = x[:, 0].clone(), torch.empty_like(x)
    for t in range(x.shape[1]):
        value = keep * value + (1 - keep) * x[:, t]
        out[:, t] = value
    return out


def segments(dice: Dice, n: int, frames: int, shortest: float, longest: float) -> tuple[Tensor, Tensor]:
    """Cuts each clip into random segments: (index of the segment, frames since its start), both (n, frames)."""
    most = math.ceil(frames / (shortest * FRAME_RATE)) + 1
    span = math.log(longest / shortest)
    lengths = shortest * FRAME_RATE * torch.exp(dice.uniform(n, most) * span)
    ends = lengths.cumsum(1)
    time = torch.arange(frames, device=dice.device).float().expand(n, frames).contiguous()
    index = torch.searchsorted(ends, time, right=True).clamp(max=most - 1)
    start = torch.where(index > 0, ends.gather(1, (index - 1).clamp(min=0)), torch.zeros_like(time))
    return index, time - start


def per_segment(values: Tensor, index: Tensor) -> Tensor:
    """Spreads one value per segment (n, most) over the frames of `index` (n, frames)."""
    return values.gather(1, index % values.shape[1])


def slow_noise(dice: Dice, n: int, frames: int, seconds: float) -> Tensor:
    """Unit-variance noise (n, frames) that changes within about `seconds`."""
    knots = max(4, math.ceil(frames / (seconds * FRAME_RATE)) + 3)
    rough = dice.normal(n, 1, knots)
    return torch.nn.functional.interpolate(rough, frames, mode="linear", align_corners=True)[:, 0] * 1.22


def sung(dice: Dice, n: int, frames: int) -> Tensor:
    """Melodies with portamento, vibrato, drift and jitter: semitones relative to the clip's centre (n, frames)."""
    index, since = segments(dice, n, frames, 0.09, 1.5)
    steps = (dice.normal(n, 256) * dice.uniform(n, 1, low=1.0, high=4.5)).round()
    melody = torch.zeros_like(steps)
    for i in range(1, steps.shape[1]):  # a walk that leans back to the centre
        melody[:, i] = (0.8 * melody[:, i - 1] + steps[:, i]).round().clamp(-14, 14)
    tuned = melody + 0.15 * dice.normal(n, 256)
    glide = torch.exp(dice.uniform(n, low=math.log(0.004), high=math.log(0.09)))
    contour = smoothed(smoothed(per_segment(tuned, index), glide), glide * 0.6)
    rate = dice.uniform(n, 1, low=4.0, high=7.5) + 0.3 * slow_noise(dice, n, frames, 0.5)
    onset = dice.uniform(n, 1, low=0.0, high=60.0)
    depth = per_segment(torch.exp(dice.uniform(n, 64, low=math.log(0.03), high=math.log(1.3))), index)
    depth = depth * ((since - onset) / 25.0).clamp(0, 1) * dice.chance(0.75, n, 1)
    phase = 2 * math.pi * (rate.cumsum(1) / FRAME_RATE + dice.uniform(n, 1))
    drift = dice.uniform(n, 1, high=0.3) * slow_noise(dice, n, frames, 0.25)
    return contour + depth * torch.sin(phase) + drift + _jitter(dice, n, frames)


def spoken(dice: Dice, n: int, frames: int) -> Tensor:
    """Accents on a falling line, semitones relative to the clip's centre (n, frames)."""
    _, since = segments(dice, n, frames, 0.6, 3.0)
    fall = -dice.uniform(n, 1, high=0.05) * since
    accents = dice.uniform(n, 1, low=0.5, high=4.0) * slow_noise(dice, n, frames, 0.16)
    detail = dice.uniform(n, 1, high=0.4) * slow_noise(dice, n, frames, 0.05)
    return 3.0 + fall + accents + detail + _jitter(dice, n, frames)


def sirens(dice: Dice, n: int, frames: int) -> Tensor:
    """Glides over one to three octaves, semitones relative to the clip's centre (n, frames)."""
    span = dice.uniform(n, 1, low=5.0, high=18.0)
    rate = torch.exp(dice.uniform(n, 1, low=math.log(0.08), high=math.log(1.5)))
    time = torch.arange(frames, device=dice.device)[None] / FRAME_RATE
    turn = (time * rate + dice.uniform(n, 1)) % 1.0
    triangle = 1 - 4 * (turn - 0.5).abs()
    shape = torch.where(dice.chance(0.5, n, 1), triangle, torch.sin(2 * math.pi * turn))
    return span * shape + _jitter(dice, n, frames)


def steady(dice: Dice, n: int, frames: int) -> Tensor:
    """Steps between exactly steady tones, semitones relative to the clip's centre (n, frames)."""
    index, _ = segments(dice, n, frames, 0.25, 4.0)
    return per_segment(dice.uniform(n, 64, low=-12.0, high=12.0), index)


def _jitter(dice: Dice, n: int, frames: int) -> Tensor:
    """Cycle-to-cycle unsteadiness of a few cents."""
    return dice.uniform(n, 1, high=0.06) * dice.normal(n, frames)
