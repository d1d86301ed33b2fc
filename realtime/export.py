"""Pitch tracks out, in formats that other programs read; a half-written file never replaces a good one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from .frame import PitchTrack


def write_csv(track: PitchTrack, file: TextIO) -> None:
    """Write `time,f0,confidence,voiced`: one row per 10 ms, the first at 0.

    Seconds with 4 decimals, Hz with 3 (empty where unvoiced), confidence 0..1 with 4, voiced as 1 or 0.
    """
    file.write("time,f0,confidence,voiced\n")
    columns = (track.time, track.f0, track.confidence, track.voiced)
    for time, f0, confidence, voiced in zip(*(column.tolist() for column in columns), strict=True):
        hz = f"{f0:.3f}" if voiced else ""
        file.write(f"{time:.4f},{hz},{confidence:.4f},{voiced:d}\n")


WRITERS: dict[str, Callable[[PitchTrack, TextIO], None]] = {"csv": write_csv}
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
    target = Path(os.path.realpath(path))  # through a link, so that the link stays one
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(partial, "x", encoding="utf-8", newline="\n") as file:
            if target.exists():
                shutil.copymode(target, partial)
            yield file
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
