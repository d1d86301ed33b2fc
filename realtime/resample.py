"""Streaming resampling to 16 kHz with a short, constant delay.

soxr's streams hold back whole blocks, 20 to 40 ms of audio at 48 kHz (measured), which a live tracker cannot spend; so
live audio goes through a polyphase filter of our own, and soxr converts files.
"""

from __future__ import annotations

import operator
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..model.mel import SAMPLE_RATE

CROSSINGS = 24  # zero crossings of the sinc on each side: 1.5 ms at 16 kHz
BETA = 8.0  # of the Kaiser window: 80 dB

Floats = NDArray[np.float32]


class Resampler:
    """Turns float32 blocks at `sample_rate` into samples at 16 kHz; sample k lies at exactly k / 16000 s.

    Each output is one dot product of its own, so any cut into blocks gives the same samples.
    """

    def __init__(self, sample_rate: int) -> None:
        try:
            operator.index(sample_rate)
        except TypeError:
            raise ValueError(f"sample_rate must be a whole number of Hz, not {sample_rate!r}") from None
        if not 4_000 <= sample_rate <= 768_000:
            raise ValueError(f"sample_rate must lie in 4000..768000 Hz, not {sample_rate}")
        step = Fraction(sample_rate, SAMPLE_RATE)
        self._up, self._down = step.denominator, step.numerator  # output k lies at input k·down / up
        self._identity = self._up == self._down
        self._taps = _taps(self._up, self._down)  # (phase, tap)
        self._half = self._taps.shape[1] // 2
        self.delay = 0.0 if self._identity else self._half / sample_rate
        """Seconds between a sample and the last input sample that it needs."""
        self._buffer = np.zeros(self._half, np.float32)  # silence before the first sample
        self._origin = -self._half  # input index of the buffer's first sample
        self._given = 0  # samples given out
        self._received = 0

    def push(self, block: Floats) -> Floats:
        """Takes (n,) at the input's rate, gives the (m,) samples at 16 kHz that are complete."""
        self._received += len(block)
        if self._identity:
            return block
        self._buffer = np.concatenate((self._buffer, block))
        # Output k needs the input up to floor(k·down / up) + half.
        complete = (self._received - self._half) * self._up
        return self._up_to(max(self._given, -(-complete // self._down)))

    def flush(self) -> Floats:
        """The samples at the end, with silence after the last; there are round(n·16000 / rate) in all."""
        if self._identity:
            return np.empty(0, np.float32)
        self._buffer = np.concatenate((self._buffer, np.zeros(self._half + 1, np.float32)))
        return self._up_to(max(self._given, round(Fraction(self._received * self._up, self._down))))

    def _up_to(self, stop: int) -> Floats:
        start, self._given = self._given, stop
        if stop <= start:
            return np.empty(0, np.float32)
        whole, phase = divmod(start * self._down, self._up)
        first = whole - self._half + 1 - self._origin
        samples: Floats = _outputs(self._buffer, self._taps, first, phase, self._down, stop - start)
        keep = stop * self._down // self._up - self._half + 1 - self._origin
        self._buffer, self._origin = self._buffer[keep:], self._origin + keep
        return samples


@njit(cache=True)
def _outputs(samples: Floats, taps: Floats, first: int, phase: int, down: int, n: int) -> Floats:
    """`n` outputs, float32 (n,): the first reads `samples` from `first` on, with the taps that belong to `phase`.

    One compiled loop: between two runs of a network, which fill the processor's cache, a dozen calls of numpy take
    ten times what they compute.
    """
    up, width = taps.shape
    out = np.empty(n, np.float32)
    for k in range(n):
        at = first + (phase + k * down) // up
        row = (phase + k * down) % up
        total = np.float32(0.0)
        for j in range(width):
            total += samples[at + j] * taps[row, j]
        out[k] = total
    return out


@lru_cache(maxsize=8)  # a gap begins a new resampler in the middle of a song: these take milliseconds
def _taps(up: int, down: int) -> Floats:
    """Kaiser-windowed sinc for each phase: tap j of phase p weighs the input at distance j - half + 1 - p/up."""
    cutoff = min(1.0, up / down)  # of the input's Nyquist frequency
    half = int(np.ceil(CROSSINGS / cutoff))
    distance = np.arange(2 * half)[None] - half + 1 - np.arange(up)[:, None] / up
    inside = np.clip(1.0 - (distance / half) ** 2, 0.0, None)
    taps = np.sinc(distance * cutoff) * np.i0(BETA * np.sqrt(inside))
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), np.float32)
