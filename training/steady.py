"""Tones whose pitch holds still, of many timbres, from the first sample on or between silences."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .bank import Bank
from .contours import Dice, slow_noise
from .synthesis import to_samples
from .voices import HOP, PITCHED, UNVOICED, VOICED

FRAMES = 480  # of a clip
PARTIALS = 150
LOW, HIGH = 48.0, 1_250.0  # Hz
TOP = 7_600.0  # Hz; no partial above it
EDGE = 640  # samples of the longest fade


def partials(dice: Dice, f0: Tensor) -> Tensor:
    """Amplitudes (n, PARTIALS) of tones of f0 (n, 1) Hz: sines, sums of 1 / k^p, odd or few of them, and vowels."""
    n, k = len(f0), torch.arange(1, PARTIALS + 1, device=f0.device).float()[None]
    kind = dice.uniform(n, 1)
    slope = torch.where(
        dice.chance(0.4, n, 1), torch.ones(n, 1, device=f0.device), dice.uniform(n, 1, low=0.4, high=3.0)
    )
    gain = k**-slope
    vowel = torch.ones_like(gain)
    for low, high, a, b in ((230.0, 950.0, 60.0, 140.0), (600.0, 2600.0, 80.0, 160.0), (2100.0, 3400.0, 110.0, 250.0)):
        centre, width = dice.uniform(n, 1, low=low, high=high), dice.uniform(n, 1, low=a, high=b)
        f = k * f0
        vowel = vowel * centre**2 / torch.sqrt((centre**2 - f**2) ** 2 + (f * width) ** 2)
    gain = torch.where(kind > 0.68, gain * vowel, gain)
    gain = torch.where((kind > 0.14) & (kind < 0.26), gain * (k % 2 == 1), gain)
    most = torch.where(dice.chance(0.35, n, 1), dice.integers(13, n, 1) + 2, PARTIALS)
    gain = torch.where((kind < 0.68) & (k > most), torch.zeros_like(gain), gain)
    weak = torch.where((kind > 0.26) & dice.chance(0.1, n, 1), 10 ** dice.uniform(n, 1, low=-1.5, high=0.0), 1.0)
    gain = torch.where(k == 1, gain * weak, gain)
    return torch.where(kind < 0.14, (k == 1).float(), gain)


def sounding(dice: Dice, n: int) -> Tensor:
    """Which frames sound (n, FRAMES): half of the clips from the first, the others after a silence; then in turns."""
    at = torch.where(
        dice.chance(0.55, n, 1), torch.zeros(n, 1, device=dice.device), dice.uniform(n, 1, low=5, high=150)
    )
    time = torch.arange(FRAMES, device=dice.device)[None]
    on = torch.zeros(n, FRAMES, dtype=torch.bool, device=dice.device)
    for _ in range(8):
        length = torch.exp(dice.uniform(n, 1, low=math.log(20), high=math.log(400)))
        on |= (time >= at.round()) & (time < (at + length).round())
        at = at + length + torch.exp(dice.uniform(n, 1, low=math.log(8), high=math.log(120)))
    return on


def drawn(dice: Dice, n: int) -> tuple[Tensor, Tensor]:
    """Middles (n, 1) and contours (n, FRAMES) in Hz; most stand still, some have a vibrato or drift."""
    centre = torch.exp(dice.uniform(n, 1, low=math.log(LOW), high=math.log(HIGH)))
    often = dice.chance(0.3, n, 1)  # where voices are, too
    centre = torch.where(often, torch.exp(dice.uniform(n, 1, low=math.log(90.0), high=math.log(280.0))), centre)
    moving = dice.uniform(n, 1)
    time = torch.arange(FRAMES, device=dice.device)[None] / 100
    vibrato = dice.uniform(n, 1, high=0.5) * torch.sin(2 * math.pi * (dice.uniform(n, 1, low=4.0, high=7.0) * time))
    drift = dice.uniform(n, 1, high=0.3) * slow_noise(dice, n, FRAMES, 0.5)
    semitones = vibrato * (moving > 0.8) + drift * ((moving > 0.65) & (moving < 0.85))
    return centre, centre * torch.exp2(semitones / 12)


def faded(dice: Dice, on: Tensor) -> Tensor:
    """Loudness 0..1 of every sample, with edges of 1 to 40 ms; the frame where a tone begins is its first."""
    n, hops = len(on), on.float().repeat_interleave(HOP, 1)
    fade = torch.exp(dice.uniform(n, 1, low=math.log(16.0), high=math.log(EDGE)))
    ramp = (torch.arange(EDGE, device=dice.device)[None] < fade).float()
    ramp = ramp / ramp.sum(1, keepdim=True)
    padded = torch.nn.functional.pad(hops, (EDGE - 1, 0), mode="replicate")[None]
    return torch.nn.functional.conv1d(padded, ramp.flip(1)[:, None], groups=n)[0]


def rendered(dice: Dice, centre: Tensor, f0: Tensor) -> Tensor:
    """The tones at unit RMS (n, FRAMES * HOP), in half of them all partials in phase."""
    n, gain = len(f0), partials(dice, centre)
    together = dice.chance(0.5, n, 1)
    phases = torch.where(together, torch.zeros(n, PARTIALS, device=dice.device), dice.uniform(n, PARTIALS))
    cycles = (to_samples(f0.double()) / 16_000).cumsum(1)
    sound = torch.zeros(n, FRAMES * HOP, device=dice.device)
    for k in range(1, PARTIALS + 1):
        level = gain[:, k - 1 : k] * (k * centre < TOP)
        sound += level * torch.sin(2 * math.pi * ((k * cycles + phases[:, k - 1 : k]) % 1.0).float())
    return sound / sound.square().mean(1, keepdim=True).sqrt()


def labelled(sound: Tensor, on: Tensor, f0: Tensor) -> Bank:
    """Clips of `sound` at half of full scale, voiced where `on` (n, FRAMES), and pitched where fades may reach."""
    sound = 0.5 * sound / sound.abs().amax(1, keepdim=True).clamp(min=1e-4)
    near = torch.nn.functional.max_pool1d(on.float()[:, None], 9, 1, 4)[:, 0] > 0  # fades are 4 frames at most
    state = torch.where(on, VOICED, torch.where(near, PITCHED, UNVOICED)).to(torch.uint8)
    return Bank(sound.half().flatten(), torch.where(near, f0, torch.zeros_like(f0)).flatten(), state.flatten())


def tones(dice: Dice, n: int) -> Bank:
    """`n` clips of FRAMES hops, one after another."""
    centre, f0 = drawn(dice, n)
    on = sounding(dice, n)
    return labelled(rendered(dice, centre, f0) * faded(dice, on), on, f0)


def tone_bank(seed: int, n: int, device: torch.device, batch: int = 50) -> tuple[Bank, Tensor]:
    """A bank of tones, at least two, and the frames where its clips begin, but for the last."""
    dice = Dice(seed, device)
    parts = [tones(dice, min(batch, n - i)) for i in range(0, n, batch)]
    bank = Bank(*(torch.cat(column) for column in zip(*((p.audio, p.f0, p.state) for p in parts), strict=True)))
    starts = torch.arange(0, n - 1, device=device) * FRAMES
    return bank, starts
