"""Conversions between Hz, cents (relative to 10 Hz, as the salience bins are) and MIDI numbers."""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

CENTS_PER_BIN = 20.0
FIRST_BIN_CENTS = 1997.3794084376191  # bin 0: 1200·log2(31.7 Hz / 10 Hz), as in the published checkpoints
CENTS_REFERENCE = 10.0  # Hz


@overload
def hz_to_cents(hz: float) -> float: ...
@overload
def hz_to_cents(hz: ArrayLike) -> NDArray[np.float64]: ...
def hz_to_cents(hz: ArrayLike) -> float | NDArray[np.float64]:
    """Cents above 10 Hz, scalar or array; NaN stays NaN, 0 Hz gives -inf."""
    with np.errstate(divide="ignore"):
        cents = 1200.0 * np.log2(np.asarray(hz, np.float64) / CENTS_REFERENCE)
    return _like(hz, cents)


@overload
def cents_to_hz(cents: float) -> float: ...
@overload
def cents_to_hz(cents: ArrayLike) -> NDArray[np.float64]: ...
def cents_to_hz(cents: ArrayLike) -> float | NDArray[np.float64]:
    """Hz of `cents` above 10 Hz, scalar or array."""
    return _like(cents, CENTS_REFERENCE * np.exp2(np.asarray(cents, np.float64) / 1200.0))


@overload
def hz_to_midi(hz: float, a4: float = 440.0) -> float: ...
@overload
def hz_to_midi(hz: ArrayLike, a4: float = 440.0) -> NDArray[np.float64]: ...
def hz_to_midi(hz: ArrayLike, a4: float = 440.0) -> float | NDArray[np.float64]:
    """Fractional MIDI number (69 = A4), scalar or array; `a4` in Hz."""
    with np.errstate(divide="ignore"):
        midi = 69.0 + 12.0 * np.log2(np.asarray(hz, np.float64) / a4)
    return _like(hz, midi)


@overload
def midi_to_hz(midi: float, a4: float = 440.0) -> float: ...
@overload
def midi_to_hz(midi: ArrayLike, a4: float = 440.0) -> NDArray[np.float64]: ...
def midi_to_hz(midi: ArrayLike, a4: float = 440.0) -> float | NDArray[np.float64]:
    """Hz of a fractional MIDI number, scalar or array; `a4` in Hz."""
    return _like(midi, a4 * np.exp2((np.asarray(midi, np.float64) - 69.0) / 12.0))


def bin_to_cents(index: ArrayLike) -> NDArray[np.float64]:
    """Cents above 10 Hz of salience bin `index` (fractional bins allowed)."""
    return FIRST_BIN_CENTS + CENTS_PER_BIN * np.asarray(index, np.float64)


def _like(given: ArrayLike, result: NDArray[np.float64]) -> float | NDArray[np.float64]:
    return float(result) if np.ndim(given) == 0 else result
