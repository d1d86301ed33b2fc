"""Pitch tracks in, from the CSV that `export.write_csv` and recordings write."""

from __future__ import annotations

import math
import os

import numpy as np

from ..model.errors import LivepitchError
from ..model.plain_file import plain_text
from .export import HEADER
from .frame import PitchTrack

LARGEST = 250_000_000  # bytes: more than a day


class TrackFileError(LivepitchError):
    """A CSV that holds no pitch track; the text names file and line."""


def read_take_track(path: str | os.PathLike[str]) -> PitchTrack:
    """The track of a CSV with the header `time,f0,confidence,voiced`; `candidate` is `f0`, NaN where unvoiced.

    A last row without its line's end, and without all its values, was being written when its writer died: left out.

    Raises:
        TrackFileError: it cannot be read, or a row is none.

    """
    try:
        lines = plain_text(os.fspath(path), LARGEST).splitlines(keepends=True)
    except OSError as error:
        raise TrackFileError(f"{path}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise TrackFileError(f"{path}: is no text; a CSV of livepitch is wanted") from None
    if not lines or lines[0].rstrip() != HEADER.rstrip():
        raise TrackFileError(f"{path}: does not begin with `{HEADER.rstrip()}`; a CSV of livepitch is wanted")
    rows = []
    for number, line in enumerate(lines[1:], 2):
        row = _row(line)
        if row is not None:
            rows.append(row)
        elif number < len(lines) or line.endswith("\n"):
            raise TrackFileError(f"{path}: line {number} is no row of a pitch track: {line.strip()[:40]!r}")
    return _track(np.array(rows, np.float64).reshape(-1, 4))


def _row(line: str) -> tuple[float, float, float, float] | None:
    """The values of a row, f0 NaN where unvoiced; None if it is none."""
    parts = line.rstrip("\r\n").split(",")
    try:
        time, confidence = float(parts[0]), float(parts[2])
        voiced = {"0": False, "1": True}[parts[3]]
        f0 = float(parts[1]) if voiced else math.nan
    except (ValueError, KeyError, IndexError):
        return None
    sound = len(parts) == 4 and math.isfinite(time) and 0 <= confidence <= 1 and (f0 > 0 or not voiced)
    return (time, f0, confidence, voiced) if sound and f0 != math.inf else None


def _track(rows: np.ndarray) -> PitchTrack:
    f0 = rows[:, 1].astype(np.float32)
    return PitchTrack(rows[:, 0], f0, rows[:, 3] > 0, rows[:, 2].astype(np.float32), f0.copy())
