"""Starting an engine: in a process of its own, or where that is not possible on a thread of this one."""

from __future__ import annotations

import json
import math
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
import warnings
from contextlib import suppress
from typing import Protocol

from ...model.blas import VARIABLE as CORES
from ...model.child import child_command, may_start
from ...model.registry import SlowBlasWarning
from ..log.crashes import crash_of
from ..log.log import handed_on
from .engine import serve
from .wire import Kind, QuietError, Task, Wire

# It looks for modules where this process does, not in the folder that it happens to be started in.
START = "import json, sys; sys.path[:] = json.loads({path!r}); from {home} import main; main(*json.loads({order!r}))"
LAUNCHED = f"{__package__}.launched"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")  # read when a library is loaded
GREETING = 60.0  # s that a process may take until it answers, on a machine that is very busy
LAST = 1.0  # s that a killed process may take
BACKGROUND = 10  # added to the nice value of a process that gives way to a session's: a tenth of its share of a core


class NoEngineError(Exception):
    """No process can be started for the engine; the text says why."""


class Engine(Protocol):
    """What serves the other end of a wire."""

    wire: Wire
    pid: int | None
    """Of its process, if it has one of its own."""

    def kill(self) -> None:
        """End it now, if that can be done."""
        ...

    def end(self, seconds: float) -> str:
        """Wait for its end, so long at most, then `kill`; says in a few words how it ended."""
        ...


class ProcessEngine:
    """An engine alone in a process: no other Python code there ever holds the interpreter."""

    def __init__(
        self, background: bool = False, module: str = f"{__package__}.engine", threads: int | None = None
    ) -> None:
        """Start it, `background` to give way to other processes. NoEngineError where that is impossible.

        module: whose `main` is called there with the number of its socket. threads: how many cores it uses, and each
        library that multiplies matrices threads; None for as many as there are.
        """
        if os.name != "posix" or not may_start():
            raise NoEngineError("this program is no ordinary Python")
        ours, its = socket.socketpair()
        with its:
            order = [module, its.fileno(), BACKGROUND if background else 0, handed_on()]
            code = START.format(path=json.dumps(sys.path), home=LAUNCHED, order=json.dumps(order))
            try:
                self._process = subprocess.Popen(
                    child_command(code, LAUNCHED, order),
                    stdin=subprocess.DEVNULL, pass_fds=[its.fileno()], env=_environment(threads),
                )  # fmt: skip
            except OSError as error:
                ours.close()
                raise NoEngineError(str(error)) from error
        self.wire = Wire(ours)
        self.pid: int | None = self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it now."""
        self._process.kill()

    def end(self, seconds: float) -> str:
        """Wait for its end, so long at most, then `kill`; says in a few words how it ended."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(LAST)
        code = self._process.returncode
        if code is not None and code < 0:
            crash_of(self._process.pid)
        return f"exit code {code}" if code is None or code >= 0 else f"killed by signal {-code}"


def _environment(threads: int | None) -> dict[str, str]:
    chosen = dict.fromkeys((*THREADS, CORES), str(threads)) if threads else {}
    return {**os.environ, **chosen}


class ThreadEngine:
    """An engine that shares the interpreter with whatever else this process does."""

    pid: int | None = None

    def __init__(self, task: Task) -> None:
        ours, its = socket.socketpair()
        self.wire, wire = Wire(ours), Wire(its)
        self._thread = threading.Thread(target=_serve_here, args=(wire, task), name="livepitch-engine", daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """Nothing: a thread cannot be ended from outside."""

    def end(self, seconds: float) -> str:
        """Wait for its end, so long at most; says in a few words how it ended."""
        self._thread.join(seconds)
        return "still busy" if self._thread.is_alive() else "ended"


def _serve_here(wire: Wire, task: Task) -> None:
    with suppress(OSError):
        serve(wire, lambda _: task)


_spare: list[ProcessEngine] = []  # at most one, with a list's atomic steps


def prepare() -> None:
    """Start a process for the next session now, so that its imports run beside other work.

    It ends with this process if it is never used.
    """
    if not _spare:
        with suppress(NoEngineError):  # the session will say so
            _spare.append(ProcessEngine())


def process_engine() -> ProcessEngine:
    """The process that `prepare` started, or a new one. NoEngineError where there can be none."""
    try:
        engine = _spare.pop()
    except IndexError:
        return ProcessEngine()
    if engine.alive:
        return engine
    discard(engine)
    return ProcessEngine()


def packed(task: Task) -> bytes:
    """A request as it travels. NoEngineError for one that can be met in this process only."""
    for part in vars(task).values():
        if type(part).__module__ == "__main__":
            raise NoEngineError(f"{type(part).__name__} is known to this program only")
    try:
        return pickle.dumps(task)
    except Exception as error:  # of any type: sources are other people's code, too
        raise NoEngineError(f"what to run cannot be sent there, {error}") from error


def greet(engine: Engine, request: bytes) -> None:
    """Have an engine take up a request. NoEngineError if it is not fit to."""
    asked = time.monotonic()
    try:
        engine.wire.send(Kind.REQUEST, request)
        if engine.pid is not None:
            engine.wire.patience = GREETING
        answer = engine.wire.receive()
        engine.wire.patience = math.inf
    except OSError:
        answer = None
    except QuietError:
        engine.kill()
        raise NoEngineError("it does not answer") from None
    if answer is None:
        raise NoEngineError(f"it ended at once, {engine.end(LAST)}")
    told, problem = pickle.loads(answer[1])
    if not asked <= told <= time.monotonic():
        raise NoEngineError("it has another clock")
    if problem:
        warnings.warn(problem, SlowBlasWarning, stacklevel=2)


def discard(engine: Engine) -> None:
    """Be done with an engine that no session uses."""
    engine.wire.close()
    engine.end(0)
