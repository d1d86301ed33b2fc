"""Long recordings with frame labels, kept on the training device and read at any speed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
import torch
from torch import Tensor

from .voices import HOP, PITCHED, UNKNOWN, VOICED, has_pitch

TAPS = 12  # of the interpolating sinc


@dataclass
class Bank:
    """Audio float16 (n,) in -1..1 at 16 kHz with `f0` float32 (n / 160,) Hz and `state` uint8 of equal length."""

    audio: Tensor
    f0: Tensor
    state: Tensor

    @property
    def n_frames(self) -> int:
        """Frames of 10 ms."""
        return len(self.f0)

    def slice(self, start: float, stop: float) -> Bank:
        """The part between two fractions of the length."""
        a, b = int(start * self.n_frames), int(stop * self.n_frames)
        return Bank(self.audio[a * HOP : b * HOP], self.f0[a:b], self.state[a:b])


def deep_starts(bank: Bank, frames: int, ceiling: float) -> Tensor:
    """Frames (k,), every half second, from which `frames` on hold a voice of a median pitch below `ceiling` Hz."""
    starts = torch.arange(0, bank.n_frames - frames, 50, device=bank.f0.device)
    at = starts[:, None] + torch.arange(frames, device=starts.device)
    voiced = bank.state[at] == VOICED
    middle = torch.where(voiced, bank.f0[at], torch.nan).nanmedian(1).values
    return starts[(voiced.float().mean(1) > 0.2) & (middle < ceiling)]


def load_audio(path: Path, device: torch.device) -> Tensor:
    """A recording at 16 kHz as float16 (n,) on `device`; n is cut to whole hops."""
    with sf.SoundFile(path) as file:
        if file.samplerate != 16_000:
            raise ValueError(f"{path} is at {file.samplerate} Hz, not 16000")
        blocks = [np.float16(block) for block in file.blocks(1 << 16, dtype="float32")]
    audio = np.concatenate(blocks)
    return torch.from_numpy(audio[: len(audio) // HOP * HOP]).to(device)


def load_bank(pack: Path, name: str, device: torch.device) -> Bank:
    """The recording `name` (.flac or .ogg) of a pack folder with the labels of `name`.npz."""
    path = next(path for path in (pack / f"{name}.flac", pack / f"{name}.ogg") if path.exists())
    audio, labels = load_audio(path, device), np.load(pack / f"{name}.npz")
    n = min(len(audio) // HOP, len(labels["f0"]))
    f0 = torch.from_numpy(labels["f0"][:n].astype(np.float32)).to(device)
    state = torch.from_numpy(labels["state"][:n].astype(np.uint8)).to(device)
    return Bank(audio[: n * HOP], f0, state)


def resampled(audio: Tensor, start: Tensor, ratio: Tensor, n: int) -> Tensor:
    """Reads `n` samples per item from `start` (B,) on, `ratio` (B,) source samples per sample: float32 (B, n).

    A ratio above 1 raises the pitch; the sinc is widened then, so that nothing folds back.
    """
    position = start[:, None].double() + torch.arange(n, device=audio.device)[None] * ratio[:, None].double()
    base = position.floor()
    offset = (position - base).float()
    cutoff = (1.0 / ratio).clamp(max=1.0)[:, None].float()
    base = base.long()
    out = torch.zeros(position.shape, device=audio.device)
    for tap in range(1 - TAPS // 2, TAPS // 2 + 1):
        distance = tap - offset
        window = torch.cos(distance * (torch.pi / (TAPS + 2))).square()
        weight = torch.sinc(distance * cutoff) * cutoff * window
        out += weight * audio[(base + tap).clamp(0, len(audio) - 1)].float()
    return out


def labels_at(bank: Bank, start: Tensor, ratio: Tensor, n_frames: int) -> tuple[Tensor, Tensor]:
    """Labels of what `resampled` reads: f0 float32 (B, n_frames) Hz and state uint8 (B, n_frames).

    `start` is in samples. Between two source frames f0 goes geometrically; where their states differ the
    result is unknown (pitched, if both have a pitch), unless the position is within a tenth of a frame of one.
    """
    frames = torch.arange(n_frames, device=start.device)[None]
    position = start[:, None].double() / HOP + frames * ratio[:, None].double()
    left = position.floor().long().clamp(0, bank.n_frames - 2)
    weight = (position - left).clamp(0, 1).float()
    a, b = bank.state[left], bank.state[left + 1]
    near = torch.where(weight < 0.5, a, b)
    exact = (weight < 0.1) | (weight > 0.9)
    both = has_pitch(a) & has_pitch(b)
    doubtful = torch.where(both, PITCHED, UNKNOWN).to(near.dtype)
    state = torch.where((a == b) | exact, near, doubtful)
    fa, fb = bank.f0[left], bank.f0[left + 1]
    between = torch.exp2((1 - weight) * fa.clamp(min=1).log2() + weight * fb.clamp(min=1).log2())
    f0 = torch.where(both, between, torch.where(weight < 0.5, fa, fb)) * ratio[:, None].float()
    return f0, state
