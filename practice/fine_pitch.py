"""The tracked pitch made exact from the waveform, where that can be done.

A network errs by up to ten cents on plain tones. The frequency of every low harmonic at a frame's centre follows from
the sound itself, from two windows, one the slope of the other (Auger and Flandrin's reassignment). Where all harmonics
tell the same fundamental within a cent, that is the pitch. Where they do not (noise, accompaniment, vowels that move:
a passing formant turns the harmonics' phases) the network judges better, as voices of exactly known pitch show.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..realtime.frame import PitchTrack

HARMONICS = 10
PERIODS, FEWEST = 6, 3  # whole periods of the voice in a window, where it is long and short enough: each harmonic then
LONGEST, SHORTEST = 0.040, 0.030  # s: lies in the others' zeros, and a vibrato of 5.5 Hz loses 2 % of its extent
FAINT = 0.015  # of the strongest harmonic: in a pure tone the others are noise
ASTRAY = 40.0  # cents from the others' middle: not a harmonic
FARTHEST = 50.0  # cents from the tracked pitch
SURE, UNSURE = 0.8, 1.8  # cents of disagreement at which the waveform alone decides, and not at all
ROUNDS = 2  # the second with windows that fit
HIGHEST = 0.45  # of the sample rate: harmonics above are left out

Floats = NDArray[np.float64]


def refined(audio: NDArray[np.float32], sample_rate: int, track: PitchTrack) -> PitchTrack:
    """The same track, its voiced f0 (and there its candidate) made exact where the harmonics agree.

    audio: float32 (n,), mono, the sound that was tracked. sample_rate: Hz, of `audio`. On clean tones and synthetic
    voices of 80 to 1000 Hz the error falls from up to 10 cents to some tenths. ValueError for audio that is not (n,).
    """
    samples = np.asarray(audio, np.float32)
    if samples.ndim != 1:
        raise ValueError(f"audio must be (n,) mono samples, not of shape {samples.shape}")
    places = np.flatnonzero(np.isfinite(track.f0))
    tracked = track.f0[places].astype(np.float64)
    exact, spread = tracked, np.zeros(len(tracked))
    for _ in range(ROUNDS):
        found, spread = _fundamentals(samples, float(sample_rate), track.time[places], exact)
        with np.errstate(invalid="ignore", divide="ignore"):
            exact = np.where(np.abs(1200 * np.log2(found / tracked)) <= FARTHEST, found, tracked)  # NaN is not
    trust = np.nan_to_num(np.clip((UNSURE - spread) / (UNSURE - SURE), 0.0, 1.0))
    f0, candidate = track.f0.copy(), track.candidate.copy()
    f0[places] = candidate[places] = (tracked * (exact / tracked) ** trust).astype(np.float32)
    return replace(track, f0=f0, candidate=candidate)


@njit(cache=True)
def _fundamentals(audio, rate, time, f0):  # type: ignore[no-untyped-def]
    """Fundamental (n,) Hz and disagreement of the harmonics (n,) cents, near f0 (n,) Hz at `time` (n,) s; else NaN."""
    found, spread = np.full(len(f0), np.nan), np.full(len(f0), np.nan)
    told, weight = np.empty(HARMONICS), np.empty(HARMONICS)
    for i in range(len(f0)):
        periods = max(np.ceil(SHORTEST * f0[i]), min(PERIODS, max(FEWEST, np.floor(LONGEST * f0[i]))))
        half, centre = 0.5 * rate * periods / f0[i], time[i] * rate
        first, last = int(np.ceil(centre - half)), int(np.floor(centre + half))
        if first < 0 or last >= len(audio):
            continue
        strongest = 0.0
        for k in range(HARMONICS):
            told[k], weight[k] = 0.0, 0.0
            if (k + 1) * f0[i] < HIGHEST * rate:
                told[k], size = _harmonic(audio[first : last + 1], first - centre, half, (k + 1) * f0[i] / rate)
                told[k] *= rate / (k + 1)
                weight[k] = size * (k + 1)  # the same error in Hz is the smaller, the higher the harmonic
                strongest = max(strongest, size)
        for k in range(HARMONICS):
            if weight[k] <= FAINT * strongest * (k + 1):
                weight[k] = 0.0
        if strongest > 0.0:
            found[i], spread[i] = _agreed(told, weight)
    return found, spread


@njit(cache=True)
def _harmonic(samples, begin, half, frequency):  # type: ignore[no-untyped-def]
    """Frequency (cycles a sample) and size of the component near `frequency` in a Hann window of `half` samples a side.

    samples: (n,), the first of them `begin` samples from the window's centre.
    """
    turn, spin = 2 * np.pi * frequency, np.pi / half
    wave, step = complex(np.cos(turn * begin), -np.sin(turn * begin)), complex(np.cos(turn), -np.sin(turn))
    lobe, next_ = complex(np.cos(spin * begin), np.sin(spin * begin)), complex(np.cos(spin), np.sin(spin))
    whole, slope = 0j, 0j
    for sample in samples:
        part = sample * wave
        whole += (1.0 + lobe.real) * part
        slope -= spin * lobe.imag * part
        wave *= step
        lobe *= next_
    size = abs(whole)
    return (frequency - (slope / whole).imag / (2 * np.pi), size) if size > 0.0 else (frequency, 0.0)


@njit(cache=True)
def _agreed(told, weight):  # type: ignore[no-untyped-def]
    """Mean of what the harmonics tell, those astray left out, and how far (cents) they lie from their middle."""
    total, reached, middle = weight.sum(), 0.0, 0.0
    for k in np.argsort(told):
        reached += weight[k]
        if reached >= 0.5 * total:
            middle = told[k]
            break
    away = np.abs(told - middle)
    near = weight * (away < middle * (2 ** (ASTRAY / 1200) - 1))
    spread = (weight * away).sum() / total
    return (near * told).sum() / near.sum(), 1200 * np.log2(1 + spread / middle)
