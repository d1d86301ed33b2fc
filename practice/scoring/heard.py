"""A take as it was heard: its pitch, and how loud it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...model.mel import SAMPLE_RATE, level, windows_of
from ...model.registry import Model
from ...realtime.estimate import estimate
from ...realtime.frame import PitchTrack, Settings
from ..fine_pitch import refined

Floats = NDArray[np.float64]

FINE_HOP = 0.002  # s between two values of the fine level
SEEN = 0.008  # s of sound before each that it is the level of: the longest period of a bass
BAND = (60.0, 2000.0)  # Hz: what voices a note lies here; a hissing consonant above
SILENCE = -120.0  # dBFS


@dataclass(frozen=True)
class Heard:
    """The frames of a take."""

    track: PitchTrack
    level: NDArray[np.float32]
    """(n,) dBFS of the same frames."""
    fine_level: NDArray[np.float32] | None = None
    """dBFS every FINE_HOP seconds from 0 on, below 2 kHz: shows when a note began more exactly; None where unknown."""


def hear(
    audio: NDArray[np.float32],
    sample_rate: int,
    model: Model,
    progress: Callable[[float], None] | None = None,
) -> Heard:
    """A whole recording, tracked and made exact.

    The network's own pitch is taken: beside jumps it is truer than with the waveform's say of 56 ms, and where a note
    is held its harmonics say more anyway (docs/practice-scoring.md).

    audio: float32 (n,), mono. sample_rate: Hz. progress: told the finished share, 0..1. ValueError as `estimate`.
    """
    import soxr

    samples = np.asarray(audio, np.float32)
    if sample_rate != SAMPLE_RATE and samples.ndim == 1:
        samples = soxr.resample(samples, sample_rate, SAMPLE_RATE, quality="HQ")
    track = estimate(samples, model, SAMPLE_RATE, Settings(refine=False), progress)
    samples = np.nan_to_num(samples)
    return Heard(refined(samples, SAMPLE_RATE, track), level(windows_of(samples)), _fine_level(samples))


def _fine_level(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Level of the SEEN seconds before every FINE_HOP, in BAND."""
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE) if len(samples) else np.zeros(0)
    # Soft edges, so that the filter does not ring into the silence before a note.
    spectrum *= 1 / (1 + np.exp(-(hz - BAND[0]) / 8)) / (1 + np.exp((hz - BAND[1]) / 150))
    power = np.concatenate([[0.0], np.cumsum(np.fft.irfft(spectrum, len(samples)) ** 2)])
    ends = np.arange(0, len(samples), round(FINE_HOP * SAMPLE_RATE))
    size = round(SEEN * SAMPLE_RATE)
    mean = np.maximum(power[ends] - power[np.maximum(ends - size, 0)], 0) / size
    return np.asarray(np.maximum(10 * np.log10(mean + 1e-20), SILENCE), np.float32)
