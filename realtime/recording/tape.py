"""One recording beside a session: its worker hands over what it hears and finds, a thread of its own writes it.

That thread looks a few times a second what there is. The worker never wakes it, and never waits for it: it appends to a
deque, in microseconds. Only where the source waits for its reader (a file played as fast as it can be tracked) does the
worker wait for the disk, too, instead of leaving sound out.
"""

from __future__ import annotations

import errno
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..frame import PitchFrame
from ..ring import Floats
from .disk_room import disk_room, seconds_left, too_little
from .growing import flac_length
from .take_writer import TakeWriter
from .takes import Recording, next_part, take_files
from .unfinished import finish_takes

log = logging.getLogger(__name__)

EVERY = 0.25  # s between two looks
SOON = 0.02  # s between them once a recording shall end
LINGER = 2.0  # s that it then waits for frames of its last sound, and for settled ones
MOST = 30.0  # s of sound that may wait for a slow disk
SECURED = 5.0  # s after which what was written is on the disk itself
ADVICE = "free some space, or record into another folder"


class Sound(NamedTuple):
    """Samples on their way to the disk."""

    position: int
    """Of the first, in the session."""
    rate: int
    """Hz."""
    samples: Floats


class Tape:
    """One recording. `hear` and `see` are the worker's; who may call the others is said there.

    It ends by itself, its files complete, before the disk is full. A FLAC has one rate: where the sound goes on at
    another one, the take is completed, and the recording goes on in its next part (`next_part`).

    Why no lock is needed: a deque's ends are each moved in one step, and each counter and flag is written by one side.
    """

    def __init__(self, take: Path, live: bool = True) -> None:
        """Begin: the files are made by the thread, and at once. live: `hear` must not wait for the disk."""
        self._live = live
        self.recording = Recording(take)
        """What is known of it; only the thread replaces it."""
        self._waiting: deque[Sound | Sequence[PitchFrame]] = deque()
        self._given = self._taken = self._lost = 0.0  # s of sound: by the worker, by the thread, by neither
        self._ended = self._closed = False
        self._why = ""  # what there is to say of its end, where something but the user ended it
        self._another_rate = 0  # Hz, at which the sound that waits goes on
        self._lost_before = 0.0  # s that were lost to earlier parts
        self._woken, self._emptied = threading.Event(), threading.Event()
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
        if not self._live:
            self._await_written()

    def see(self, frames: Sequence[PitchFrame]) -> None:
        """Take frames; those of the sound before `end` come after it."""
        if self.recording.running and self._given - self._taken <= MOST:
            self._waiting.append(frames)

    def _await_written(self) -> None:
        while self._taken < self._given and self.recording.running:
            self._emptied.clear()
            self._woken.set()
            self._emptied.wait(EVERY)  # not for ever: it may have been set just before it was cleared

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
        while self._record_part():
            pass
        self._waiting.clear()

    def _record_part(self) -> bool:
        """Record until it ends; whether it goes on in another part."""
        try:
            error = self._record(self._begun())
        except Exception as failure:
            error = self._sentence(failure)
        part, rate = None, self._another_rate
        if rate and error is None:
            part, self._another_rate = next_part(self.recording.path), 0
            error = f"{self.recording.path}: the input came back with {rate} Hz; the recording goes on as {part.name}"
        told = replace(self.recording, running=False, error=error, left=math.inf)
        log.info("%s: ended, %.1f s recorded, %.1f s lost; %s", told.path, told.seconds, told.lost, error or "all well")
        # In one step: who asks in between would see that it does not run.
        self.recording = told if part is None else Recording(part, before=told)
        self._lost_before += told.lost
        return part is not None

    def _record(self, writer: TakeWriter) -> str | None:
        """Write what comes until it ends; a sentence if there is something to say of that."""
        try:
            try:
                self._write(writer)
                writer.close()
            except BaseException:
                with suppress(Exception):  # what can be saved is
                    writer.close()
                raise
        except Exception as failure:
            self._why = self._sentence(failure)
        if _silent(self.recording.path):
            _withdraw(self.recording.path)
            return self._why or f"{self.recording.path}: not recorded, no sound came in"
        return self._why or None

    def _begun(self) -> TakeWriter:
        """The files; those that a process left unfinished in the same folder are completed."""
        take = self.recording.path
        if (room := disk_room(take.parent)) <= 0:
            raise OSError(errno.ENOSPC, too_little(room))
        writer = TakeWriter(take)
        log.info("recording: %s", take)
        with suppress(Exception):  # nothing that is wrong with another take keeps this one from going on
            finish_takes(take.parent)
        return writer

    def _write(self, writer: TakeWriter) -> None:
        until, secured = None, time.monotonic()
        while True:
            # Asked before: whatever was handed over until then is written.
            ended, closed = self._ended, self._closed
            self._write_waiting(writer, ended)
            if ended and until is None:
                until = time.monotonic() + LINGER
            if time.monotonic() - secured > SECURED:
                writer.secure()
                secured = time.monotonic()
            if self._another_rate or closed or (until is not None and (writer.complete or time.monotonic() > until)):
                return
            self._woken.wait(EVERY if until is None else SOON)
            self._woken.clear()

    def _write_waiting(self, writer: TakeWriter, ended: bool) -> None:
        for _ in range(len(self._waiting)):
            news = self._waiting[0]
            if isinstance(news, Sound) and writer.rate not in (0, news.rate):
                self._another_rate = news.rate
                break
            self._waiting.popleft()
            if isinstance(news, Sound):
                writer.hear(*news)
                self._taken += len(news.samples) / news.rate
            else:
                writer.see(news, ended)
        writer.flush()
        self._emptied.set()
        done, left = writer.seconds, self._look_at_disk(writer)
        lost = self._lost - self._lost_before
        self.recording = replace(self.recording, seconds=done, lost=lost, start=writer.start, left=left)

    def _look_at_disk(self, writer: TakeWriter) -> float:
        """End in order if it is nearly full; seconds left until then."""
        room = disk_room(self.recording.path.parent)
        if room <= 0 and not self._ended:
            done = f"{self.recording.path}: recording ended after {writer.seconds:.1f} s"
            self._why = f"{done} ({too_little(room)}); {ADVICE}"
            self.end()
        return seconds_left(room, writer.size, writer.seconds, writer.rate) if writer.rate else math.inf

    def _sentence(self, failure: Exception) -> str:
        if not isinstance(failure, OSError):
            log.error("%s: unexpected", self.recording.path, exc_info=failure)
        if isinstance(failure, FileExistsError):
            return f"{failure.filename}: is there already and was not touched; record under another name"
        reason = getattr(failure, "strerror", None) or str(failure) or type(failure).__name__
        done = self.recording.seconds
        what = f"recording ended after {done:.1f} s" if done else "cannot be recorded"
        return f"{self.recording.path}: {what} ({reason}); {ADVICE}"


def _silent(take: Path) -> bool:
    try:
        return not flac_length(take_files(take)[0])[0]
    except OSError:
        return False


def _withdraw(take: Path) -> None:
    """Take the files back of a recording with no sound in them."""
    for path in take_files(take):
        path.unlink(missing_ok=True)
