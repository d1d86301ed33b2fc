"""What there is to write: the pitch of one recording, or of a part of it, and the notes that were sung."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..practice.segmentation import SungNote, sung_notes
from ..realtime.frame import PitchTrack

FRAMES_PER_SECOND = 100
T = TypeVar("T", np.float32, np.bool_)
PART = 10_000  # values that are Python's objects at a time


def parts(count: int) -> Iterator[slice]:
    """So many values in parts, one after another, so that ten hours of them never are Python's objects together."""
    return (slice(start, start + PART) for start in range(0, count, PART))


@dataclass(frozen=True)
class Sung:
    """The pitch of a recording, and what else its files tell."""

    track: PitchTrack
    """Every 10 ms, the first frame at 0 s."""
    title: str = "livepitch"
    """The recording's name, without folder and ending."""
    sound: Path | None = None
    """The recording; None for what was heard live."""
    model: str = ""
    """Name of the model that tracked it; empty where that is not known."""

    @cached_property
    def notes(self) -> tuple[SungNote, ...]:
        """The notes that the voice sang, in order; `midi` by A4 = 440 Hz."""
        return sung_notes(self.track.time, self.track.f0, self.track.level)

    @property
    def duration(self) -> float:
        """Seconds, to the end of the last frame's hop; 0 for no frames."""
        return len(self.track) / FRAMES_PER_SECOND


def every_frame(track: PitchTrack) -> PitchTrack:
    """The same with a frame for every 10 ms from 0 on: what was skipped is unvoiced, and has no level.

    ValueError where the columns do not match, or the times do not ascend.
    """
    rows = np.rint(track.time * FRAMES_PER_SECOND).astype(np.int64)
    columns = (track.f0, track.voiced, track.confidence, track.candidate, track.level)
    if {len(column) for column in columns if column is not None} != {len(rows)}:
        raise ValueError("the columns of the track must be of one length")
    if (np.diff(rows, prepend=-1) <= 0).any():
        raise ValueError("the times of the track must ascend from 0 on, in steps of 10 ms")
    if not len(rows) or rows[-1] == len(rows) - 1:
        return track
    return PitchTrack(
        np.arange(rows[-1] + 1) / FRAMES_PER_SECOND,
        _spread(track.f0, rows, np.nan),
        _spread(track.voiced, rows, False),
        _spread(track.confidence, rows, 0.0),
        _spread(track.candidate, rows, np.nan),
        None if track.level is None else _spread(track.level, rows, -np.inf),
    )


def _spread(column: NDArray[T], rows: NDArray[np.int64], empty: float) -> NDArray[T]:
    spread = np.full(rows[-1] + 1, empty, column.dtype)
    spread[rows] = column
    return spread
