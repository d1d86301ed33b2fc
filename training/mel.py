"""The published log-mel front end in PyTorch, batched on the training device."""

from __future__ import annotations

import librosa
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn


class LogMel(nn.Module):
    """ln(max(mel magnitude, 1e-5)): Hann 1024, hop 160, 128 HTK bands 30..8000 Hz, Slaney normalisation."""

    def __init__(self) -> None:
        super().__init__()
        bands = librosa.filters.mel(sr=16_000, n_fft=1024, n_mels=128, fmin=30, fmax=8000, htk=True)
        self.register_buffer("bands", torch.from_numpy(bands), persistent=False)
        self.register_buffer("window", torch.hann_window(1024), persistent=False)

    def forward(self, audio: Tensor) -> Tensor:
        """audio float32 (B, n) at 16 kHz -> (B, 1 + n // 160, 128)."""
        padded = F.pad(audio.unsqueeze(1), (512, 512), mode="reflect").squeeze(1)
        frames = padded.unfold(-1, 1024, 160) * self.window
        magnitude = torch.fft.rfft(frames).abs()
        return (magnitude @ self.bands.T).clamp(min=1e-5).log()
