"""Recording beside a session: its worker hands over what it hears and finds, a thread of its own writes it.

That thread looks a few times a second what there is. The worker never wakes it, and never waits for it: it appends to a
deque, in microseconds.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from .frame import PitchFrame
from .ring import Floats
from .take_writer import RateError, TakeWriter
from .takes import Recording, take_files

EVERY = 0.25  # s between two looks
SOON = 0.02  # s between them once a recording shall end
LINGER = 2.0  # s that it then waits for frames of its last sound, and for settled ones
MOST = 30.0  # s of sound that may wait for a slow disk
CLOSING = 5.0  # s that the end of a session waits for its recording


class Sound(NamedTuple):
    """Samples on their way to the disk."""

    position: int
    """Of the first, in the session."""
    rate: int
    """Hz."""
    samples: Floats


class Tape:
    """One recording. `hear` and `see` are the worker's; who may call the others is said there.

    Why no lock is needed: a deque's ends are each moved in one step, and each counter and flag is written by one side.
    """

    def __init__(self, take: Path) -> None:
        """Begin: the files are made by the thread, and at once."""
        self.recording = Recording(take)
        """What is known of it; only the thread replaces it."""
        self._waiting: deque[Sound | Sequence[PitchFrame]] = deque()
        self._given = self._taken = self._lost = 0.0  # s of sound: by the worker, by the thread, by neither
        self._ended = self._closed = False
        self._woken = threading.Event()
        # Not from the worker, whose priority it would inherit.
        self._thread = threading.Thread(target=self._run, name="livepitch-recorder", daemon=True)
        self._thread.start()

    def hear(self, position: int, rate: int, samples: Floats) -> None:
        """Take float32 `(n,)` after gain, which nobody changes any more; nothing once it has ended."""
        if self._ended or not self.recording.running:
            return
        seconds = len(samples) / rate
        if self._given - self._taken > MOST:
            self._lost += seconds
            return
        self._given += seconds
        self._waiting.append(Sound(position, rate, samples))

    def see(self, frames: Sequence[PitchFrame]) -> None:
        """Take frames; those of the sound before `end` come after it."""
        if self.recording.running and self._given - self._taken <= MOST:
            self._waiting.append(frames)

    def end(self) -> None:
        """Any thread: no more sound; it waits a little for the frames of what there is."""
        self._ended = True
        self._woken.set()

    def close(self) -> None:
        """Any thread: no more of anything."""
        self._ended = self._closed = True
        self._woken.set()

    def join(self, seconds: float) -> None:
        """Any thread: wait, so long at most, until its files are complete."""
        self._thread.join(seconds)

    def _run(self) -> None:
        error = None
        try:
            writer = TakeWriter(self.recording.path)
            try:
                self._write(writer)
                writer.close()
            except BaseException:
                with suppress(Exception):  # what can be saved is
                    writer.close()
                raise
            if not writer.seconds:
                error = _withdraw(self.recording.path)
        except Exception as failure:
            error = self._sentence(failure)
        self.recording = replace(self.recording, running=False, error=error)
        self._waiting.clear()

    def _write(self, writer: TakeWriter) -> None:
        until = None
        while True:
            # Asked before: whatever was handed over until then is written.
            ended, closed = self._ended, self._closed
            self._write_waiting(writer, ended)
            if ended and until is None:
                until = time.monotonic() + LINGER
            if closed or (until is not None and (writer.complete or time.monotonic() > until)):
                return
            self._woken.wait(EVERY if until is None else SOON)
            self._woken.clear()

    def _write_waiting(self, writer: TakeWriter, ended: bool) -> None:
        for _ in range(len(self._waiting)):
            news = self._waiting.popleft()
            if isinstance(news, Sound):
                self._taken += len(news.samples) / news.rate
                writer.hear(*news)
            else:
                writer.see(news, ended)
        writer.flush()
        self.recording = replace(self.recording, seconds=writer.seconds, lost=self._lost, start=writer.start)

    def _sentence(self, failure: Exception) -> str:
        if isinstance(failure, FileExistsError):
            return f"{failure.filename}: is there already and was not touched; record under another name"
        if isinstance(failure, RateError):
            return f"recording ended after {self.recording.seconds:.1f} s: {failure}; start another"
        reason = getattr(failure, "strerror", None) or str(failure) or type(failure).__name__
        done = self.recording.seconds
        what = f"recording ended after {done:.1f} s" if done else "cannot be recorded"
        return f"{self.recording.path}: {what} ({reason}); free some space, or record into another folder"


def _withdraw(take: Path) -> str:
    """Take the files back of a recording in which nothing was heard."""
    for path in take_files(take):
        path.unlink(missing_ok=True)
    return f"{take}: not recorded, no sound came in"


class Recorder:
    """The recordings of one session, one at a time."""

    def __init__(self) -> None:
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
            self._tape = Tape(take)
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
