"""From blocks at the device's rate to log-mel frames on the absolute 10 ms grid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..model.mel import HALF, HOP, SAMPLE_RATE, WindowStream, level, log_mel
from .resample import Resampler

Floats = NDArray[np.float32]


class Chunk(NamedTuple):
    """Consecutive frames; frame `start + i` is centred on sample 160·(start + i) at 16 kHz."""

    start: int
    mel: Floats
    """(n, 128)."""
    level: Floats
    """(n,) dBFS."""
    windows: Floats
    """(n, 1024), the samples of which that is the log-mel."""


def mono_samples(given: ArrayLike, what: str) -> Floats:
    """What was given as `what`, as float32 `(n,)`.

    Raises:
        TypeError: no numbers at all, such as a file's name.
        ValueError: whole numbers, whose full scale is unknown, or anything but one dimension.

    """
    samples = np.asarray(given)
    if samples.dtype.kind not in "fiub":
        raise TypeError(f"{what} must be samples, not {type(given).__name__}: read_audio gives those of a file")
    if samples.dtype.kind in "iu" and samples.size:
        raise ValueError(f"{what} must be floats from -1 to 1, not {samples.dtype}: divide by full scale, 32768 say")
    if samples.ndim != 1:
        raise ValueError(f"{what} must be (n,) mono samples, not of shape {samples.shape}")
    return samples.astype(np.float32, copy=False)


class Chunker:
    """Resamples, cuts overlapping windows (reflected at both ends of the stream) and takes their log-mel.

    Args:
        sample_rate: of the blocks, Hz.
        ahead: samples at 16 kHz from a frame's time to the end of its window.
    """

    def __init__(self, sample_rate: int, ahead: int = HALF) -> None:
        self.sample_rate, self.ahead = sample_rate, ahead
        self._position = 0  # samples at the device's rate since the stream began, lost ones included
        self._surplus = 0  # samples still to drop, so that a stream after a gap begins on the frame grid
        self._begin(0)

    def _begin(self, frame: int) -> None:
        self._resampler, self._windows = Resampler(self.sample_rate), WindowStream(self.ahead)
        self._next = frame

    @property
    def latency(self) -> float:
        """Seconds from a frame's centre to the last sample that it needs."""
        return self.ahead / SAMPLE_RATE + self._resampler.delay

    def push(self, block: Floats) -> Chunk:
        """Takes float32 (n,) mono at the device's rate; returns the frames that are now complete."""
        return self._chunk(self.cut(block))

    def flush(self) -> Chunk:
        """The frames at the end of the stream."""
        return self._chunk(self.cut_rest())

    def cut(self, block: Floats) -> Floats:
        """`push` without the mel: the windows that are now complete, (n, 1024)."""
        self._position += len(block)
        dropped = min(self._surplus, len(block))
        self._surplus -= dropped
        return self._windows.push(self._resampler.push(block[dropped:]))

    def cut_rest(self) -> Floats:
        """`flush` without the mel."""
        return np.concatenate((self._windows.push(self._resampler.flush()), self._windows.flush()))

    def skip(self, n: int) -> None:
        """`n` samples were lost: the next one opens a new stream on the next frame of the same grid."""
        self._position += n
        frame = -(-self._position * SAMPLE_RATE // (self.sample_rate * HOP))
        self._surplus = -(-frame * HOP * self.sample_rate // SAMPLE_RATE) - self._position
        self._begin(frame)

    def _chunk(self, windows: Floats) -> Chunk:
        start, self._next = self._next, self._next + len(windows)
        return Chunk(start, log_mel(windows), level(windows, self.ahead), windows)
