"""Recordings heard in a process of its own, kept warm between takes: a window goes on drawing, MLX stays out of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from ...model.registry import Model
from ...realtime.engine.launch import NoEngineError
from ...realtime.engine.tasks import GoneError, TaskProcess
from ...realtime.engine.wire import EngineError
from ..scoring.judging import Judging
from ..target.target import Target
from .judge import MODEL, Judge, judge_take
from .outcome import Outcome
from .recorded import Taken
from .reference import reference_target

Progress = Callable[[float], None]
Made = TypeVar("Made", covariant=True)


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
        self._process: TaskProcess | None = None
        self._changing = threading.Lock()  # of the process
        self._working = threading.Lock()  # one task at a time
        self._here = Judge()

    def prepare(self) -> None:
        """Start it now, so that it is ready when a take ends; returns at once."""
        with suppress(NoEngineError):  # whoever wants something done will see to it
            self._started()

    def close(self) -> None:
        """End it, also in the middle of a task, whose caller then gets an EngineError; it may be started again."""
        with self._changing:
            process, self._process = self._process, None
        if process is not None:
            process.kill()

    @property
    def pid(self) -> int | None:
        """Of the process; None while there is none."""
        process = self._process
        return process.pid if process is not None else None

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
                process = self._started()
            except NoEngineError:
                return task(self._here.model, progress or _unheard)
            try:
                made: Made = process.do(task, progress or _unheard)
            except GoneError as gone:
                problem = f"the recording was not heard to its end, its process ended ({gone}); the recording is kept"
                raise EngineError(problem) from None
            return made

    def _started(self) -> TaskProcess:
        with self._changing:
            if self._process is None or not self._process.alive:
                self._process = TaskProcess(f"{__package__}.apart_child", MODEL)
            return self._process


def _unheard(_: float) -> None:
    """Nobody wants to know how far it is."""
