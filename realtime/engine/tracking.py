"""The pitch of a whole recording, in a process of its own: the window goes on drawing, a session keeps its pace."""

from __future__ import annotations

import pickle
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ..frame import PitchTrack, Settings
from .launch import Engine, NoEngineError, ProcessEngine, ThreadEngine, discard, greet, packed
from .wire import EngineError, FileRequest, Kind

if TYPE_CHECKING:
    from ...model.registry import Model

GRACE = 2.0  # s that an engine whose work is done may take to end


class FileTracking:
    """Tracks one recording, once. Every method may be called from any thread, and returns within milliseconds.

    The process gives way to others on a busy machine. Where none can be started, a thread of this one does the work,
    and `cancel` leaves it to end at its next report.

    Threads: "livepitch-tracking", which starts the process, takes what it sends and sees it end.
    """

    def __init__(
        self, path: str | Path, model: Model | str | Path = "rmvpe-small", settings: Settings | None = None
    ) -> None:
        """Prepare; nothing is read or started yet. The arguments are those of `read_audio` and `estimate`."""
        self.path = Path(path)
        self.progress = 0.0
        """Finished share, 0..1; told once the file is read, then about once a minute of sound."""
        self.track: PitchTrack | None = None
        """The result, once it is there."""
        self.error: Exception | None = None
        """Why there is none: AudioFileError, CheckpointError and EngineError say so in one line."""
        self._task = FileRequest(self.path, model, settings or Settings())
        self._engine: Engine | None = None
        self._cancelled = False
        self._changing = threading.Lock()  # of the two before
        self._thread = threading.Thread(target=self._work, name="livepitch-tracking", daemon=True)

    def start(self) -> None:
        """Begin. RuntimeError the second time."""
        with self._changing:
            if self._thread.ident is not None or self._cancelled:
                raise RuntimeError(f"{self.path}: is tracked once; make a new tracking to do it again")
            self._thread.start()

    def cancel(self) -> None:
        """End it; when this returns there is no process, and neither track nor error will come."""
        with self._changing:
            self._cancelled = True
            engine = self._engine
        if engine is not None:
            engine.kill()
            engine.wire.shut()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def done(self) -> bool:
        """Whether it has ended: with a track, an error, or neither as it was cancelled."""
        return self._cancelled or (self._thread.ident is not None and not self._thread.is_alive())

    @property
    def pid(self) -> int | None:
        """Of the process; None before it is started, and where there is none."""
        return self._engine.pid if self._engine is not None else None

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end, so long at most; whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return self.done

    def _work(self) -> None:
        try:
            engine = self._launched()
            if engine is not None:
                self._receive(engine)
        except Exception as error:
            self._fail(error)

    def _launched(self) -> Engine | None:
        """What tracks; None if nobody wants it any more."""
        try:
            task = packed(self._task)
            return self._taken_up(ProcessEngine(background=True), task)
        except NoEngineError:
            return None if self._cancelled else self._taken_up(ThreadEngine(self._task), b"")

    def _taken_up(self, engine: Engine, task: bytes) -> Engine | None:
        with self._changing:  # either this sees that it is cancelled, or `cancel` sees the engine
            cancelled = self._cancelled
            self._engine = engine
        if not cancelled:
            try:
                greet(engine, task)
                return engine
            except NoEngineError:
                discard(engine)
                raise
        discard(engine)
        return None

    def _receive(self, engine: Engine) -> None:
        said = False
        try:
            while not said and (message := engine.wire.receive()) is not None:
                said = self._take(*message)
        finally:
            engine.wire.close()
            how = engine.end(0 if self._cancelled else GRACE)
        if not said:
            self._fail(EngineError(f"{self.path}: tracking ended unexpectedly ({how}); open it again"))

    def _take(self, kind: Kind, data: bytes) -> bool:
        """Take a message; whether it was the last."""
        if kind is Kind.PROGRESS:
            self.progress = pickle.loads(data)
        elif kind is Kind.TRACK and not self._cancelled:
            self.track = pickle.loads(data)
        elif kind is Kind.END and (error := pickle.loads(data)) is not None:
            self._fail(error)
        return kind is Kind.END

    def _fail(self, error: Exception) -> None:
        if not self._cancelled:
            self.error = error
