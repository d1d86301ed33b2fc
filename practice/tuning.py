"""A tuning: concert pitch, temperament and root give every note its pitch, its row on the plot and its neighbours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..model.convert import midi_to_hz
from .temperament import EQUAL, Temperament

A4_NOTE = 69
MIDDLE_C = 60


@dataclass(frozen=True)
class Tuning:
    """The notes of a temperament whose first degree is the pitch class `root` (C = 0); `a4` in Hz.

    Pitches are fractional MIDI numbers by the concert pitch (69 = A4), so unequal notes lie unequally far apart.
    With twelve notes to the octave a note's number is its MIDI number and A4 is exactly `a4`. Other temperaments are
    counted by degree: note 60 is the root from G3 to F♯4, at its equal-tempered pitch.
    ValueError unless a4 is positive and root 0 to 11.
    """

    a4: float = 440.0
    temperament: Temperament = EQUAL
    root: int = 0

    def __post_init__(self) -> None:
        if not (self.a4 > 0 and math.isfinite(self.a4)):
            raise ValueError(f"a4 must be a positive frequency in Hz, not {self.a4}")
        if not 0 <= self.root < 12:
            raise ValueError(f"root must be a pitch class from 0 to 11, not {self.root}")

    @property
    def twelve(self) -> bool:
        """Whether notes are numbered as MIDI does and have the names of the keyboard."""
        return self.temperament.twelve

    @property
    def widest(self) -> float:
        """Most cents that a pitch can lie from its nearest note: 50 in equal temperament."""
        return 50.0 * float(np.diff(self._degrees, append=self._degrees[0] + self._period).max())

    @overload
    def pitch(self, note: int) -> float: ...
    @overload
    def pitch(self, note: ArrayLike) -> NDArray[np.float64]: ...
    def pitch(self, note: ArrayLike) -> float | NDArray[np.float64]:
        """Fractional MIDI number at which a note sounds, scalar or array."""
        periods, degree = np.divmod(np.asarray(note, np.int64) - self._first, len(self._degrees))
        midi = self._base + self._period * periods + self._degrees[degree]
        return float(midi) if np.ndim(note) == 0 else np.asarray(midi, np.float64)

    @overload
    def hz(self, note: int) -> float: ...
    @overload
    def hz(self, note: ArrayLike) -> NDArray[np.float64]: ...
    def hz(self, note: ArrayLike) -> float | NDArray[np.float64]:
        """Hz of a note, scalar or array."""
        return midi_to_hz(self.pitch(note), self.a4)

    def row(self, note: int) -> tuple[float, float]:
        """Where a note's row begins and ends: half way to its neighbours, in fractional MIDI numbers."""
        below, here, above = self.pitch([note - 1, note, note + 1])
        return float(below + here) / 2, float(here + above) / 2

    def notes(self, low: float, high: float) -> range:
        """The notes whose rows touch `low` to `high` (fractional MIDI numbers, both finite; ValueError if not)."""
        first, last = self.nearest(low)[0], self.nearest(high)[0]
        if first is None or last is None:
            raise ValueError(f"notes must be asked for between two pitches, not {low} and {high}")
        return range(first, last + 1)

    @overload
    def nearest(self, midi: float) -> tuple[int | None, float]: ...
    @overload
    def nearest(self, midi: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.float64]]: ...
    def nearest(self, midi: ArrayLike) -> tuple[int | None, float] | tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Note nearest to a fractional MIDI number, and the cents from it to there (sharp is positive).

        Scalar: (int, float), (None, NaN) where there is no pitch. Array (n,): int64 (n,), float64 (n,), 0 and NaN where
        a pitch is NaN or infinite. Half way between two notes the upper one is nearest.
        """
        exact = np.asarray(midi, np.float64)
        exact = np.where(np.isfinite(exact), exact, np.nan)
        note = self._equal_note(exact) if self._is_equal else self._unequal_note(exact)
        cents = 100.0 * (exact - (note if self._is_equal else self.pitch(note)))
        if np.ndim(midi) == 0:
            return (None, math.nan) if np.isnan(exact) else (int(note), float(cents))
        return note, cents

    @staticmethod
    def _equal_note(exact: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.where(np.isnan(exact), 0.0, np.floor(exact + 0.5)).astype(np.int64)

    def _unequal_note(self, exact: NDArray[np.float64]) -> NDArray[np.int64]:
        # Counted from the border under the root, where a period of rows begins.
        above = (exact - self._base) - self._borders[0]
        periods = np.floor(above / self._period)
        degree = np.searchsorted(self._borders[1:], above - periods * self._period + self._borders[0], side="right")
        note = self._first + len(self._degrees) * periods + np.minimum(degree, len(self._degrees) - 1)
        return np.asarray(np.nan_to_num(note), np.float64).astype(np.int64)

    @cached_property
    def _is_equal(self) -> bool:
        return self.temperament.cents == EQUAL.cents and self.temperament.period == EQUAL.period

    @cached_property
    def _degrees(self) -> NDArray[np.float64]:
        return np.array(self.temperament.cents) / 100.0

    @property
    def _period(self) -> float:
        return self.temperament.period / 100.0

    @property
    def _first(self) -> int:
        return self.root if self.twelve else MIDDLE_C

    @cached_property
    def _base(self) -> float:
        """Pitch of the note `_first`, where the temperament's 0.0 cents lie."""
        if not self.twelve:
            return MIDDLE_C + (self.root + 5) % 12 - 5.0
        octaves, degree = divmod(A4_NOTE - self.root, 12)
        return A4_NOTE - 12.0 * octaves - self.temperament.cents[degree] / 100.0

    @cached_property
    def _borders(self) -> NDArray[np.float64]:
        """Lower borders of a period's rows from the root on, relative to the root; (degrees,), the first below 0."""
        below = np.concatenate(([self._degrees[-1] - self._period], self._degrees[:-1]))
        return np.asarray((below + self._degrees) / 2, np.float64)
