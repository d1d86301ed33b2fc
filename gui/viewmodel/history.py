"""What the window remembers of a stream: the newest frames in arrays of fixed length, and their styles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...practice.notes import cents_off
from ...realtime.frame import PitchFrame

FRAMES_PER_SECOND = 100
MAX_GAP = 0.025  # s between two frames that still belong to one line
CENTRE = 9  # frames to either side of one whose middle values are its note's centre: a swing of vibrato
MAX_LEAP = 3.0  # semitones between them; a larger step is a new note, not a glide

IN_TUNE = 15.0  # cents from the nearest note
NEAR = 35.0  # cents
BANDS = 3  # in tune, near, between two notes
SURE = (0.45, 0.75)  # confidence below which a line is drawn faint, and half faint
SHADES = len(SURE) + 1
STYLES = BANDS * SHADES  # of settled frames; as many more for instant ones


class PitchHistory:
    """The newest frames of one stream, the newest last; nothing grows with the time the window is open."""

    def __init__(self, seconds: float = 60.0) -> None:
        self._size = round(seconds * FRAMES_PER_SECOND)
        self.clear()

    def clear(self) -> None:
        """Forget every frame: a new stream begins."""
        self.time = np.full(self._size, -np.inf)
        self.f0 = np.full(self._size, np.nan)
        self.confidence = np.zeros(self._size)
        self.settled = np.ones(self._size, bool)  # False where a better estimate is still to come
        self.centre = np.full(self._size, np.nan)  # Hz; f0 without its vibrato

    @property
    def empty(self) -> bool:
        """Whether nothing has arrived yet."""
        return bool(np.isneginf(self.time[-1]))

    @property
    def newest(self) -> float:
        """Time of the newest frame in seconds; -inf before the first."""
        return float(self.time[-1])

    def extend(self, frames: Sequence[PitchFrame]) -> list[PitchFrame]:
        """Append frames; a settled frame takes the place of the instant one of the same time. Returns the new ones."""
        newest, fresh, others = self.newest, list[PitchFrame](), list[PitchFrame]()
        for frame in frames:
            (fresh if frame.time > newest + 1e-6 else others).append(frame)
            newest = max(newest, frame.time)
        self._append(fresh[-self._size :])
        self._settle(others)
        return fresh

    def _append(self, fresh: Sequence[PitchFrame]) -> None:
        if not fresh:
            return
        for name in ("time", "f0", "confidence", "settled"):
            array = getattr(self, name)
            array[: -len(fresh)] = array[len(fresh) :]
            array[-len(fresh) :] = [getattr(frame, name) for frame in fresh]
        self.centre[: -len(fresh)] = self.centre[len(fresh) :]
        self._find_centres(self._size - len(fresh) - CENTRE, self._size)

    def _find_centres(self, start: int, stop: int) -> None:
        """Find the centres of the frames from place `start` to `stop`, as far as there are any."""
        start, stop = max(start, 0), min(stop, self._size)
        first, last = start - CENTRE, stop + CENTRE
        f0 = self.f0[max(first, 0) : last]
        f0 = np.pad(f0, (max(-first, 0), max(last - self._size, 0)), constant_values=np.nan)
        windows = np.sort(np.lib.stride_tricks.sliding_window_view(f0, 2 * CENTRE + 1), axis=1)  # NaN come last
        count = np.isfinite(windows).sum(axis=1)
        # The mean of the middle quarter: as deaf to a step as a median, but steadier under vibrato.
        begin = (count * 3 // 8)[:, None]
        place = np.arange(2 * CENTRE + 1)
        middle = (place >= begin) & (place < count[:, None] - begin)
        with np.errstate(invalid="ignore"):  # silence: 0 / 0 is NaN
            self.centre[start:stop] = np.where(middle, windows, 0.0).sum(axis=1) / middle.sum(axis=1)

    def _settle(self, frames: Sequence[PitchFrame]) -> None:
        places = []
        for frame in frames:
            place = int(np.searchsorted(self.time, frame.time - 0.5 / FRAMES_PER_SECOND))
            if abs(self.time[place] - frame.time) < 0.5 / FRAMES_PER_SECOND:
                self.f0[place], self.confidence[place] = frame.f0, frame.confidence
                self.settled[place] = frame.settled
                places.append(place)
        if places:
            self._find_centres(min(places) - CENTRE, max(places) + CENTRE + 1)

    def recent_f0(self, seconds: float = 0.15) -> float:
        """Median f0 (Hz) of the newest `seconds`, which no slip moves; NaN unless a third is voiced."""
        f0 = self.f0[-round(seconds * FRAMES_PER_SECOND) :]
        voiced = f0[np.isfinite(f0)]
        return float(np.median(voiced)) if 3 * len(voiced) >= len(f0) else float("nan")


def joined(time: NDArray[np.float64], midi: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a line joins each frame to the next: (n,) arrays give (n,), the last False."""
    with np.errstate(invalid="ignore"):
        near = (np.diff(time) < MAX_GAP) & (np.abs(np.diff(midi)) < MAX_LEAP)  # NaN compares False: a gap
    return np.append(near, False)


def styles(
    centre: NDArray[np.float64], confidence: NDArray[np.float64], settled: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Style of the line that leads to each frame, (n,): band + BANDS * shade of confidence + STYLES where instant.

    centre: MIDI numbers of the notes' centres, so that vibrato round a note in tune is in tune.
    """
    band = np.digitize(np.abs(cents_off(centre)), (IN_TUNE, NEAR))
    shade = np.digitize(confidence, SURE)
    style: NDArray[np.intp] = band + BANDS * shade + STYLES * ~settled
    return style
