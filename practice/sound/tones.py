"""The sounds of a guide: tones from a sine to a voice, and the metronome's click; pure functions of time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...realtime.playing.tone import SHARES

FADE = 0.02  # s in and out of a tone; the reference note's
SOFT = 0.3  # loudness of a swell's ends, its middle being 1
CLICK = 0.04  # s
CLICK_FALL = 0.008  # s in which it falls to 1/e
CLICK_RISE = 0.001  # s
HIGH, LOW = 4000.0, 1200.0  # Hz, between which a click falls: many frequencies at once are well found by correlation
PLAIN = 0.6  # loudness of a beat, that of a downbeat being 1
PLAIN_PITCH = 0.75  # its frequencies, too

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tone:
    """A note that sounds from `start` to `end` s, and glides by `octaves` meanwhile."""

    start: float
    end: float
    hz: float
    octaves: float = 0.0
    volume: float = 1.0
    """Amplitude."""
    swell: bool = False
    """Louder to the middle, softer again."""

    def samples(self, time: Floats, voice: float, sample_rate: int) -> Floats:
        """The sound at seconds `(n,)`, at most `volume`; 0 outside. voice: 0 for a sine, 1 for a voice's harmonics."""
        inside = np.clip(time - self.start, 0.0, self._length)
        return self._loudness(inside) * _timbre(self._turns(inside), self._hz(inside), voice, sample_rate)

    @property
    def _length(self) -> float:
        return self.end - self.start

    def _hz(self, since: Floats) -> Floats:
        return np.asarray(self.hz * np.exp2(self.octaves * since / self._length))

    def _turns(self, since: Floats) -> Floats:
        """The phase, by the integral of the frequency: no sample depends on one before it."""
        if not self.octaves:
            return self.hz * since
        slope = self.octaves * math.log(2) / self._length  # of the frequency's logarithm
        return np.asarray(self.hz * np.expm1(slope * since) / slope)

    def _loudness(self, since: Floats) -> Floats:
        fade = min(FADE, self._length / 2)
        edge = np.clip(np.minimum(since, self._length - since) / fade, 0, 1)
        loudness = self.volume * np.sin(np.pi / 2 * edge) ** 2
        if self.swell:
            loudness *= SOFT + (1 - SOFT) * np.sin(np.pi * since / self._length) ** 2
        return np.asarray(loudness)


def _timbre(turns: Floats, hz: Floats, voice: float, sample_rate: int) -> Floats:
    """A tone of this phase (turns) and frequency `(n,)`, at most 1.

    Its harmonics by sin(k+1)x = 2 cos x sin kx - sin(k-1)x: two sines for all, the same however the sound is cut.
    """
    angle = 2 * np.pi * (turns % 1.0)
    first = np.sin(angle)
    if not voice:
        return np.asarray(first)
    twice, before, harmonic = 2 * np.cos(angle), np.zeros_like(first), first
    sum_ = (1 - voice + voice * SHARES[0]) * first
    for order, share in enumerate(SHARES[1:], 2):
        before, harmonic = harmonic, twice * harmonic - before
        # Those that a low sample rate cannot carry fade out below half of it.
        sum_ += voice * share * np.clip((0.45 * sample_rate - order * hz) / 1000, 0, 1) * harmonic
    return np.asarray(sum_)


@dataclass(frozen=True)
class Click:
    """A beat of the metronome that begins at `start` s."""

    start: float
    accented: bool = False

    @property
    def end(self) -> float:
        """Seconds, when it is over."""
        return self.start + CLICK

    def samples(self, time: Floats) -> Floats:
        """The sound at seconds `(n,)`, at most 1; 0 outside."""
        return (1.0 if self.accented else PLAIN) * click(time - self.start, self.accented)


def click(since: Floats, accented: bool) -> Floats:
    """A click at seconds `(n,)` since its begin, at most 1; it lasts `CLICK` s."""
    inside = np.clip(since, 0.0, CLICK)
    octaves, pitch = math.log(LOW / HIGH), 1.0 if accented else PLAIN_PITCH
    turns = pitch * HIGH * CLICK / octaves * np.expm1(octaves * inside / CLICK)
    rise = np.clip(inside / CLICK_RISE, 0, 1)
    end = np.clip((CLICK - inside) / (CLICK / 4), 0, 1)
    return np.asarray(rise * end * np.exp(-inside / CLICK_FALL) * np.sin(2 * np.pi * turns))
