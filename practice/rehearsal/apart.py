"""Recordings heard in a process of its own, kept warm between takes: a window goes on drawing, MLX stays out of it."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from ...model.registry import Model
from ...realtime.engine.launch import NoEngineError, ProcessEngine
from ...realtime.engine.wire import EngineError, Kind
from ..scoring.judging import Judging
from ..target.target import Target
from .judge import MODEL, Judge, judge_take
from .outcome import Outcome
from .recorded import Taken
from .reference import reference_target

Progress = Callable[[float], None]
Made = TypeVar("Made", covariant=True)
LAST = 1.0  # s that a killed process may take


class Task(Protocol[Made]):
    """What is done there; it and what it makes can be pickled."""

    def __call__(self, model: Model, progress: Progress) -> Made:
        """Do it."""
        ...


@dataclass(frozen=True)
class JudgeTask:
    """The outcome of a take."""

    taken: Taken
    judging: Judging

    def __call__(self, model: Model, progress: Progress) -> Outcome:
        """As `judge_take`."""
        return judge_take(self.taken, self.judging, model, progress)


@dataclass(frozen=True)
class ReferenceTask:
    """The notes of a recorded voice."""

    path: Path

    def __call__(self, model: Model, progress: Progress) -> Target:
        """As `reference_target`."""
        return reference_target(self.path, model, progress)


class Apart:
    """One process, which has the model ready. Any thread; it is started when it is needed, or by `prepare`.

    It ends with this one, and does not give way to others: a singer waits for it. Where none can be started, the
    calling thread does the work.
    """

    def __init__(self) -> None:
        self._engine: ProcessEngine | None = None
        self._changing = threading.Lock()  # of the engine
        self._working = threading.Lock()  # one task at a time
        self._here = Judge()

    def prepare(self) -> None:
        """Start it now, so that it is ready when a take ends; returns at once."""
        with suppress(NoEngineError):  # whoever wants something done will see to it
            self._started()

    def close(self) -> None:
        """End it, also in the middle of a task, whose caller then gets an EngineError; it may be started again."""
        with self._changing:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.kill()
            engine.wire.shut()
            engine.end(LAST)

    @property
    def pid(self) -> int | None:
        """Of the process; None while there is none."""
        engine = self._engine
        return engine.pid if engine is not None else None

    def judge(self, taken: Taken, judging: Judging, progress: Progress | None = None) -> Outcome:
        """As a `Judge`: AudioFileError, CheckpointError; EngineError if the process ended meanwhile."""
        return replace(self.do(JudgeTask(taken, judging), progress), taken=taken)

    def reference(self, path: Path, progress: Progress | None = None) -> Target:
        """As `reference_target`, and `judge`."""
        return self.do(ReferenceTask(path), progress)

    def do(self, task: Task[Made], progress: Progress | None = None) -> Made:
        """Have a task done, and wait. progress: told 0..1, on this thread. Raises what the task raises; EngineError."""
        with self._working:
            try:
                engine = self._started()
            except NoEngineError:
                return task(self._here.model, progress or _unheard)
            return _Exchange(engine, progress or _unheard, task).answer()

    def _started(self) -> ProcessEngine:
        with self._changing:
            if self._engine is None or not self._engine.alive:
                self._engine = ProcessEngine(module=f"{__package__}.apart_child")
                self._engine.wire.send(Kind.REQUEST, pickle.dumps(MODEL))
            return self._engine


class _Exchange(Generic[Made]):
    """One task, and what comes of it."""

    def __init__(self, engine: ProcessEngine, progress: Progress, task: Task[Made]) -> None:
        self._engine, self._progress, self._task = engine, progress, task

    def answer(self) -> Made:
        """Wait for it."""
        with suppress(OSError):  # then there is no answer either
            self._engine.wire.send(Kind.REQUEST, pickle.dumps(self._task))
        while (message := self._engine.wire.receive()) is not None:
            kind, data = message
            if kind is Kind.PROGRESS:
                self._progress(pickle.loads(data))
                continue
            made, error = pickle.loads(data)
            if error is not None:
                raise error
            answer: Made = made
            return answer
        how = self._engine.end(LAST)
        raise EngineError(f"the recording was not heard to its end, its process ended ({how}); the recording is kept")


def _unheard(_: float) -> None:
    """Nobody wants to know how far it is."""
