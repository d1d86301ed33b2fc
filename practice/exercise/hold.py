"""Whether a voice holds a note: even pitch for long enough, whatever vibrato it has."""

from __future__ import annotations

import math
from collections import deque
from statistics import fmean, median

SWING = 0.2  # s that pitch is averaged over: a swing of vibrato
OUTLIER = 1.5  # semitones from the median of a swing: a slip of the tracker, not vibrato
MOST_OUTLIERS = 0.4  # share of a swing
GAP = 0.08  # s without voice that a held note may have
EVEN = 1.0  # semitones from lowest to highest: within 50 cents of the middle
REMEMBERED = 1.5  # s


class Hold:
    """Follows the voice frame by frame and says for how long it has held what note.

    A slip of the tracker to another octave for less than 80 ms counts for nothing, nor does a gap as short.
    """

    def __init__(self) -> None:
        self._recent: deque[tuple[float, float]] = deque()
        self._even: deque[tuple[float, float]] = deque()

    def add(self, time: float, midi: float) -> None:
        """A frame: seconds, later than the last; fractional MIDI number, NaN without voice."""
        if self._recent and time - self._recent[-1][0] > GAP:
            self.forget()
        if math.isnan(midi):
            return
        self._recent.append((time, midi))
        _drop_before(self._recent, time - SWING)
        middle = median(pitch for _, pitch in self._recent)
        fitting = [pitch for _, pitch in self._recent if abs(pitch - middle) <= OUTLIER]
        if len(fitting) >= (1.0 - MOST_OUTLIERS) * len(self._recent):
            self._even.append((time, fmean(fitting)))
            self._keep_even(time)
        else:
            self._even.clear()

    @property
    def seconds(self) -> float:
        """How long one note has been held, 1.5 s at most."""
        return self._even[-1][0] - self._even[0][0] if self._even else 0.0

    @property
    def midi(self) -> float:
        """The note that is held, fractional; NaN where none is."""
        return median(pitch for _, pitch in self._even) if self._even else math.nan

    def forget(self) -> None:
        """Begin anew."""
        self._recent.clear()
        self._even.clear()

    def _keep_even(self, time: float) -> None:
        """Forget what came before the newest stretch of even pitch."""
        _drop_before(self._even, time - REMEMBERED)
        low = high = self._even[-1][1]
        for place in range(len(self._even) - 1, -1, -1):
            pitch = self._even[place][1]
            low, high = min(low, pitch), max(high, pitch)
            if high - low > EVEN:
                _drop_before(self._even, self._even[place + 1][0])
                return


def _drop_before(frames: deque[tuple[float, float]], time: float) -> None:
    while frames and frames[0][0] < time:
        frames.popleft()
