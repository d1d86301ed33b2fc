"""The CSV of a take: rows as they come, and settled ones in their places at the end."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from ..csv_track import HEADER, csv_row
from ..frame import PitchFrame
from .growing import GrowingFile

FRAMES = 100  # a second
MANY = 10_000  # rows that are in memory at once, at most
PIECE = 1 << 20  # bytes


class PitchRows:
    """A CSV of pitches that grows row by row, and beside it the one that takes its place when all is closed.

    The first has every row at once. The other, `final`, stays empty until something settles a row that is in the first;
    then it follows: the rows up to the last that was settled, as they shall be. So nothing is kept in memory, little is
    left to do at the end, and after a kill both are there.
    """

    def __init__(self, path: Path, final: GrowingFile) -> None:
        """Make the first. FileExistsError if there is one of that name. `final` is closed, and deleted, with it."""
        self.instant = False
        """Whether some row was not settled when it came."""
        self.settled = 0
        """Rows up to the last that came, or came again, settled."""
        self._path, self._file, self._final = path, GrowingFile(path), final
        self._count, self._waiting = 0, [HEADER]
        self._better: list[tuple[int, str]] = []  # rows that take the place of others
        self._first: BinaryIO | None = None  # what `final` is made from; None before there is anything in that
        self._followed, self._whole = 0, True  # rows in `final`; whether no write into it ever failed

    def __len__(self) -> int:
        return self._count

    @property
    def size(self) -> int:
        """Bytes in both files."""
        return self._file.size + self._final.size

    def put(self, row: int, frame: PitchFrame) -> None:
        """The frame of a row: the next one, one further on, or a settled one of an earlier one; those in order."""
        if row >= self._count:
            self._fill(row)
            self._add(frame.f0, frame.confidence)
            self.instant = self.instant or not frame.settled
        elif frame.settled:
            self._better.append((row, _line(row, frame.f0, frame.confidence)))
        if frame.settled:
            self.settled = max(self.settled, row + 1)

    def flush(self) -> None:
        """Write what waits. OSError if that fails, or if the file was deleted."""
        self._write_waiting()
        self._file.check()
        if self._better:
            self._follow()

    def secure(self) -> None:
        """Have it on the disk itself."""
        os.fsync(self._file.fileno())
        os.fsync(self._final.fileno())

    def close(self, rows: int) -> None:
        """Make it `rows` long, if it is shorter, with settled rows in place of the instant ones."""
        try:
            self._fill(rows)
            self.flush()
            if self._first is not None and self._whole:
                while piece := self._first.read(PIECE):
                    self._final.append(piece)
            self.secure()
            if self._first is not None and self._whole:
                os.replace(self._final.path, self._path)
        finally:
            self._final.path.unlink(missing_ok=True)
            for file in (self._file, self._final, self._first):
                if file is not None:
                    file.close()

    def _write_waiting(self) -> None:
        self._file.append("".join(self._waiting).encode())
        self._waiting.clear()

    def _add(self, f0: float, confidence: float) -> None:
        self._waiting.append(_line(self._count, f0, confidence))
        self._count += 1
        if len(self._waiting) > MANY:
            self._write_waiting()

    def _fill(self, rows: int) -> None:
        while self._count < rows:
            self._add(math.nan, 0.0)

    def _follow(self) -> None:
        self._whole, lines = False, self._following()
        while piece := b"".join(islice(lines, MANY)):
            self._final.append(piece)
        self._whole = True
        self._better.clear()

    def _following(self) -> Iterator[bytes]:
        """What comes next in `final`: the better rows that wait, and all between them."""
        if self._first is None:
            self._first = open(self._path, "rb")  # noqa: SIM115 # closed with the others
            yield self._first.readline()
        for row, line in self._better:
            while self._followed < row:
                yield self._first.readline()
                self._followed += 1
            if self._followed == row:
                self._first.readline()
                yield line.encode()
                self._followed += 1


def unvoiced_row(row: int) -> str:
    """The line of a row that no frame was found for."""
    return _line(row, math.nan, 0.0)


def _line(row: int, f0: float, confidence: float) -> str:
    return csv_row(row / FRAMES, f0, confidence, not math.isnan(f0))
