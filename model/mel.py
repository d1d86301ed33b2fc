"""The published log-mel front end, for whole recordings and for streams, with the same frames from both.

Hann 1024, hop 160, magnitude, 128 bands 30..8000 Hz on the HTK scale with Slaney normalisation, ln(max(x, 1e-5)).
Frame i is centred on sample 160·i; the signal is reflected at both ends (librosa's `center=True`). A causal network may
have been trained with windows that reach less far ahead of their frame, `ahead` samples instead of 512.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .config import N_MELS

SAMPLE_RATE = 16_000  # Hz
HOP = 160  # samples, 10 ms
WINDOW = 1024  # samples, 64 ms
HALF = WINDOW // 2  # samples from a frame's time to the end of what it sees, where that is its centre: 32 ms
FLOOR = 1e-5  # of the mel magnitude, before the logarithm

Floats = NDArray[np.float32]


@cache
def mel_bands() -> Floats:
    """The filter bank, float32 (513, 128)."""
    import librosa  # takes a second to import: only where a model runs

    bands = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=WINDOW, n_mels=N_MELS, fmin=30, fmax=8000, htk=True)
    return np.ascontiguousarray(bands.T, np.float32)


class _Triangles(NamedTuple):
    """The bank without its zeros: two in a hundred values, so that a live hop need not read half a megabyte."""

    bins: NDArray[np.intp]
    """(k,) of the spectrum, those of the first band first."""
    weights: NDArray[np.float64]
    """(k,)."""
    starts: NDArray[np.intp]
    """(128,) where each band begins."""


@cache
def _triangles_and_hann() -> tuple[_Triangles, NDArray[np.float64]]:
    bands = mel_bands().T.astype(np.float64)
    owner, bins = np.nonzero(bands)
    triangles = _Triangles(bins, bands[owner, bins], np.searchsorted(owner, np.arange(N_MELS)))
    return triangles, 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)


def frame_count(n_samples: int) -> int:
    """Frames of a recording of `n_samples` at 16 kHz; none of an empty one."""
    return 1 + n_samples // HOP if n_samples else 0


def windows_of(audio: Floats, ahead: int = HALF) -> Floats:
    """The overlapping windows of a whole recording: float32 (n,) at 16 kHz -> (1 + n // 160, 1024)."""
    if not len(audio):
        return np.empty((0, WINDOW), np.float32)
    return _cut(_reflected(audio, WINDOW - ahead, ahead), frame_count(len(audio)))


def log_mel(windows: Floats) -> Floats:
    """Log-mel magnitudes of windows: float32 (n, 1024) -> (n, 128).

    Summed in 64 bits: in 32 the roundings of a loud band reach 1e-4 in a band near the floor.
    """
    from .mel_loops import log_bands

    (bins, weights, starts), hann = _triangles_and_hann()
    return log_bands(np.fft.rfft(windows * hann), bins, weights, starts, FLOOR)


def level(windows: Floats, ahead: int = HALF) -> Floats:
    """RMS of the hop round each window's frame in dBFS: float32 (n, 1024) -> (n,); -inf for silence."""
    from .mel_loops import hop_level

    frame = WINDOW - ahead
    # Always of one layout and writable: another kind would be compiled anew, in the middle of a stream.
    return hop_level(windows[:, frame - HOP // 2 : frame + HOP // 2].copy())


class WindowStream:
    """Cuts a growing signal into the windows that `windows_of` would cut from all of it.

    A window is there with its last sample; the first of a stream not before the left edge can be reflected.
    """

    def __init__(self, ahead: int = HALF) -> None:
        self._behind, self._ahead = WINDOW - ahead, ahead  # samples before and after a frame's time
        self._buffer = np.empty(0, np.float32)  # from the next window's first sample on
        self._received = 0  # samples

    def push(self, samples: Floats) -> Floats:
        """Takes float32 (n,) at 16 kHz; returns the windows that are now complete, (m, 1024)."""
        began = self._received > self._behind
        self._received += len(samples)
        self._buffer = np.concatenate((self._buffer, samples))
        if self._received <= self._behind:  # the left edge cannot be reflected yet
            return np.empty((0, WINDOW), np.float32)
        if not began:
            self._buffer = _reflected(self._buffer, self._behind, 0)
        n_windows = max(0, 1 + (len(self._buffer) - WINDOW) // HOP)
        windows = _cut(self._buffer, n_windows)
        self._buffer = self._buffer[n_windows * HOP :]
        return windows

    def flush(self) -> Floats:
        """The windows at the end, whose right side is reflected; the stream is over then."""
        if self._received <= self._behind:
            return windows_of(self._buffer, self._ahead)
        # The buffer starts where the next window does: (given out)·160 - behind, counted in samples.
        given = (self._received + self._behind - len(self._buffer)) // HOP
        return _cut(_reflected(self._buffer, 0, self._ahead), frame_count(self._received) - given)


def _cut(padded: Floats, n_windows: int) -> Floats:
    if not n_windows:
        return np.empty((0, WINDOW), np.float32)
    return sliding_window_view(padded, WINDOW)[::HOP][:n_windows]


def _reflected(audio: Floats, left: int, right: int) -> Floats:
    # numpy reflects again and again where the signal is shorter than the padding; PyTorch fails there.
    return np.pad(audio, (left, right), mode="reflect")
