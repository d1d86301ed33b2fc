"""The recordings of a session, one after the other: which one its worker hands over to."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from ..frame import PitchFrame
from ..ring import Floats
from .takes import Recording
from .tape import Tape

CLOSING = 5.0  # s that the end of a session waits for its recording


class Recorder:
    """The recordings of one session, one at a time."""

    def __init__(self, live: bool = True) -> None:
        """live: the source does not wait, so neither may the worker."""
        self._live = live
        self._tape: Tape | None = None
        self._tapes: list[Tape] = []
        self._refused: Recording | None = None
        self._over = False
        self._changing = threading.Lock()  # never held by the worker while it tracks

    @property
    def recording(self) -> Recording | None:
        """The last one that was begun; None before any."""
        tape = self._tape
        return self._refused or (tape.recording if tape is not None else None)

    def record(self, take: Path) -> None:
        """Any thread: begin a recording now, and complete one that is under way."""
        with self._changing:
            if self._over:
                self._refused = Recording(take, error=f"{take}: not recorded, the stream has ended", running=False)
                return
            if self._tape is not None:
                self._tape.close()
            self._tape = Tape(take, self._live)
            self._tapes = [*(tape for tape in self._tapes if tape.recording.running), self._tape]

    def end(self) -> None:
        """Any thread: end the recording that is under way, if any."""
        with self._changing:
            if self._tape is not None:
                self._tape.end()

    def hear(self, position: int, rate: int, samples: Floats) -> None:
        """Worker: samples at their position in the session."""
        tape = self._tape
        if tape is not None:
            tape.hear(position, rate, samples)

    def see(self, frames: Sequence[PitchFrame]) -> None:
        """Worker: frames, as they were given out."""
        tape = self._tape
        if tape is not None:
            tape.see(frames)

    def close(self) -> None:
        """Any thread: there will be no more; returns when the files are complete."""
        with self._changing:
            self._over = True
            tapes = self._tapes
        for tape in tapes:
            tape.close()
        for tape in tapes:
            tape.join(CLOSING)
