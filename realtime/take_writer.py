"""The two files of a take, kept in step: its sound, and a row of pitch for every 10 ms of it."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from .export import HEADER, csv_row, replacing
from .frame import PitchFrame
from .growing import GrowingFile, GrowingFlac
from .ring import Floats
from .takes import take_files

FRAMES = 100  # a second


class RateError(Exception):
    """The sound goes on at another rate."""


class TakeWriter:
    """Writes one take. Position and time of what it is given are those of the session.

    It begins with the first frame's centre, so that its first row is at 0. Sound that is missing in between is
    silence, a frame that is missing is an unvoiced row. OSError from any method where it cannot be written.
    """

    def __init__(self, take: Path) -> None:
        """Make the folder, if need be, and both files. FileExistsError if there is one of that name."""
        flac, csv = take_files(take)
        flac.parent.mkdir(parents=True, exist_ok=True)
        self._flac, self._rate = GrowingFlac(flac), 0
        try:
            self._rows = PitchRows(csv)
        except OSError:
            self._flac.close()
            flac.unlink()
            raise
        self._first, self._start = 0, 0  # frame and position that the take begins with

    @property
    def seconds(self) -> float:
        """Written so far."""
        return self._flac.samples / self._rate if self._rate else 0.0

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
        """Append float32 `(n,)`, `rate` Hz. RateError unless that is the same as before."""
        if not self._rate:
            self._begin(position, rate)
        elif rate != self._rate:
            raise RateError(f"the input came back with {rate} Hz instead of {self._rate}")
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
        """Have everything in the files. FileNotFoundError if one was deleted."""
        self._rows.flush()
        self._rows.check()
        self._flac.check()

    def close(self) -> None:
        """Complete and close both files."""
        with ExitStack() as ending:  # the later ones, whatever becomes of those before
            ending.callback(lambda: self._rows.close(self._whole))
            ending.callback(self._flac.close)
            if self._rate:  # the sound of the last rows may have been lost
                self._be_silent(self._position(len(self._rows) - 1) - self._start - self._flac.samples)

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


class PitchRows:
    """A CSV of pitches that grows row by row; settled ones take their places when it is closed."""

    def __init__(self, path: Path) -> None:
        self.instant = False
        """Whether some row was not settled when it came."""
        self.settled = 0
        """Rows up to the last that came, or came again, settled."""
        self._path, self._file = path, GrowingFile(path)
        self._count, self._waiting = 0, [HEADER]
        self._later = array("d"), array("d")  # f0 and confidence by row; NaN where nothing settled it later

    def __len__(self) -> int:
        return self._count

    def put(self, row: int, frame: PitchFrame) -> None:
        """The frame of a row: the next one, one further on, or a better one of an earlier one."""
        if row >= self._count:
            self._fill(row)
            self._add(frame.f0, frame.confidence)
            self.instant = self.instant or not frame.settled
        elif frame.settled:
            self._keep(row, frame)
        if frame.settled:
            self.settled = max(self.settled, row + 1)

    def flush(self) -> None:
        """Write the rows that wait."""
        self._file.append("".join(self._waiting).encode())
        self._waiting.clear()

    def check(self) -> None:
        """FileNotFoundError if the file was deleted."""
        self._file.check()

    def close(self, rows: int) -> None:
        """Make it `rows` long, if it is shorter, and put settled rows in place of the instant ones."""
        try:
            self._fill(rows)
            self.flush()
        finally:
            self._file.close()
        if len(self._later[0]):
            self._settle()

    def _add(self, f0: float, confidence: float) -> None:
        self._waiting.append(csv_row(self._count / FRAMES, f0, confidence, not math.isnan(f0)))
        self._count += 1

    def _fill(self, rows: int) -> None:
        while self._count < rows:
            self._add(math.nan, 0.0)

    def _keep(self, row: int, frame: PitchFrame) -> None:
        missing = row + 1 - len(self._later[0])
        for values, value in zip(self._later, (frame.f0, frame.confidence), strict=True):
            if missing > 0:
                values.extend([math.nan] * missing)
            values[row] = value

    def _settle(self) -> None:
        with replacing(self._path) as new, open(self._path, encoding="utf-8") as old:
            new.write(next(old))
            for row, line in enumerate(old):
                new.write(self._settled_row(row) or line)

    def _settled_row(self, row: int) -> str | None:
        f0, confidence = (values[row] if row < len(values) else math.nan for values in self._later)
        if math.isnan(confidence):
            return None
        return csv_row(row / FRAMES, f0, confidence, not math.isnan(f0))
