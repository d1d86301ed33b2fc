"""The last cents of a pitch from the waveform itself: the autocorrelation beside what the network says.

The network hears mel bands, which say well which octave it is and whether a voice is there at all, and less well how
the pitch moves from frame to frame. Two stretches of sound round the frame, neither of which reaches past the network's
own window, say that better, each in its place: 56 ms where notes are held, 40 ms, by half, where the pitch moves as it
does in speech. Which place it is follows from how well the sound has repeated itself within the last second; where it
has not, as under an accompaniment, the network's word stands.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .config import REFINABLE
from .mel import SAMPLE_RATE, WINDOW

LONG = REFINABLE.start - 1  # samples on each side of a frame, 28 ms
SHORT = 320  # 20 ms
SPAN = 200.0  # cents on each side of the network's pitch within which the waveform's is sought
LONGEST = 537  # samples: the longest period that a stretch of 56 ms shows
TAPS = 8  # of the interpolating sinc on each side
FINE = 4  # points a sample at which the autocorrelation is looked at
SURE = 0.6  # confidence from which a frame counts as heard
MEMORY = 100  # such frames, 1 s
UNSETTLED = 0.92  # periodicity at the start of a stream: half-way between the two ways to measure
REPEATS = (0.7, 0.8)  # periodicity between which the short stretch is believed more and more
HELD = (0.9, 0.94)  # and the long one instead
SHARE = 0.5  # of the short stretch's word where it repeats itself perfectly

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def around(windows: Floats, ahead: int) -> Floats:
    """The sound that `Refiner` wants of mel windows (n, 1024): a view (n, 895).

    The windows end `ahead` samples after their frame, one of `config.REFINABLE`.
    """
    frame = WINDOW - ahead
    return windows[:, frame - LONG : frame + LONG + 1]


class Refiner:
    """Refines the frames of one stream, in order."""

    def __init__(self) -> None:
        self._windows = _windows()
        self.reset()

    def reset(self) -> None:
        """Forgets the stream."""
        self._periodicity = UNSETTLED

    def refine(self, candidate: Floats, confidence: Floats, sound: Floats) -> Floats:
        """Pitches in Hz, refined: `candidate` and `confidence` (n,) of the network, `sound` (n, 895) round each.

        Silence, periods of more than 33 ms and frames in which nothing repeats near the candidate keep it.
        """
        stretches = np.ascontiguousarray(sound, np.float32)
        refined, self._periodicity = _refine(candidate, confidence, stretches, *self._windows, self._periodicity)
        return np.asarray(refined)


@cache
def _windows() -> tuple[Doubles, Doubles, Doubles, Doubles]:
    """Half a sine of 56 ms and Hann's window of 40 ms, each with its own autocorrelation by lag."""
    long = np.sin(np.pi * (np.arange(2 * LONG + 1) + 1) / (2 * LONG + 2))
    short = np.sin(np.pi * (np.arange(2 * SHORT + 1) + 1) / (2 * SHORT + 2)) ** 2
    return long, short, _own(long), _own(short)


def _own(window: Doubles) -> Doubles:
    whole = np.correlate(window, window, "full")[len(window) - 1 :]
    return np.asarray(whole / whole[0])


@njit(cache=True)
def _refine(
    candidate: Floats,
    confidence: Floats,
    sound: Floats,
    long: Doubles,
    short: Doubles,
    own_long: Doubles,
    own_short: Doubles,
    periodicity: float,
) -> tuple[Floats, float]:
    refined = np.empty_like(candidate)
    for t in range(len(candidate)):
        pitch, alike = _nearby(sound[t], candidate[t], long, own_long)
        if confidence[t] >= SURE:
            periodicity += (max(0.0, alike) - periodicity) / MEMORY
        held = _part(periodicity, HELD)
        moving, moving_alike = candidate[t], 0.0
        if held < 1.0 and periodicity > REPEATS[0]:
            moving, moving_alike = _nearby(sound[t, LONG - SHORT : LONG + SHORT + 1], candidate[t], short, own_short)
        share = SHARE * _part(periodicity, REPEATS) * max(0.0, moving_alike) ** 4
        octaves = (1.0 - held) * share * np.log2(moving / candidate[t]) + held * np.log2(pitch / candidate[t])
        refined[t] = candidate[t] * 2.0**octaves
    return refined, periodicity


@njit(cache=True)
def _part(value: float, between: tuple[float, float]) -> float:
    """How far from the first to the second, 0..1."""
    return min(1.0, max(0.0, (value - between[0]) / (between[1] - between[0])))


@njit(cache=True, fastmath=True)
def _nearby(sound: Floats, candidate: float, window: Doubles, own: Doubles) -> tuple[float, float]:
    """Where near `candidate` Hz the windowed sound repeats itself best, and how well, at most about 1.

    The candidate itself and 0 where it does not.
    """
    n = len(sound)
    middle = SAMPLE_RATE / candidate
    reach = 2.0 ** (SPAN / 1200.0)
    low, high = middle / reach, middle * reach
    first = max(0, int(low) - TAPS)
    last = int(high) + TAPS + 1
    if last >= min(LONGEST + TAPS, n - TAPS):
        return candidate, 0.0
    mean = 0.0
    for i in range(n):
        mean += sound[i]
    mean /= n
    shaped = np.empty(n)
    energy = 0.0
    for i in range(n):
        shaped[i] = (sound[i] - mean) * window[i]
        energy += shaped[i] * shaped[i]
    if energy <= 1e-9:
        return candidate, 0.0
    correlation = np.empty(last - first + 1)
    for lag in range(first, last + 1):
        total = 0.0
        for i in range(n - lag):
            total += shaped[i] * shaped[i + lag]
        correlation[lag - first] = total / (energy * own[lag])
    points = int((high - low) * FINE) + 2
    best, where = -1.0, -1
    curve = np.empty(points)
    for k in range(points):
        curve[k] = _between(correlation, low + k / FINE - first)
        if curve[k] > best:
            best, where = curve[k], k
    if where <= 0 or where >= points - 1 or best <= 0.0:
        return candidate, 0.0
    left, right = curve[where - 1], curve[where + 1]
    bend = left - 2.0 * best + right
    off = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    return SAMPLE_RATE / (low + (where + off) / FINE), best


@njit(cache=True, fastmath=True)
def _between(values: Doubles, at: float) -> float:
    """`values` at the fractional place `at`, by a sinc under Hann's window."""
    base = int(np.floor(at))
    total = 0.0
    for i in range(max(0, base - TAPS + 1), min(len(values), base + TAPS + 1)):
        distance = at - i
        if abs(distance) < 1e-9:
            return float(values[i])
        total += values[i] * np.sin(np.pi * distance) / (np.pi * distance) * np.cos(np.pi * distance / (2 * TAPS)) ** 2
    return total
