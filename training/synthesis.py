"""Synthetic voices whose f0 is known exactly: harmonics under moving formants, breath, consonants, silence."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .bank import Bank
from .contours import Dice, per_segment, segments, sirens, slow_noise, smoothed, spoken, steady, sung
from .voices import HOP, PITCHED, UNKNOWN, UNVOICED, VOICED, has_pitch

SAMPLE_RATE = 16_000
NYQUIST = 7_900.0  # Hz; no partial above it
LOWEST, HIGHEST = 45.0, 1_400.0  # Hz


def draw_f0(dice: Dice, n: int, frames: int) -> tuple[Tensor, Tensor]:
    """Contours (n, frames) in Hz and which clips are plain tones (n,)."""
    kind = dice.uniform(n, 1)
    plain = kind > 0.75
    relative = torch.where(kind < 0.45, sung(dice, n, frames), spoken(dice, n, frames))
    relative = torch.where(kind > 0.65, sirens(dice, n, frames), relative)
    relative = torch.where(plain, steady(dice, n, frames), relative)
    low, high = math.log2(60.0), math.log2(1_000.0)
    everywhere = dice.uniform(n, 1, low=low, high=high)
    usual = math.log2(220.0) + 0.65 * dice.normal(n, 1)
    speech = math.log2(150.0) + 0.45 * dice.normal(n, 1)
    centre = torch.where(dice.chance(0.5, n, 1), usual, everywhere)
    centre = torch.where((kind >= 0.45) & (kind <= 0.65), speech, centre)
    # Few voices sing the lowest and the highest notes: tones teach them.
    tones = dice.uniform(n, 1, low=math.log2(LOWEST), high=math.log2(HIGHEST))
    deep = dice.uniform(n, 1, low=math.log2(LOWEST), high=math.log2(100.0))
    centre = torch.where(plain, torch.where(dice.chance(0.3, n, 1), deep, tones), centre)
    f0 = torch.exp2(centre + relative / 12.0)
    for _ in range(2):  # fold what leaves the range back by octaves
        f0 = torch.where(f0 > HIGHEST, f0 / 2, torch.where(f0 < LOWEST, f0 * 2, f0))
    return f0, plain[:, 0]


def draw_voicing(dice: Dice, n: int, frames: int) -> tuple[Tensor, Tensor]:
    """Which frames are voiced (bool) and the index of the run they belong to, both (n, frames)."""
    index, _ = segments(dice, n, frames, 0.05, 2.2)
    dense = dice.uniform(n, 1, low=0.45, high=0.97)
    voiced = per_segment((dice.uniform(n, 256) < dense).float(), index) > 0.5
    return voiced, index


def bends(dice: Dice, voiced: Tensor) -> Tensor:
    """Semitones (n, frames) by which the pitch bends where voices set in and end, as consonants and breath do it."""
    n, frames = voiced.shape
    time = torch.arange(frames, device=voiced.device).expand(n, frames)
    start = torch.where(voiced, -1, time).cummax(1).values
    end = torch.where(voiced, frames, time).flip(1).cummin(1).values.flip(1)
    total = torch.zeros(n, frames, device=voiced.device)
    for edge, distance, usual in ((start, time - start, 0.0), (end, end - time, -0.5)):
        pace = torch.exp(dice.uniform(n, 1, low=math.log(1.0), high=math.log(6.0)))  # frames
        depth = (usual + 1.2 * dice.normal(n, frames)) * dice.chance(0.6, n, frames)
        total += depth.gather(1, edge.clamp(0, frames - 1)) * torch.exp(-(distance - 1) / pace)
    return total * voiced


def _formant_gain(frequency: Tensor, centres: Tensor, widths: Tensor) -> Tensor:
    """Product of resonances at `frequency` (n, T); centres and widths (n, 5, T) in Hz."""
    squared = frequency.square()
    gain = torch.ones_like(frequency)
    for centre, width in zip(centres.unbind(1), widths.unbind(1), strict=True):
        top = centre.square()
        gain = gain * top / torch.sqrt((top - squared).square() + squared * width.square())
    return gain


def _draw_formants(dice: Dice, n: int, frames: int) -> tuple[Tensor, Tensor]:
    index, _ = segments(dice, n, frames, 0.08, 0.7)
    pace = dice.uniform(n, low=0.01, high=0.06)
    tract = dice.uniform(n, 1, low=0.8, high=1.3)
    ranges = ((230, 950), (600, 2700), (2100, 3400), (3200, 4500), (4200, 5500))
    centres = [smoothed(per_segment(dice.uniform(n, 64, low=a, high=b), index) * tract, pace) for a, b in ranges]
    widths = [dice.uniform(n, 1, low=50 + 25 * i, high=160 + 60 * i).expand(n, frames) for i in range(5)]
    return torch.stack(centres, 1), torch.stack(widths, 1)


def to_samples(control: Tensor) -> Tensor:
    """Interpolates control values (n, T), one per hop, to samples (n, T·160), frame i falling on sample 160·i."""
    following = torch.cat((control[:, 1:], control[:, -1:]), 1)
    weight = torch.arange(HOP, device=control.device) / HOP
    return torch.lerp(control[:, :, None], following[:, :, None], weight.to(control.dtype)).flatten(1)


def _harmonics(dice: Dice, f0: Tensor, loudness: Tensor, plain: Tensor) -> Tensor:
    """The voiced sound (n, T·160) of contours `f0` (n, T) under amplitudes `loudness` (n, T)."""
    n, frames = f0.shape
    centres, widths = _draw_formants(dice, n, frames)
    tilt = dice.uniform(n, 1, low=0.3, high=2.4) - 0.4 * loudness + 0.15 * slow_noise(dice, n, frames, 0.3)
    tilt = torch.where(plain[:, None], dice.uniform(n, 1, low=0.7, high=10.0), tilt)  # 10: a pure tone
    colour = 10 ** (dice.normal(n, 180) * dice.uniform(n, 1, high=0.25))
    colour[:, 0] *= 10 ** dice.uniform(n, low=-0.8, high=0.5)
    phases = dice.uniform(n, 180)
    cycles = (to_samples(f0.double()) / SAMPLE_RATE).cumsum(1)
    out = torch.zeros(n, frames * HOP, device=f0.device)
    for k in range(1, min(180, int(NYQUIST / float(f0.min()))) + 1):
        frequency = k * f0
        gain = _formant_gain(frequency, centres, widths)
        gain = torch.where(plain[:, None], torch.ones_like(gain), gain)
        amplitude = k**-tilt * gain * colour[:, k - 1 : k] * (frequency < NYQUIST) * loudness
        angle = ((k * cycles + phases[:, k - 1 : k]) % 1.0).float()
        out += to_samples(amplitude) * torch.sin(2 * math.pi * angle)
    return out


def _coloured_noise(dice: Dice, n: int, samples: int, low: float, high: float) -> Tensor:
    """Unit-RMS noise (n, samples) between two frequencies in Hz, with soft edges."""
    spectrum = torch.fft.rfft(dice.normal(n, samples))
    frequency = torch.fft.rfftfreq(samples, 1 / SAMPLE_RATE, device=dice.device)
    edges = torch.sigmoid((frequency - low) / (0.15 * low + 30)) * torch.sigmoid((high - frequency) / (0.1 * high))
    noise = torch.fft.irfft(spectrum * edges, samples)
    return noise / noise.square().mean(1, keepdim=True).sqrt()


def _consonants(dice: Dice, voiced: Tensor, run: Tensor) -> Tensor:
    """Breath, fricatives and bursts in the unvoiced runs, some fricatives over voiced ones: (n, T·160)."""
    n, frames = voiced.shape
    out = torch.zeros(n, frames * HOP, device=voiced.device)
    kind = per_segment(dice.uniform(n, 256), run)
    attack = dice.uniform(n, low=0.003, high=0.04)
    for i, (low, high) in enumerate(((300.0, 5000.0), (3500.0, 8000.0), (1800.0, 6000.0), (100.0, 7500.0))):
        chosen = ~voiced & (kind > 0.15 * i) & (kind < 0.15 * (i + 1))
        if i in (1, 2):  # z, zh: friction over the voice
            chosen = chosen | (voiced & (kind > 0.94 + 0.02 * i))
        level = per_segment(10 ** dice.uniform(n, 256, low=-2.2, high=0.1), run)
        envelope = smoothed(chosen.float() * level, attack)
        out += _coloured_noise(dice, n, frames * HOP, low, high) * to_samples(envelope)
    return out


def _compressed(dice: Dice, voice: Tensor, envelope: Tensor) -> Tensor:
    """Evens out most of what a harmonic crossing a formant does to the level; unit RMS where voiced."""
    n = len(voice)
    power = voice.unflatten(1, (-1, HOP)).square().mean(2) / envelope.square().clamp(min=0.01)
    usual = (power * (envelope > 0.3)).sum(1, keepdim=True) / (envelope > 0.3).sum(1, keepdim=True).clamp(min=1)
    power = torch.where(envelope > 0.3, power, usual).maximum(0.003 * usual).clamp(min=1e-9)
    power = smoothed(power, dice.uniform(n, low=0.01, high=0.05))
    voice = voice * to_samples(power ** -dice.uniform(n, 1, low=0.25, high=0.45))
    level = (voice.square().sum(1) / (to_samples(envelope) > 0.1).sum(1).clamp(min=1)).sqrt()[:, None]
    return voice / level.clamp(min=1e-4)


def _labels(dice: Dice, f0: Tensor, voiced: Tensor, envelope: Tensor, creak: Tensor) -> tuple[Tensor, Tensor]:
    state = torch.full_like(f0, UNKNOWN, dtype=torch.uint8)
    state[envelope > 0.02] = PITCHED
    state[voiced & (envelope > 0.12)] = VOICED
    state[~voiced & (envelope < 0.02)] = UNVOICED
    state[creak & has_pitch(state)] = UNKNOWN
    return torch.where(has_pitch(state), f0, torch.zeros_like(f0)), state


def synthesize(dice: Dice, n: int, frames: int) -> Bank:
    """`n` clips of `frames` hops, one after another in a bank; nothing in them is recorded.

    Frame i of a clip is centred on its sample 160·i, where f0 is exactly the label.
    """
    f0, plain = draw_f0(dice, n, frames)
    voiced, run = draw_voicing(dice, n, frames)
    f0 = f0 * torch.exp2(bends(dice, voiced) * (~plain)[:, None] / 12.0)
    creak = per_segment(dice.uniform(n, 256), run) > 0.96
    rough = f0 * torch.exp2(creak * 0.15 * dice.normal(n, frames))
    envelope = smoothed(voiced.float(), dice.uniform(n, low=0.003, high=0.03))
    swell = 10 ** (dice.uniform(n, 1, high=0.35) * slow_noise(dice, n, frames, 0.3))
    voice = _harmonics(dice, rough, envelope * swell.clamp(0.05, 3.0), plain)
    voice = _compressed(dice, voice, envelope)
    breath = _coloured_noise(dice, n, frames * HOP, 800.0, 8000.0) * to_samples(envelope)
    voice = voice + breath * 10 ** dice.uniform(n, 1, low=-2.7, high=-0.6) * (~plain)[:, None]
    voice = voice + _consonants(dice, voiced, run) * (~plain)[:, None]
    voice = 0.5 * voice / voice.abs().amax(1, keepdim=True).clamp(min=1e-4)
    f0, state = _labels(dice, f0, voiced, envelope, creak)
    return Bank(voice.half().flatten(), f0.flatten(), state.flatten())


def synthetic_bank(seed: int, n_clips: int, device: torch.device, seconds: float = 8.0, batch: int = 64) -> Bank:
    """A bank of `n_clips` synthetic clips of `seconds` each."""
    dice = Dice(seed, device)
    frames = int(seconds * 100)
    parts = [synthesize(dice, min(batch, n_clips - i), frames) for i in range(0, n_clips, batch)]
    return Bank(*(torch.cat(column) for column in zip(*((p.audio, p.f0, p.state) for p in parts), strict=True)))
