"""The engines of a remote session, one at a time: started, given orders, listened to, and followed by another."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from ..priority import relaxed
from .launch import Engine, NoEngineError, ProcessEngine, ThreadEngine, discard, greet, packed, process_engine
from .wire import Kind, Order, QuietError, Request

log = logging.getLogger(__name__)

GRACE = 2.0  # s that an engine may take to close its input, after which it is killed
QUIET = 8.0  # s without a word from an engine that has opened its input, after which it counts as hanging
OPENING = 60.0  # s without a word until one that was started again has done so
BACK_OFF, BACK_OFF_LONGEST = 0.1, 1.0  # s before an engine is started again, doubled each time, and the longest
SPARE_AFTER = 5.0  # s of an engine's life after which the next one's process is started, to wait until it is needed
LONG_ENOUGH = 10.0  # s that an engine must have lived for the next failure to count as the first


class Engines:
    """The engine that there is, and the orders for it.

    `launch`, `order` and `stop` are for any thread, one of them launches; the rest is for the one that listens.
    """

    def __init__(self, request: Request) -> None:
        """Prepare; no engine is started yet."""
        self.request = request
        self.engine: Engine | None = None
        self.generation = 0
        """0 with the first engine, and one more with each that was started again."""
        self.reason: str | None = None
        """Why the engine has no process of its own, if so."""
        self._orders: list[Order] = []  # until there is an engine that takes them
        self._ordering, self._greeted = threading.Lock(), False
        self._stopping = threading.Event()
        self._failures, self._born = 0, 0.0
        self._spare: ProcessEngine | None = None

    def launch(self) -> bool:
        """Start the first engine, in this process if there is no other way; False if `stop` came meanwhile."""
        gathered = self._gather(self.request)
        try:
            self._take_up(process_engine, packed(self.request))
        except NoEngineError as reason:
            if not self._stopping.is_set():
                self.reason = str(reason)
                with suppress(NoEngineError):  # stopped at this very moment
                    self._take_up(lambda: ThreadEngine(self.request))
        return self._begin(gathered)

    def relaunch(self, prepare: Callable[[], Request]) -> bool:
        """Start another one in a process of its own, however long that takes; False if `stop` came meanwhile.

        prepare: says what it shall run, when it is about to be asked.
        """
        if time.monotonic() - self._born > LONG_ENOUGH:
            self._failures = 0
        self.generation += 1
        self.engine, gathered = None, 0
        while not self._stopping.wait(min(BACK_OFF * 2 ** min(self._failures, 9), BACK_OFF_LONGEST)):
            self._failures += 1
            gathered = self._gather(prepare())
            try:
                with relaxed():
                    self._take_up(self._next_process, packed(self.request))
            except NoEngineError as reason:
                log.warning("no engine could be started: %s", reason)
                continue
            break
        return self._begin(gathered)

    def _next_process(self) -> Engine:
        spare, self._spare = self._spare, None
        if spare is not None and spare.alive:
            return spare
        return process_engine()

    def _keep_spare(self) -> None:
        """Have the next process ready, so that its imports, a second or more, do not come before the next frame."""
        with relaxed(), suppress(NoEngineError):
            self._spare = ProcessEngine()

    def close(self) -> None:
        """There will be no more."""
        if self._spare is not None:
            discard(self._spare)

    def _may_spare(self) -> bool:
        endless = getattr(self.request.source, "endless", False)
        return endless and not self._stopping.is_set() and time.monotonic() - self._born > SPARE_AFTER

    def _gather(self, request: Request) -> int:
        """What was ordered while there was no engine goes with the request: how many orders."""
        with self._ordering:
            self.request = replace(request, orders=(*request.orders, *self._orders))
            return len(self._orders)

    def _take_up(self, make: Callable[[], Engine], request: bytes = b"") -> None:
        engine = self.engine = make()
        # Asked after the engine is known: either this sees `stop`, or `stop` sees the engine.
        if self._stopping.is_set():
            engine.wire.shut()
        try:
            greet(engine, request)
        except NoEngineError:
            self.engine = None
            discard(engine)
            raise

    def _begin(self, gathered: int) -> bool:
        if self.engine is None:
            return False
        self._born = time.monotonic()
        if self.engine.pid is not None and self.generation:
            self.engine.wire.patience = OPENING
        with self._ordering:  # of what came while it was greeted, too, nothing is lost, and all in order
            self._greeted = True
            for order in self._orders[gathered:]:
                self._send(*order)
            self._orders.clear()
        return True

    def order(self, kind: Kind, data: bytes = b"") -> None:
        """Tell the engine, or the next one if there is none now."""
        with self._ordering:
            if self._greeted:
                self._send(kind, data)
            else:
                self._orders.append((kind, data))

    def _send(self, kind: Kind, data: bytes) -> None:
        assert self.engine is not None
        with suppress(OSError):  # the engine is gone, and whoever listens finds that out
            self.engine.wire.send(kind, data)

    def listen(self, take: Callable[[Kind, bytes], bool]) -> str | None:
        """Pass on what the engine says, until it has said the last, which `take` knows; else how it ended."""
        engine, said, how = self.engine, False, ""
        assert engine is not None
        try:
            while not said and (message := engine.wire.receive()) is not None:
                said = take(*message)
                if message[0] is Kind.OPENED and engine.pid is not None:
                    engine.wire.patience = QUIET
                if self._spare is None and engine.pid is not None and self._may_spare():
                    self._keep_spare()
        except QuietError:
            engine.kill()
            how = "it did not answer"
        with self._ordering:
            self._greeted = False
        engine.wire.close()
        ending = engine.end(GRACE)
        return None if said else how or ending

    def stop(self) -> None:
        """Have it end soon."""
        self._stopping.set()
        engine = self.engine
        if engine is None:
            return
        if self._greeted:
            with suppress(OSError):
                engine.wire.send(Kind.STOP)
        else:  # it is just being greeted
            engine.wire.shut()

    def kill(self) -> None:
        """End it now."""
        engine = self.engine
        if engine is not None:
            engine.kill()
            engine.wire.shut()
