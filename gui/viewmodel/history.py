"""What the window remembers of a stream: its newest frames, in arrays whose memory is bounded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...realtime.frame import PitchFrame, PitchTrack

FRAMES_PER_SECOND = 100
LENGTH = 1800.0  # s that are remembered
LAZY = 4  # frames whose centres are found at once, 25 times a second: until then they have the one before them
CENTRE = 9  # frames to either side of one whose middle values are its note's centre: a swing of vibrato
SEMITONE = 0.06  # of a frequency, about
FIRST = 4096  # frames that there is room for at first
COLUMNS = {
    "time": np.float64,
    "f0": np.float64,
    "confidence": np.float32,
    "level": np.float32,
    "settled": np.bool_,
    "centre": np.float64,
}


class PitchHistory:
    """The newest frames of one stream, or those of a recording, in the order of time.

    Memory grows with what there is to remember, up to twice what `seconds` of frames take, and then no more.
    """

    def __init__(self, seconds: float = LENGTH) -> None:
        self._most = max(round(seconds * FRAMES_PER_SECOND), 1)
        self.clear()

    @classmethod
    def of(cls, track: PitchTrack) -> PitchHistory:
        """All frames of a recording."""
        history = cls(len(track) / FRAMES_PER_SECOND)
        history._make_room(len(track))
        level = np.full(len(track), np.nan) if track.level is None else track.level
        settled = np.ones(len(track), bool)
        columns = {"time": track.time, "f0": track.f0, "confidence": track.confidence}
        history._write(len(track), **columns, level=level, settled=settled)
        return history

    def clear(self) -> None:
        """Forget every frame: a new stream begins."""
        self._columns: dict[str, NDArray[Any]] = {name: np.empty(0, kind) for name, kind in COLUMNS.items()}
        self._start = self._stop = self._unfound = 0
        self._touched = -math.inf

    def __len__(self) -> int:
        return self._stop - self._start

    def _column(self, name: str) -> NDArray[np.float64]:
        part: NDArray[np.float64] = self._columns[name][self._start : self._stop]
        return part

    @property
    def time(self) -> NDArray[np.float64]:
        """(n,) seconds of the stream, ascending."""
        return self._column("time")

    @property
    def f0(self) -> NDArray[np.float64]:
        """(n,) Hz, NaN where unvoiced."""
        return self._column("f0")

    @property
    def centre(self) -> NDArray[np.float64]:
        """(n,) Hz; `f0` without its vibrato, NaN in silence."""
        return self._column("centre")

    @property
    def confidence(self) -> NDArray[np.float64]:
        """(n,) 0..1."""
        return self._column("confidence")

    @property
    def level(self) -> NDArray[np.float64]:
        """(n,) dBFS, NaN where that is not known."""
        return self._column("level")

    @property
    def settled(self) -> NDArray[np.bool_]:
        """(n,) False where a better estimate is still to come."""
        return self._columns["settled"][self._start : self._stop]

    @property
    def empty(self) -> bool:
        """Whether nothing has arrived yet."""
        return self._start == self._stop

    @property
    def oldest(self) -> float:
        """Time of the oldest frame in seconds; inf before the first."""
        return math.inf if self.empty else float(self.time[0])

    @property
    def newest(self) -> float:
        """Time of the newest frame in seconds; -inf before the first."""
        return -math.inf if self.empty else float(self.time[-1])

    def stretch(self, start: float, stop: float) -> slice:
        """Places of the frames from `start` to `stop` seconds, with one more on either side if there is one."""
        first, last = np.searchsorted(self.time, (start, stop))
        return slice(max(int(first) - 1, 0), int(last) + 1)

    def take_touched(self) -> float:
        """The earliest second that has changed since the last call; inf if none has."""
        touched, self._touched = self._touched, math.inf
        return touched

    def extend(self, frames: Sequence[PitchFrame]) -> list[PitchFrame]:
        """Append frames; a settled frame takes the place of the instant one of the same time. Returns the new ones."""
        newest, fresh, others = self.newest, list[PitchFrame](), list[PitchFrame]()
        for frame in frames:
            (fresh if frame.time > newest + 1e-6 else others).append(frame)
            newest = max(newest, frame.time)
        if kept := fresh[-self._most :]:
            self._make_room(len(kept))
            columns = ("time", "f0", "confidence", "level", "settled")
            self._write(len(kept), **{name: [getattr(frame, name) for frame in kept] for name in columns})
        self._settle(others)
        return fresh

    def _make_room(self, n: int) -> None:
        """Let `n` frames fit after the newest: in larger arrays, or in place of the oldest."""
        self._start += max(len(self) + n - self._most, 0)
        length = len(self._columns["time"])
        if self._stop + n <= length:
            return
        kept = slice(self._start, self._stop)
        wanted = min(max(2 * (len(self) + n), FIRST), 2 * self._most)
        for name, old in self._columns.items():
            new = old if wanted <= length else np.empty(wanted, old.dtype)
            new[: len(self)] = old[kept].copy() if new is old else old[kept]
            self._columns[name] = new
        self._start, self._stop = 0, len(self)

    def _write(self, n: int, **columns: object) -> None:
        place = slice(self._stop, self._stop + n)
        for name, values in columns.items():
            self._columns[name][place] = values
        before = self.centre[-1] if len(self) else np.nan
        f0 = self._columns["f0"][place]
        # Where the voice has gone on within a semitone; else its own pitch.
        self._columns["centre"][place] = np.where(np.abs(f0 - before) < SEMITONE * before, before, f0)
        self._stop += n
        self._unfound += n
        self._touched = min(self._touched, float(self.time[max(len(self) - n - 1, 0)]))  # a line leads from there
        if self._unfound >= LAZY:
            self._find_centres(len(self) - self._unfound - CENTRE, len(self))

    def _find_centres(self, start: int, stop: int) -> None:
        """Find the centres of the frames from place `start` to `stop`, as far as there are any."""
        start, stop = max(start, 0), min(stop, len(self))
        if start >= stop:
            return
        if stop == len(self):
            self._unfound = 0
        first, last = start - CENTRE, stop + CENTRE
        f0 = self.f0[max(first, 0) : last]
        f0 = np.pad(f0, (max(-first, 0), max(last - len(self), 0)), constant_values=np.nan)
        windows = np.sort(np.lib.stride_tricks.sliding_window_view(f0, 2 * CENTRE + 1), axis=1)  # NaN come last
        count = np.isfinite(windows).sum(axis=1)
        # The mean of the middle quarter: as deaf to a step as a median, but steadier under vibrato.
        begin = (count * 3 // 8)[:, None]
        place = np.arange(2 * CENTRE + 1)
        middle = (place >= begin) & (place < count[:, None] - begin)
        with np.errstate(invalid="ignore"):  # silence: 0 / 0 is NaN
            self.centre[start:stop] = np.where(middle, windows, 0.0).sum(axis=1) / middle.sum(axis=1)
        self._touched = min(self._touched, float(self.time[start]))

    def _settle(self, frames: Sequence[PitchFrame]) -> None:
        places = []
        for frame in frames:
            place = int(np.searchsorted(self.time, frame.time - 0.5 / FRAMES_PER_SECOND))
            if place < len(self) and abs(self.time[place] - frame.time) < 0.5 / FRAMES_PER_SECOND:
                self.f0[place], self.confidence[place] = frame.f0, frame.confidence
                self.settled[place] = frame.settled
                places.append(place)
        if places:
            self._find_centres(min(places) - CENTRE, max(places) + CENTRE + 1)

    def recent_f0(self, seconds: float = 0.15) -> float:
        """Median f0 (Hz) of the newest `seconds`, which no slip moves; NaN unless a third is voiced."""
        frames = round(seconds * FRAMES_PER_SECOND)
        f0 = self.f0[-frames:]
        voiced = f0[np.isfinite(f0)]
        return float(np.median(voiced)) if 3 * len(voiced) >= frames else float("nan")
