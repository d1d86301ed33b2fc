"""A click that is easily found again, and finding it in a recording."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CLICK = 0.08  # s
LOWEST, HIGHEST = 300.0, 6000.0  # Hz: what small loudspeakers and telephone headsets can do
LIKENESS = 0.25  # of the recording to the click from which it counts as heard; chance stays below 0.1
RIVAL = 0.5  # of the largest peak: an earlier one so large is the click itself, a later one an echo
RINGING = 0.005  # s within which a peak has its own slopes
ROOM = 0.02  # s within which reflections belong to the room

Floats = NDArray[np.float64]


class Click(NamedTuple):
    """Where a click was heard."""

    sample: int
    """Of its begin."""
    likeness: float
    """Of the recording there to the click, 0..1, whatever the polarity."""
    echo: float
    """Seconds after which it was heard once more; 0 if it was not."""


def sweep(sample_rate: int) -> Floats:
    """The click `(n,)`, peak 1: a short sweep, as loud to a correlation as a far louder impulse."""
    time = np.arange(round(CLICK * sample_rate)) / sample_rate
    octaves = np.log(min(HIGHEST, 0.45 * sample_rate) / LOWEST)
    phase = LOWEST * CLICK / octaves * np.expm1(octaves * time / CLICK)
    return np.asarray(np.sin(2 * np.pi * phase) * faded(time, CLICK, 0.01))


def faded(time: Floats, seconds: float, fade: float) -> Floats:
    """Loudness `(n,)` of a sound of so many seconds: rises from 0 and falls back to it within `fade` s."""
    return np.asarray(np.sin(np.pi / 2 * np.clip(np.minimum(time, seconds - time) / fade, 0, 1)) ** 2)


def find_click(heard: NDArray[np.float32], click: Floats, sample_rate: int) -> Click | None:
    """Look for `click` in a recording `(n,)`, both at `sample_rate`: the first that is there, None if none is.

    A matched filter: the recording correlated with the click, and compared in size with both their energies.
    """
    if len(heard) <= len(click):
        return None
    strength = np.abs(_correlated(heard.astype(np.float64), click))
    best = float(strength.max())
    if best <= 0:
        return None
    at = _peak(strength, int(np.argmax(strength >= RIVAL * best)), round(RINGING * sample_rate))
    part = heard[at : at + len(click)].astype(np.float64)
    likeness = float(strength[at] / max(np.linalg.norm(part) * np.linalg.norm(click), 1e-12))
    if likeness < LIKENESS:
        return None
    return Click(at, likeness, _echo(strength, at, sample_rate))


def _correlated(heard: Floats, click: Floats) -> Floats:
    """The product sum of the click with the recording from each sample on, as far as it fits in."""
    size = 1 << (len(heard) - 1).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(click, size))
    return np.asarray(np.fft.irfft(spectrum, size)[: len(heard) - len(click) + 1])


def _peak(strength: Floats, first: int, width: int) -> int:
    """The largest place within `width` after `first`."""
    return first + int(np.argmax(strength[first : first + width + 1]))


def _echo(strength: Floats, at: int, sample_rate: int) -> float:
    later = at + round(ROOM * sample_rate)
    if later >= len(strength) or strength[later:].max() < RIVAL * strength[at]:
        return 0.0
    first = later + int(np.argmax(strength[later:] >= RIVAL * strength[at]))
    return (_peak(strength, first, round(RINGING * sample_rate)) - at) / sample_rate
