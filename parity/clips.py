"""What both sides hear: recordings, their log-mels in pieces, and clips of every length up to 64 frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..model.config import GRID
from ..model.mel import HOP, log_mel, windows_of

LONGEST = 32 * GRID  # frames of a piece; longer recordings are compared piece by piece, for memory
LENGTHS = range(1, 2 * GRID + 1)  # frames of the short clips

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Clip:
    """A recording: audio float32 (n,), mono, 16 kHz."""

    name: str
    audio: Floats

    @cached_property
    def mel(self) -> Floats:
        """Our log-mel (1 + n // 160, 128)."""
        return log_mel(windows_of(self.audio))


def pieces(clips: Sequence[Clip]) -> Iterator[tuple[str, Floats]]:
    """(name, log-mel) of at most 1,024 frames each; every piece is padded to the grid on its own."""
    for clip in clips:
        for start in range(0, len(clip.mel), LONGEST):
            name = clip.name if len(clip.mel) <= LONGEST else f"{clip.name} from {start * HOP / 16_000:.1f} s"
            yield name, clip.mel[start : start + LONGEST]


def short_clips(clips: Sequence[Clip], lengths: Sequence[int] = LENGTHS) -> list[Clip]:
    """A clip of each length in frames, from places spread over all recordings."""
    audio = np.concatenate([clip.audio for clip in clips])
    starts = np.linspace(0, max(0, len(audio) - max(lengths) * HOP), len(lengths)).astype(int)
    # One frame more begins with every 160 samples, the first with the first sample.
    return [
        Clip(f"{n} frame{'s' if n > 1 else ''}", audio[start : start + n * HOP - HOP // 2])
        for n, start in zip(lengths, starts, strict=True)
    ]
