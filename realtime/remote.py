"""A session whose engine runs in a process of its own, so that no drawing ever keeps it from the interpreter.

A paint holds Python's interpreter lock for milliseconds; the worker and PortAudio's callback of the same process wait
for it, and a frame that takes 4 ms alone takes 15 at times. Beside a window they get a process to themselves.
"""

from __future__ import annotations

import math
import pickle
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .counters import STAGES, WAYS, Counters
from .fetching import Fetching
from .frame import PitchFrame, Settings, StreamStats
from .inlet import Inlet
from .launch import Engine, NoEngineError, ThreadEngine, discard, greet, packed, process_engine
from .outlet import Outlet
from .priority import claim
from .roles import Source
from .takes import Recording
from .tuned import tuned
from .wire import Distant, EngineError, Kind, News, Order, Request, unpack_frames
from .worker import NOTICE

if TYPE_CHECKING:
    from ..model.registry import Model

GRACE = 2.0  # s that an engine may take to close its input, after which it is killed


class RemoteSession(Fetching):
    """What a `Session` is, run in another process. It runs once; to run again, make a new one of the same source.

    Source and models travel as what they were made from: a device's name, a path. The given objects stay unopened
    here; `source` tells what the other process opened. A source that cannot be pickled, or a program that cannot start
    a Python, has its engine in this process, and `message` says so for a moment.

    Threads: the caller's; "livepitch-engine-reader", which takes what the engine sends, and sees it end. Every method
    may be called from any thread.
    """

    def __init__(
        self,
        source: Source,
        model: Model | str | Path = "stream",
        settings: Settings | None = None,
        *,
        settle: Model | str | Path | None = None,
        backend: str | None = None,
    ) -> None:
        """Prepare; nothing is started, opened or loaded yet. The arguments are those of a `Session`.

        backend: where MLX runs there, "cpu" or "gpu"; None for what it takes by itself.
        """
        self.model = model
        self._error: Exception | None = None
        self._request = Request(source, model, settings or Settings(), settle, backend)
        self._settings = self._request.settings
        self._orders: list[Order] = []  # until there is an engine that takes them
        self._ordering, self._greeted = threading.Lock(), False
        self._asked: Recording | None = None
        self._news = News(source.name, source.sample_rate, math.nan, settle is not None)
        self._source = Distant(source, lambda: self._news)
        self._notice = ("", -math.inf)
        self._outlet = Outlet()
        self._drawn = Counters(Inlet(time.monotonic))  # of what happens here: `draw` and `sound_to_paint` alone
        self._engine: Engine | None = None
        self._opened = threading.Event()
        self._thread = threading.Thread(target=self._read, name="livepitch-engine-reader", daemon=True)
        self._starting = threading.Lock()
        self._stopped = False

    def start(self) -> None:
        """Start the engine and wait until it has opened the source; nothing if it is already running.

        Raises:
            DeviceError, AudioFileError: the source cannot be opened.
            RuntimeError: the session has already ended.

        """
        with self._starting:
            if self.running:
                return
            if self._stopped or self._thread.ident is not None:
                raise RuntimeError("a session runs once: make a new one to run again")
            if not self._launch():
                return
            self._thread.start()
        self._opened.wait()
        if self.error is not None:
            self.stop()
            raise self.error

    def _launch(self) -> bool:
        """Whether there is an engine now: not if `stop` came meanwhile."""
        with self._ordering:
            self._request = replace(self._request, orders=tuple(self._orders))
            self._orders.clear()
        try:
            self._take_up(process_engine, packed(self._request))
        except NoEngineError as reason:
            if not self._stopped:
                sentence = f"the engine has no process of its own ({reason}): drawing may delay it"
                self._notice = (sentence, time.monotonic() + NOTICE)
                with suppress(NoEngineError):  # stopped at this very moment
                    self._take_up(lambda: ThreadEngine(self._request))
        if self._engine is None:
            return False
        with self._ordering:  # of what came while it was greeted, too, nothing is lost, and all in order
            self._greeted = True
            for order in self._orders:
                self._send(*order)
        return True

    def _take_up(self, make: Callable[[], Engine], request: bytes = b"") -> None:
        engine = self._engine = make()
        if self._stopped:  # asked after the engine is known: either this sees `stop`, or `stop` sees the engine
            engine.wire.shut()
        try:
            greet(engine, request)
        except NoEngineError:
            self._engine = None
            discard(engine)
            raise

    def stop(self) -> None:
        """End the engine, kill it if it does not end by itself; when this returns no process or thread is left."""
        self._stopped = True
        self._outlet.close()
        engine = self._engine
        if engine is not None:
            if self._thread.ident is None:  # it is just being greeted
                engine.wire.shut()
            else:
                with suppress(OSError):
                    engine.wire.send(Kind.STOP)
        with self._starting:
            begun = self._thread.ident is not None
        if begun:
            self._await_end()

    def _await_end(self) -> None:
        assert self._engine is not None
        self._thread.join(GRACE)
        if self._thread.is_alive():
            self._engine.kill()
            self._engine.wire.shut()
            self._thread.join()

    def _read(self) -> None:
        claim()  # it works for microseconds, and frames should not lie in a socket meanwhile
        engine, said = self._engine, False
        assert engine is not None
        try:
            while not said and (message := engine.wire.receive()) is not None:
                said = self._take(*message)
        except Exception as error:
            self._error, said = error, True
        engine.wire.close()
        how = engine.end(GRACE)
        if not said and not self._stopped:
            self._error = EngineError(f"the engine ended unexpectedly ({how}): start again")
        self._outlet.close()
        self._opened.set()

    def _take(self, kind: Kind, data: bytes) -> bool:
        """Take a message; whether it was the last."""
        if kind is Kind.FRAMES:
            self._outlet.put(unpack_frames(data), wait=not self._request.source.live)
        elif kind is Kind.NEWS:
            self._news = pickle.loads(data)
        elif kind is Kind.OPENED:
            self._opened.set()
        elif kind is Kind.END:
            self._error = pickle.loads(data)
        return kind is Kind.END

    def adjust(self, *, gate: float | None = None, gain: float | None = None) -> None:
        """As `Session.adjust`."""
        with self._ordering:
            self._settings = self._settings.adjusted(gate, gain)  # a ValueError is raised here, not there
        self._order(Kind.ADJUST, pickle.dumps((gate, gain)))

    def record(self, take: Path) -> None:
        """As `Session.record`, into files as this process would name them."""
        take = Path(take).absolute()
        self._asked = Recording(take)
        self._order(Kind.RECORD, pickle.dumps(take))

    def end_recording(self) -> None:
        """As `Session.end_recording`."""
        self._order(Kind.REST)

    @property
    def recording(self) -> Recording | None:
        """The recording under way, or the last one, as of a quarter of a second ago; None before any."""
        told, asked = self._news.recording, self._asked
        latest = told if told is not None and asked is not None and told.path == asked.path else asked
        if latest is None or not latest.running or not (self._opened.is_set() and not self.running):
            return latest
        written = "ended with the engine" if latest.seconds else "not recorded, the stream has ended"
        return replace(latest, running=False, error=f"{latest.path}: {written}")

    def _order(self, kind: Kind, data: bytes = b"") -> None:
        with self._ordering:
            if self._greeted:
                self._send(kind, data)
            else:
                self._orders.append((kind, data))

    def _send(self, kind: Kind, data: bytes) -> None:
        assert self._engine is not None
        with suppress(OSError):  # the engine is gone, and whoever fetches is told
            self._engine.wire.send(kind, data)

    def painted(self, frames: Sequence[PitchFrame], instant: float) -> None:
        """Tell that these frames were on screen at a `time.monotonic` instant, for `stats`; one thread only does."""
        first = [frame for frame in frames if not frame.settled] if self._news.settles else frames
        self._drawn.add_painted(first, instant)

    @property
    def source(self) -> Source:
        """The source; its name and rate are those of what the engine has opened."""
        return cast(Source, self._source)

    @property
    def pid(self) -> int | None:
        """Of the engine's process; None while it has none of its own."""
        return self._engine.pid if self._engine is not None else None

    @property
    def error(self) -> Exception | None:
        """What ended the engine, if anything did."""
        return self._error

    @property
    def message(self) -> str | None:
        """One sentence for the user, if there is something to say now."""
        if self.error is not None:
            return str(self.error)
        sentence, until = self._notice
        return sentence if time.monotonic() < until else self._news.message

    @property
    def stats(self) -> StreamStats:
        """The counters since the start; what the engine counts is a quarter of a second old, until it has ended."""
        there = self._news.stats
        stages = {**there.stages, **self._drawn.stats(0).stages}
        ordered = {name: stages[name] for name in (*STAGES, *WAYS) if name in stages}
        return replace(there, unread=there.unread + self._outlet.unread, stages=ordered)

    @property
    def settle(self) -> Model | str | Path | None:
        """The model that settles, as it was given; None if none does."""
        return self._request.settle if self._news.settles else None

    @property
    def sample_rate(self) -> int:
        """Of the source, Hz; 0 until it is open."""
        return self._news.sample_rate

    @property
    def latency(self) -> float:
        """Seconds from a frame's centre to the last sample that it needs; NaN until the model is loaded."""
        return self._news.latency


def tuned_remote_session(
    source: Source, model: Model | str | Path = "stream", settings: Settings | None = None, **options: Any
) -> RemoteSession:
    """A remote session with these `options` that opens `source` with what `livepitch tune` found."""
    return tuned(RemoteSession, source, model, settings, **options)
