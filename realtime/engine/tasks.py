"""A process that does one task after another for the one that started it, keeps what it needs, and ends with it.

Both sides: `TaskProcess` here, `serve_tasks` there.
"""

from __future__ import annotations

import os
import pickle
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from ..log.log import end as end_log
from .launch import ProcessEngine
from .wire import EngineError, Kind, Wire

LAST = 1.0  # s that a killed process may take

Progress = Callable[[float], None]
Do = Callable[[Any, Progress], Any]
"""Does a task; what it returns or raises goes back, and 0..1 whenever it tells its progress."""


class GoneError(Exception):
    """The process ended before it answered; the text says how."""


class TaskProcess:
    """The side that gives. One thread gives tasks; any may `kill`."""

    def __init__(self, module: str, needs: Any, threads: int | None = None) -> None:
        """Start it. NoEngineError where that is impossible.

        module: its `main(descriptor)` calls `serve_tasks`. needs: what that `ready` is given. threads: of each library
        that multiplies matrices; None for as many as it likes.
        """
        self._engine = ProcessEngine(module=module, threads=threads)
        with suppress(OSError):  # then there will be no answer either
            self._engine.wire.send(Kind.REQUEST, pickle.dumps(needs))

    @property
    def pid(self) -> int | None:
        """Of the process."""
        return self._engine.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._engine.alive

    def do(self, task: Any, progress: Progress) -> Any:
        """What it makes of a task, or raises; `progress` is called on this thread. GoneError."""
        with suppress(OSError):  # then there is no answer either
            self._engine.wire.send(Kind.REQUEST, pickle.dumps(task))
        while (message := self._engine.wire.receive()) is not None:
            kind, data = message
            if kind is Kind.PROGRESS:
                progress(pickle.loads(data))
                continue
            made, error = pickle.loads(data)
            if error is not None:
                raise error
            return made
        raise GoneError(self._engine.end(LAST))

    def kill(self) -> None:
        """End it now, also in the middle of a task, whose giver then gets a GoneError."""
        self._engine.kill()
        self._engine.wire.shut()
        self._engine.end(LAST)


def serve_tasks(descriptor: int, ready: Callable[[Any], Do]) -> None:
    """The side that does: tasks come over an inherited socket until the giver is gone; then the process ends.

    ready: makes of what comes first, once, what does the tasks; raises nothing.

    Threads: the one that works; "livepitch-tasks", which waits for requests and for that end.
    """
    wire, requests = Wire(socket.socket(fileno=descriptor)), SimpleQueue[bytes]()
    waiting = threading.Thread(target=_wait, args=(wire, requests), name="livepitch-tasks", daemon=True)
    waiting.start()
    with suppress(OSError):  # nobody is there to be told
        do = ready(pickle.loads(requests.get()))
        while True:
            wire.send(Kind.ANSWER, _answer(requests.get(), do, wire))
    end_log()
    os._exit(0)  # nothing is left to close


def _wait(wire: Wire, requests: SimpleQueue[bytes]) -> None:
    while (message := wire.receive()) is not None:
        requests.put(message[1])
    end_log()
    os._exit(0)  # whatever is under way, nobody wants it any more


def _answer(request: bytes, do: Do, wire: Wire) -> bytes:
    """What a task made, or what it raised."""
    try:
        made = do(pickle.loads(request), lambda share: wire.send(Kind.PROGRESS, pickle.dumps(share)))
        return pickle.dumps((made, None))
    except Exception as error:
        return _packed(error)


def _packed(error: Exception) -> bytes:
    """Itself if it can travel, else what it says."""
    try:
        data = pickle.dumps((None, error))
        pickle.loads(data)
    except Exception:
        return pickle.dumps((None, EngineError(f"{type(error).__name__}: {error}")))
    return data
