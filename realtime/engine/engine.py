"""The engine's side of a `RemoteSession`: runs a real session, sends its frames as they come, obeys.

Threads: the one that calls `serve` fetches frames and sends them; "livepitch-engine-orders" obeys, and waits for the
other side's end; "livepitch-engine-news" tells what else has changed. The session has its own.
"""

from __future__ import annotations

import os
import pickle
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from ...model.blas import preload_blas
from ...model.device import choose_backend
from ..frame import PitchFrame
from ..log.log import end as end_log
from ..priority import claim
from ..roles import Tracker
from ..session import Session, stream_tracker
from .track_engine import serve_file
from .wire import EngineError, FileRequest, Kind, News, Order, Request, Task, Wire, pack_frames, unpack_outputs

NEWS_EVERY = 0.25  # s
BEAT = 1.0  # s after which it says something, news or not: whoever hears nothing for long takes it for dead
HANGS = 4  # times in a row that a worker is found to hang, until it is believed: a computer that slept is not late
MOST = 256  # frames in one message
ALONE = 1.5  # s that an engine whose window is gone has to close its input

Unpack = Callable[[bytes], Task]


def main(descriptor: int) -> None:
    """Serve one session or recording over an inherited socket, and end the process."""
    preload_blas()  # before MLX
    wire = Wire(socket.socket(fileno=descriptor))
    # Beside the wait for a request, which also ends when the window does.
    imports = threading.Thread(target=_import_ahead, name="livepitch-engine-imports", daemon=True)
    imports.start()

    def unpack(data: bytes) -> Task:
        imports.join()
        task: Task = pickle.loads(data)
        return task

    with suppress(OSError):  # the window is gone
        serve(wire, unpack, lambda: _end_after(ALONE))
    end_log()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    # Nothing is left to close, and what libraries do at the end of an interpreter takes time.
    os._exit(0)


def _import_ahead() -> None:
    """Load what every session needs, while the window is still being built."""
    from ...model.registry import SlowBlasWarning

    warnings.simplefilter("ignore", SlowBlasWarning)  # HELLO tells it, and the window's process says it
    from .. import source, tracker  # noqa: F401


def _end_after(seconds: float) -> None:
    """Whatever a device or a network is busy with, this process outlives its window by no more."""
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()


def serve(wire: Wire, unpack: Unpack, alone: Callable[[], None] = lambda: None) -> None:
    """Run the one session, or track the one file, that is asked for over `wire`, until the other side has hung up.

    alone: called when it has, before the session is stopped. OSError where it did so in the middle of a message.
    """
    asked = wire.receive()
    if asked is None:
        wire.close()
        return
    # One clock for every process since the machine's start, on Linux (CLOCK_MONOTONIC) and on macOS
    # (mach_absolute_time): an instant of one process means the same in another. The window's side checks that.
    wire.send(Kind.HELLO, pickle.dumps((time.monotonic(), preload_blas())))
    orders, error = _Orders(wire, alone), None
    try:
        task = unpack(asked[1])
        if isinstance(task, FileRequest):
            serve_file(task, wire, lambda: orders.stopped)
        else:
            _run(task, wire, orders)
    except Exception as raised:
        error = raised
    try:
        wire.send(Kind.END, _packed(error))
    finally:
        orders.thread.join()
        wire.close()


def _run(request: Request, wire: Wire, orders: _Orders) -> None:
    def tracker(*arguments: Any) -> Tracker:
        if request.backend is not None:  # on the worker's thread: MLX's choice may be each thread's own
            choose_backend(request.backend)
        return stream_tracker(*arguments)

    session = Session(
        request.source,
        request.model,
        request.settings,
        settle=request.settle,
        tracker_factory=tracker,
        since=request.since,
    )
    reporter = _Reporter(session, wire)
    for order in request.orders:
        obey(session, *order)
    orders.begin(session)
    try:
        if orders.stopped:
            return
        session.start()
        reporter.start()
        wire.send(Kind.OPENED)
        claim()  # last, since threads started from here on would have it from this one: what is ready goes at once
        for frames in _batches(session):
            wire.send(Kind.FRAMES, pack_frames(frames))
    finally:
        session.stop()
        reporter.stop()


def obey(session: Session, kind: Kind, data: bytes) -> None:
    """Do what the other side's session was told."""
    if kind is Kind.ADJUST:
        gate, gain = pickle.loads(data)
        session.adjust(gate=gate, gain=gain)
    elif kind is Kind.RECORD:
        session.record(pickle.loads(data))
    elif kind is Kind.REST:
        session.end_recording()
    elif kind is Kind.SEND:
        session.send(unpack_outputs(data))


def _batches(session: Session) -> Iterator[list[PitchFrame]]:
    """Frames as soon as there are any, together with those that came with them."""
    for first in session:
        try:
            others = session.frames(MOST - 1)
        except Exception:  # the iteration raises it, too, once this frame is sent
            others = []
        yield [first, *others]


def _packed(error: Exception | None) -> bytes:
    """An exception for the other process: itself if it can travel, else what it says."""
    try:
        data = pickle.dumps(error)
        pickle.loads(data)
    except Exception:
        return pickle.dumps(EngineError(f"{type(error).__name__}: {error}"))
    return data


class _Orders:
    """Obeys the other side, and stops the session once that is gone; its thread ends with the connection."""

    def __init__(self, wire: Wire, alone: Callable[[], None]) -> None:
        self.stopped = False
        self._wire, self._alone = wire, alone
        self._session: Session | None = None
        self._early: list[Order] = []
        self._beginning = threading.Lock()
        self.thread = threading.Thread(target=self._obey, name="livepitch-engine-orders", daemon=True)
        self.thread.start()

    def begin(self, session: Session) -> None:
        """There is a session now; look at `stopped` before it is started."""
        with self._beginning:
            self._session = session
            for order in self._early:
                obey(session, *order)

    def _obey(self) -> None:
        while (order := self._wire.receive()) is not None:
            if order[0] is Kind.STOP:
                self._stop()
            else:
                self._pass_on(order)
        self._alone()
        self._stop()

    def _pass_on(self, order: Order) -> None:
        with self._beginning:
            if self._session is None:
                self._early.append(order)
            else:
                obey(self._session, *order)

    def _stop(self) -> None:
        # In this order: who calls `begin` and then looks here misses nothing.
        self.stopped = True
        if self._session is not None:
            self._session.stop()


class _Reporter:
    """Tells what has changed about a session, on a thread of its own and at the end."""

    def __init__(self, session: Session, wire: Wire) -> None:
        self._session, self._wire = session, wire
        self._told, self._since = b"", 0  # what was told, and how often since there was nothing new
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="livepitch-engine-news", daemon=True)

    def start(self) -> None:
        """Tell what there is, and go on."""
        self._tell()
        self._thread.start()

    def stop(self) -> None:
        """Tell how it ended."""
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._tell()

    def _work(self) -> None:
        hangs = 0
        with suppress(OSError):  # nobody is there to be told
            while not self._ending.wait(NEWS_EVERY):
                hangs = hangs + 1 if self._session.hanging else 0
                if hangs == HANGS:
                    self._session.abandon()  # whoever waits for frames raises it, and the other side hears of it
                self._tell()

    def _tell(self) -> None:
        session = self._session
        news = News(
            session.source.name,
            session.sample_rate,
            session.latency,
            session.settle is not None,
            session.message,
            session.stats,
            session.recording,
            session.sending,
        )
        data = pickle.dumps(news)
        self._since += 1
        if data != self._told or self._since * NEWS_EVERY >= BEAT:
            self._wire.send(Kind.NEWS, data)
            self._told, self._since = data, 0
