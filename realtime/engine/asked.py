"""What a remote session was asked to record, and what its engines tell of it: one that dies leaves it to the next."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from ..recording.takes import Recording, next_part, take_files


class Asked:
    """The recording of a session whose engine may be another one tomorrow. Any thread may use it."""

    def __init__(self) -> None:
        self._latest: Recording | None = None
        self._wanted = self._broken = False  # whether it shall run; whether it waits for an engine to go on
        self._changing = threading.Lock()

    def record(self, take: Path) -> None:
        """Somebody asked for a recording, instead of one that there may be."""
        with self._changing:
            self._latest, self._wanted, self._broken = Recording(take), True, False

    def rest(self) -> None:
        """Somebody asked for its end."""
        with self._changing:
            self._wanted = False
            if self._broken and self._latest is not None:  # it never went on
                self._latest, self._broken = self._latest.before, False

    def tell(self, recording: Recording | None) -> None:
        """An engine tells how it goes."""
        with self._changing:
            latest = self._latest
            told = recording.parts if recording is not None else ()
            if latest is None or latest.path not in (part.path for part in told):
                return  # of one before
            # What engines before this one recorded of it.
            whole = next(part.before for part in latest.parts if part.path == told[0].path)
            for part in told:
                whole = replace(part, before=whole)
            self._latest, self._broken = whole, False

    def break_off(self) -> None:
        """The engine is gone, another will come: a recording that was under way shall go on under a new name."""
        with self._changing:
            latest = self._latest
            # One that ended well though nobody asked for it was completed by an engine that knew what came.
            if latest is None or not (latest.running or (self._wanted and latest.error is None)):
                return
            if not self._wanted:
                self._latest = replace(latest, running=False, error=_why(latest))
            elif any(file.exists() for file in take_files(latest.path)):
                part = next_part(latest.path)
                error = f"{_why(latest)}; the recording goes on as {part.name}"
                self._latest = Recording(part, before=replace(latest, running=False, error=error))
                self._broken = True
            else:
                self._latest, self._broken = Recording(latest.path, before=latest.before), True

    @property
    def going_on(self) -> Path | None:
        """The take that the next engine shall begin with, if any."""
        with self._changing:
            return self._latest.path if self._broken and self._latest is not None else None

    def latest(self, over: bool) -> Recording | None:
        """The recording under way, or the last one; `over`: there is no engine any more, nor will there be."""
        latest = self._latest
        if latest is None or not latest.running or not over:
            return latest
        if self._broken and latest.before is not None:
            return latest.before
        return replace(latest, running=False, error=_why(latest))


def _why(recording: Recording) -> str:
    return f"{recording.path}: {'ended with the engine' if recording.seconds else 'not recorded, the stream has ended'}"
