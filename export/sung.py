"""What there is to write: the pitch of one recording, or of a part of it, and the notes that were sung."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..practice.segmentation import SungNote, sung_notes
from ..realtime.frame import PitchTrack

FRAMES_PER_SECOND = 100
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
