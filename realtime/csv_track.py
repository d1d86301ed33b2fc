"""The CSV of a pitch track, which `track` and recordings write: its rows out, and in again."""

from __future__ import annotations

import codecs
import math
import os
from array import array
from collections.abc import Iterator
from typing import BinaryIO, NoReturn

import numpy as np

from ..model.errors import LivepitchError
from ..model.plain_file import open_plain
from .frame import PitchTrack

HEADER = "time,f0,confidence,voiced\n"
HOURS = 48  # at most: nobody sings longer, and memory for more would be taken by forged files only
ROWS = HOURS * 3600 * 100
PART = 10_000  # rows that are Python's objects at a time
LONGEST = 400  # bytes of a line; those of livepitch have 40


def csv_row(time: float, f0: float, confidence: float, voiced: bool) -> str:
    """One row: seconds with 4 decimals, Hz with 3 (empty where unvoiced), confidence with 4, voiced as 1 or 0."""
    hz = f"{f0:.3f}" if voiced else ""
    return f"{time:.4f},{hz},{confidence:.4f},{voiced:d}\n"


def csv_lines(track: PitchTrack) -> Iterator[str]:
    """The header, and a `csv_row` for each frame; memory is taken for a part of them at a time."""
    yield HEADER
    for start in range(0, len(track), PART):
        part = slice(start, start + PART)
        columns = (track.time, track.f0, track.confidence, track.voiced)
        for row in zip(*(column[part].tolist() for column in columns), strict=True):
            yield csv_row(*row)


class TrackFileError(LivepitchError):
    """A CSV that holds no pitch track; the text names file and line."""


def read_take_track(path: str | os.PathLike[str]) -> PitchTrack:
    """The track of a CSV with the header `time,f0,confidence,voiced`; `candidate` is `f0`, NaN where unvoiced.

    A last row without its line's end, and without all its values, was being written when its writer died: left out.
    Memory is taken for the values only, 25 bytes a row at most, however long the file.

    Raises:
        TrackFileError: it cannot be read, a row is none, or there are more of them than two days have.

    """
    try:
        with open_plain(os.fspath(path)) as file:
            return _track(path, file)
    except OSError as error:
        raise TrackFileError(f"{path}: cannot be read ({error.strerror or error})") from None


def _track(path: str | os.PathLike[str], file: BinaryIO) -> PitchTrack:
    header = file.readline(LONGEST)
    if header.rstrip() != HEADER.rstrip().encode():
        _decoded(path, header)
        raise TrackFileError(f"{path}: does not begin with `{HEADER.rstrip()}`; a CSV of livepitch is wanted")
    # Numbers as they are, not as Python's objects: those of eight hours would take 1 GB.
    times, f0s, confidences, voiced = array("d"), array("f"), array("f"), array("B")
    while line := file.readline(LONGEST):
        row = _row(line)
        if row is None:
            if not line.endswith(b"\n") and not file.read(1):
                break
            _refuse(path, len(times) + 2, line)
        if len(times) == ROWS:
            raise TrackFileError(f"{path}: holds more than {HOURS} hours; cut it into parts")
        times.append(row[0])
        f0s.append(row[1])
        confidences.append(row[2])
        voiced.append(row[3])
    f0 = np.frombuffer(f0s, np.float32)
    confidence = np.frombuffer(confidences, np.float32)
    return PitchTrack(np.frombuffer(times), f0, np.frombuffer(voiced, np.bool_), confidence, f0.copy())


def _row(line: bytes) -> tuple[float, float, float, int] | None:
    """The values of a row, f0 NaN where unvoiced; None if it is none."""
    parts = line.rstrip(b"\r\n").split(b",")
    try:
        time, confidence = float(parts[0]), float(parts[2])
        voiced = {b"0": 0, b"1": 1}[parts[3]]
        f0 = float(parts[1]) if voiced else math.nan
    except (ValueError, KeyError, IndexError):
        return None
    sound = len(parts) == 4 and math.isfinite(time) and 0 <= confidence <= 1 and (f0 > 0 or not voiced)
    return (time, f0, confidence, voiced) if sound and f0 != math.inf else None


def _refuse(path: str | os.PathLike[str], number: int, line: bytes) -> NoReturn:
    shown = _decoded(path, line).strip()[:40]
    raise TrackFileError(f"{path}: line {number} is no row of a pitch track: {shown!r}")


def _decoded(path: str | os.PathLike[str], line: bytes) -> str:
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(line)  # which may be cut within a letter
    except UnicodeDecodeError:
        raise TrackFileError(f"{path}: is no text; a CSV of livepitch is wanted") from None
