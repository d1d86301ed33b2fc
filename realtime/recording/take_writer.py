"""The two files of a take, kept in step: its sound, and a row of pitch for every 10 ms of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np

from ...model.replacement import secure
from ..frame import PitchFrame
from ..ring import Floats
from .growing import GrowingFlac
from .pitch_rows import FRAMES, PitchRows
from .takes import take_files
from .unfinished import Unfinished


class TakeWriter:
    """Writes one take. Position and time of what it is given are those of the session.

    It begins with the first frame's centre, so that its first row is at 0. Sound that is missing in between is
    silence, a frame that is missing is an unvoiced row. OSError from any method where it cannot be written. Beside both
    lies an `Unfinished` until they are complete.
    """

    def __init__(self, take: Path) -> None:
        """Make the folder, if need be, and both files. FileExistsError if there is one of that name."""
        flac, csv = take_files(take)
        flac.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undoing:
            unfinished = Unfinished(take)
            undoing.callback(unfinished.give_up)
            self._flac, self._rate = GrowingFlac(flac), 0
            undoing.callback(flac.unlink)
            undoing.callback(self._flac.close)
            self._rows = PitchRows(csv, unfinished)
            undoing.pop_all()
        self._folder = flac.parent
        self._first, self._start = 0, 0  # frame and position that the take begins with

    @property
    def seconds(self) -> float:
        """Written so far."""
        return self._flac.samples / self._rate if self._rate else 0.0

    @property
    def rate(self) -> int:
        """Hz; 0 before any sound."""
        return self._rate

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._flac.size + self._rows.size

    @property
    def start(self) -> float:
        """Second of the session that is its first; NaN before any sound."""
        return self._first / FRAMES if self._rate else math.nan

    @property
    def complete(self) -> bool:
        """Whether there is a row for every 10 ms of the sound so far, and none that may yet be settled."""
        rows = self._rows
        return len(rows) >= self._whole and (not rows.instant or rows.settled >= self._whole)

    def hear(self, position: int, rate: int, samples: Floats) -> None:
        """Append float32 `(n,)`, `rate` Hz. ValueError unless that is the same as before."""
        if not self._rate:
            self._begin(position, rate)
        elif rate != self._rate:
            raise ValueError(f"a take has one rate: {self._rate} Hz, not {rate}")
        offset = position - (self._start + self._flac.samples)
        self._be_silent(offset)
        if len(rest := samples[max(-offset, 0) :]):
            self._flac.write(rest)

    def see(self, frames: Iterable[PitchFrame], ended: bool) -> None:
        """Note frames; `ended`: those beyond the sound so far do not belong to it."""
        for frame in frames:
            row = round(frame.time * FRAMES) - self._first
            if row >= 0 and self._rate and not (ended and row >= self._whole):
                self._rows.put(row, frame)

    def flush(self) -> None:
        """Have everything in the files. OSError if one was deleted."""
        self._rows.flush()
        self._flac.check()

    def secure(self) -> None:
        """Have what is in the files on the disk itself, lest the power fail; it may take a while."""
        self._rows.secure()
        self._flac.secure()

    def close(self) -> None:
        """Complete and close both files."""
        with ExitStack() as ending:  # the later ones, whatever becomes of those before
            ending.callback(self._secure_folder)
            ending.callback(lambda: self._rows.close(self._whole))
            ending.callback(self._flac.close)
            if self._rate:  # the sound of the last rows may have been lost
                self._be_silent(self._position(len(self._rows) - 1) - self._start - self._flac.samples)

    def _secure_folder(self) -> None:
        with suppress(OSError):  # not every disk can do that
            secure(self._folder)

    @property
    def _whole(self) -> int:
        """Rows that the sound so far is worth: one at its very end, too, as in the track of a file."""
        return self._flac.samples * FRAMES // self._rate + 1 if self._rate else 0

    def _begin(self, position: int, rate: int) -> None:
        self._flac.open(rate)
        self._rate = rate
        self._first = -(-position * FRAMES // rate)
        self._start = self._position(0)

    def _position(self, row: int) -> int:
        return round((self._first + row) * self._rate / FRAMES)

    def _be_silent(self, samples: int) -> None:
        while samples > 0:  # a second at a time: the input may have been away for long
            self._flac.write(np.zeros(min(samples, self._rate), np.float32))
            samples -= self._rate
