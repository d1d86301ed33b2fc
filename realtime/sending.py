"""The outputs of a session: each on a thread of its own, opened again when it fails, none of them ever waited for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from .frame import PitchFrame
from .outlet import Outlet
from .priority import claim
from .roles import Output

log = logging.getLogger(__name__)

IDLE = 0.2  # s without a frame after which an output is told so
REOPEN = 1.0  # s between attempts to open one that failed
GRACE = 2.0  # s that an output may take to close, after which it is left to itself


@dataclass(frozen=True, slots=True)
class Sending:
    """How it goes with one output."""

    name: str
    """The output's, for people."""
    sent: int = 0
    """Frames that were sent."""
    lost: int = 0
    """Frames that were not: the output was too slow, or not open."""
    error: str | None = None
    """One sentence on why nothing is sent now; None while all is well, or before the first attempt."""
    receivers: int | None = None
    """Who listens now; None where the output cannot know."""


class Senders:
    """The outputs that a session has now. Any thread may use it; `outlet` is what their frames branch off from."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._senders: tuple[_Sender, ...] = ()
        self._changing = threading.Lock()

    def send(self, outputs: Sequence[Output]) -> None:
        """From now on send to these. One that equals one that there is goes on; those no longer named are closed."""
        for output in outputs:
            if isinstance(output, type) or not callable(getattr(output, "send", None)):
                raise TypeError(f"outputs must be such as OscOutput('127.0.0.1:9000'), not {output!r}")
        with self._changing:
            had, kept = list(self._senders), []
            for output in outputs:
                found = next((sender for sender in had if sender.output == output), None)
                if found is not None:
                    had.remove(found)
                kept.append(found or _Sender(output, self._outlet.branch(waits=False)))
            self._senders = tuple(kept)
        for sender in had:
            sender.leave()
        for sender in had:
            sender.wait()

    @property
    def sending(self) -> tuple[Sending, ...]:
        """How it goes with each, in the order in which they were named."""
        return tuple(sender.sending for sender in self._senders)

    def wait(self) -> None:
        """Wait until all have sent what there was and are closed: after the outlet was."""
        for sender in self._senders:
            sender.wait()


def _sentence(error: Exception) -> str:
    """What an error says to people, without its number."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


class _Sender:
    """Sends to one output. Its thread, "livepitch-sending", is the only one that touches it."""

    def __init__(self, output: Output, branch: Outlet) -> None:
        self.output = output
        self._branch, self._sent, self._missed = branch, 0, 0
        self._error: str | None = None
        self._open, self._next = False, -float("inf")
        self._thread = threading.Thread(target=self._work, name="livepitch-sending", daemon=True)
        self._thread.start()

    @property
    def sending(self) -> Sending:
        output, lost = self.output, self._branch.unread + self._missed
        lost += getattr(output, "lost", 0)  # by receivers of which one is slow, and the others are not
        return Sending(output.name, self._sent, lost, self._error, getattr(output, "receivers", None))

    def leave(self) -> None:
        self._branch.leave()

    def wait(self) -> None:
        self._thread.join(GRACE)
        if self._thread.is_alive():
            log.error("%s: does not close; it is left to itself", self.output.name)

    def _work(self) -> None:
        claim()  # it works for microseconds, and what it sends is played or drawn at once
        while (frames := self._branch.take(IDLE)) is not None:
            if self._open or self._opened():
                self._send(frames)
            else:
                self._missed += len(frames)
        self._close()

    def _opened(self) -> bool:
        """Whether it is open now; tried once a second."""
        if time.monotonic() < self._next:
            return False
        try:
            self.output.open()
        except Exception as error:  # of any type: what a driver says in trouble is not always what it should
            self._fail(error)
            return False
        log.info("%s: open", self.output.name)
        self._open, self._error = True, None
        return True

    def _send(self, frames: Sequence[PitchFrame]) -> None:
        try:
            self.output.send(frames)
            self._sent += len(frames)
        except Exception as error:
            self._missed += len(frames)
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        sentence = _sentence(error)
        if sentence != self._error:
            log.warning("%s: %s; tried again every second", self.output.name, sentence)
        self._close()
        self._open, self._error = False, sentence
        self._next = time.monotonic() + REOPEN

    def _close(self) -> None:
        with suppress(Exception):  # it should not raise; nothing is left to be done about it
            self.output.close()
