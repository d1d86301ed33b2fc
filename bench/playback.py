"""When each moment of a played signal was handed over, and when it sounded by PortAudio's claim."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..realtime.playing.loudspeaker import Played

NEAR = 1.0  # s: a converter runs evenly, what its claims jitter within this span is the claims' fault
UNREST = 0.5  # s round an underflow in which the claims are not believed

Floats = NDArray[np.float64]


class Playback:
    """The stamps of an output stream that has ended, by moments of the signal in seconds."""

    def __init__(self, played: Played, sample_rate: float) -> None:
        self._starts = np.array(played.position) / sample_rate
        self._handed = np.array(played.handed)
        self._begins = evened(self._starts, np.array(played.claimed) - self._starts)
        self.dry = np.array(played.underflows) / sample_rate
        """Moments before which the output ran dry."""

    def sounded(self, moments: ArrayLike) -> Floats:
        """Monotonic instants (s) at which these moments of the signal left the output, as PortAudio claims."""
        at = np.asarray(moments, np.float64)
        return np.asarray(at + np.interp(at, self._starts, self._begins))

    def handed(self, moments: ArrayLike) -> Floats:
        """Monotonic instants (s) at which the blocks with these moments were handed over."""
        block = np.searchsorted(self._starts, np.asarray(moments, np.float64), "right") - 1
        return np.asarray(self._handed[np.maximum(block, 0)])

    def moments(self, instants: ArrayLike) -> Floats:
        """Which moments sounded at these monotonic instants (s): the inverse of `sounded`."""
        sounded = np.maximum.accumulate(self._starts + self._begins)
        return np.asarray(np.interp(np.asarray(instants, np.float64), sounded, self._starts))

    def steady(self, moments: ArrayLike) -> NDArray[np.bool_]:
        """Whether the output did not run dry round these moments."""
        return steady(self.dry, moments)


def steady(dry: ArrayLike, moments: ArrayLike) -> NDArray[np.bool_]:
    """Whether an output that ran dry at the moments `dry` (s) did not do so round these (s)."""
    return np.asarray(np.all(np.abs(np.asarray(moments, np.float64)[..., None] - np.asarray(dry)) > UNREST, axis=-1))


def evened(starts: Floats, offsets: Floats) -> Floats:
    """Claims of blocks that begin at `starts` s, freed of their jitter: the median `(n,)` within `NEAR` s of each."""
    edges = np.searchsorted(starts, (starts - NEAR, starts + NEAR))
    return np.array([np.median(offsets[first:last]) for first, last in edges.T])
