"""The published log-mel front end in PyTorch: batched for training, in float64 for parity."""

from __future__ import annotations

import librosa
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn


class LogMel(nn.Module):
    """ln(max(mel magnitude, 1e-5)): Hann 1024, hop 160, 128 HTK bands 30..8000 Hz, Slaney normalisation."""

    bands: Tensor
    window: Tensor

    def __init__(self, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        bands = librosa.filters.mel(sr=16_000, n_fft=1024, n_mels=128, fmin=30, fmax=8000, htk=True)
        self.register_buffer("bands", torch.from_numpy(bands).to(dtype), persistent=False)
        self.register_buffer("window", torch.hann_window(1024, dtype=dtype), persistent=False)

    def forward(self, audio: Tensor, ahead: int = 512) -> Tensor:
        """audio float32 (B, n) at 16 kHz, n > 1024 - ahead -> (B, 1 + n // 160, 128).

        Windows end `ahead` samples after their frame's time.
        """
        return self.of_reflected(F.pad(audio.unsqueeze(1), (1024 - ahead, ahead), mode="reflect").squeeze(1))

    def of_reflected(self, padded: Tensor) -> Tensor:
        """Audio (B, n + 1024) whose ends are reflected already -> (B, 1 + n // 160, 128)."""
        frames = padded.unfold(-1, 1024, 160) * self.window
        magnitude = torch.fft.rfft(frames).abs()
        return (magnitude @ self.bands.T).clamp(min=1e-5).log()
