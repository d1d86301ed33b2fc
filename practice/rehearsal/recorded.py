"""The recording of a take: begun, ended, and what is known of it once its files are complete."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ...model.errors import LivepitchError
from ...realtime.recording.takes import Recording, take_files
from ..exercise.step import Step
from ..sound.changes import Change
from .arrangement import Arrangement
from .time_map import TimeMap
from .timing import Timing

COMPLETION = 8.0  # s that the files may take to be complete: the recorder itself waits less
LOOK = 0.02  # s between two looks
CUT_SHORT = 0.05  # s of a last note that may be missing


class RecordedError(LivepitchError):
    """A take of which nothing was recorded; the text says why."""


class Named(Protocol):
    """A source."""

    @property
    def name(self) -> str:
        """For people."""
        ...


class Stream(Protocol):
    """What is needed of a session that runs: a `Session`, a `RemoteSession`."""

    def record(self, take: Path) -> None:
        """Begin to record."""

    def end_recording(self) -> None:
        """End it; its files are complete a little later."""

    @property
    def recording(self) -> Recording | None:
        """The recording under way, or the last one."""
        ...

    @property
    def running(self) -> bool:
        """Whether more frames may come."""
        ...

    @property
    def source(self) -> Named:
        """What is recorded."""
        ...


@dataclass(frozen=True)
class Taken:
    """A take whose files are complete, and all that is to be known to judge it."""

    take: Path
    """Its files are those of `take_files`."""
    name: str
    """What was practised: an exercise's id, a song's name."""
    step: Step
    """As it was to be sung; only what was over when the take ended."""
    arrangement: Arrangement
    when: datetime
    """It began."""
    times: TimeMap
    """Its seconds against those of the target that was heard, the measured offset taken out."""
    offset: float
    """The measured offset that was taken out, seconds."""
    changes: tuple[Change, ...] = ()
    """What was heard otherwise than the arrangement says, from when on."""


class Recorded:
    """The recording of one take of a stream."""

    def __init__(self, stream: Stream, take: Path, offset: float = 0.0) -> None:
        """Begin to record."""
        self._stream, self._take, self._offset, self._when = stream, take, offset, datetime.now()
        stream.record(take)

    @property
    def trouble(self) -> str | None:
        """Why nothing more will be recorded, if so."""
        now = self._now()
        if now is not None and now.error is not None:
            return now.error
        return None if self._stream.running else "the microphone's stream has ended"

    def end(self) -> None:
        """End it; returns at once."""
        self._stream.end_recording()

    def taken(self, name: str, step: Step, arrangement: Arrangement, timing: Timing, ended: float) -> Taken | None:
        """Wait for complete files; None if no note was over at second `ended` of the target. RecordedError."""
        recording = self._completed()
        target = step.target
        if ended < target.duration:
            over = [note for note in target.notes if note.end <= ended + CUT_SHORT]
            if not any(note.scored for note in over):
                return None
            target = target.between(0.0, over[-1].end - CUT_SHORT)
        try:
            times = timing.map().shifted(recording.start)
        except ValueError as reason:
            raise RecordedError(f"{self._take}: not judged, {reason}") from None
        return Taken(
            self._take,
            name,
            replace(step, target=target),
            arrangement,
            self._when,
            times,
            self._offset,
        )

    def _completed(self) -> Recording:
        limit = time.monotonic() + COMPLETION
        while (now := self._now()) is None or now.running:
            if time.monotonic() > limit:
                raise RecordedError(f"{self._take}: the recording does not end; check the disk")
            time.sleep(LOOK)
        if not take_files(self._take)[0].exists():
            raise RecordedError(now.error or f"{self._take}: was not recorded")
        return now

    def _now(self) -> Recording | None:
        """The recording, unless another has taken its place."""
        recording = self._stream.recording
        parts = recording.parts if recording is not None else ()  # it may have broken off, and gone on as another take
        return next((part for part in parts if part.path == self._take), None)
