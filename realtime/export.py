"""Pitch tracks out, in formats that other programs read; a half-written file never replaces a good one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from ..model.replacement import replacement
from .frame import PitchTrack

HEADER = "time,f0,confidence,voiced\n"


def csv_row(time: float, f0: float, confidence: float, voiced: bool) -> str:
    """One row: seconds with 4 decimals, Hz with 3 (empty where unvoiced), confidence with 4, voiced as 1 or 0."""
    hz = f"{f0:.3f}" if voiced else ""
    return f"{time:.4f},{hz},{confidence:.4f},{voiced:d}\n"


def write_csv(track: PitchTrack, file: TextIO) -> None:
    """Write `time,f0,confidence,voiced`: one row per 10 ms, the first at 0.

    Each row is a `csv_row`.
    """
    file.write(HEADER)
    columns = (track.time, track.f0, track.confidence, track.voiced)
    for time, f0, confidence, voiced in zip(*(column.tolist() for column in columns), strict=True):
        file.write(csv_row(time, f0, confidence, voiced))


def write_json(track: PitchTrack, file: TextIO) -> None:
    """Write one object: `format`, `version`, `hop` and `units`, and a list for each column of the CSV.

    f0 is null where unvoiced; figures are rounded as in the CSV.
    """
    columns = {
        "time": [round(time, 4) for time in track.time.tolist()],
        "f0": [round(f0, 3) if voiced else None for f0, voiced in zip(track.f0.tolist(), track.voiced, strict=True)],
        "confidence": [round(confidence, 4) for confidence in track.confidence.tolist()],
        "voiced": track.voiced.tolist(),
    }
    about = {"format": "livepitch pitch track", "version": 1, "hop": 0.01, "units": {"time": "s", "f0": "Hz"}}
    json.dump({**about, **columns}, file, allow_nan=False)
    file.write("\n")


WRITERS: dict[str, Callable[[PitchTrack, TextIO], None]] = {"csv": write_csv, "json": write_json}
"""Writer by format; the format is also the ending of the file's name."""


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """A text file that takes the place of `path` when the block ends well and leaves no trace when it fails.

    Devices and pipes (`/dev/null`, `/dev/stdout`) are written as they are.

    Raises:
        OSError: the folder is missing or may not be written.

    """
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            yield file
        return
    with replacement(path) as partial, open(partial, "x", encoding="utf-8", newline="\n") as file:
        yield file
