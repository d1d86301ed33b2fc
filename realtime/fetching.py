"""Fetching the frames of a session, wherever its engine runs: waiting for them one by one, or taking what there is."""

from __future__ import annotations

import asyncio
import atexit
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, TypeVar
from weakref import WeakSet

from .asynchronous import Arriving, to_its_end
from .delivery import GRACE, Delivery
from .frame import PitchFrame
from .outlet import Outlet
from .recording.takes import Recording
from .roles import Output, Source
from .sending import Sending
from .watch import HangingError

if TYPE_CHECKING:
    from .tuned import Tuned

Self = TypeVar("Self", bound="Fetching")
_begun: WeakSet[Fetching] = WeakSet()


def usable(source: Source) -> Source:
    """The same. TypeError for what is no source: a name or a path, or the class of one."""
    if isinstance(source, type) or not callable(getattr(source, "start", None)):
        raise TypeError(f"source must be one, Microphone() or FileSource(path) say, not {source!r}")
    return source


class Fetching(ABC):
    """What a session is to whoever fetches: begun and ended by `with`, iterated, or asked now and then."""

    tuned: Tuned | None = None
    """What `livepitch tune` found and this session uses, noted by whoever made it for those who show it."""
    _thread: threading.Thread
    """Fills the outlet; when it has ended there are no more frames."""

    def __init__(self) -> None:
        self._outlet = Outlet()
        self._opened = threading.Event()  # the source is, or never will be
        self._starting = threading.Lock()
        self._stopped = False
        self._deliveries: list[Delivery] = []

    def start(self) -> None:
        """Begin, and wait until the source is open; nothing if it is already running.

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
        self._end_with_program()
        if self.error is not None:
            self.stop()
            raise self.error

    def _launch(self) -> bool:
        """Get ready for the thread to start; whether it may."""
        return True

    def stop(self) -> None:
        """End; when this returns no thread is left, no process and no device open.

        But where a worker hangs, in a driver say: it is left to itself, and `error` says so.
        """
        self._stopped = True
        self._end()
        self._outlet.close()  # whoever filled it did, if it ever ran
        for delivery in self._deliveries:
            delivery.wait(GRACE)

    @abstractmethod
    def _end(self) -> None:
        """End the thread, and what it needs."""

    def _awaited(self) -> bool:
        """Whether there is a thread to wait for, once `_stopped` is set."""
        with self._starting:
            return self._thread.ident is not None and threading.current_thread() is not self._thread

    @abstractmethod
    def adjust(self, *, gate: float | None = None, gain: float | None = None) -> None:
        """Change the gate (dBFS) or the gain (dB) of what is heard from now on."""

    @abstractmethod
    def send(self, outputs: Sequence[Output]) -> None:
        """From now on send frames to these outputs; those no longer named are closed."""

    @property
    @abstractmethod
    def sending(self) -> tuple[Sending, ...]:
        """How it goes with each output."""

    @abstractmethod
    def record(self, take: str | Path) -> None:
        """Begin to record."""

    @abstractmethod
    def end_recording(self) -> None:
        """End the recording."""

    @property
    @abstractmethod
    def recording(self) -> Recording | None:
        """The recording under way, or the last one; None before any."""

    @property
    @abstractmethod
    def error(self) -> Exception | None:
        """What ended it, if anything did."""

    def __reduce__(self) -> NoReturn:
        raise TypeError("a session stays in its process: pickle what it is made of, a source and a model's name")

    def __enter__(self: Self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __iter__(self) -> Iterator[PitchFrame]:
        """Wait for frames and give them one by one, until the source ends or the session stops.

        Raises what ended it, if something did, after the frames before it.
        """
        self._expect_start()
        while (frame := self._outlet.next()) is not None:
            yield frame
        self._join()
        yield from self._outlet.drain()  # a push that was under way when the session was stopped
        self._raise_error()

    async def __aenter__(self: Self) -> Self:
        """Begin without holding up the event loop; whoever is cancelled meanwhile leaves nothing running."""
        try:
            await to_its_end(self.start)
        except asyncio.CancelledError:
            await to_its_end(self.stop)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await to_its_end(self.stop)

    def __aiter__(self) -> AsyncIterator[PitchFrame]:
        """Await frames one by one, on asyncio: the same frames as those of `for`, in the same order, to the same end.

        No thread waits for them; a frame that nobody was given yet stays for whoever asks next.
        """
        self._expect_start()
        return Arriving(self._outlet, self._join, self._raise_error)

    def _expect_start(self) -> None:
        if self._thread.ident is None and not self._stopped:
            raise RuntimeError(f"start the session first: `with {type(self).__name__}(...) as session:`")

    def frames(self, limit: int | None = None) -> list[PitchFrame]:
        """The frames since the last call, oldest first, `limit` at most; never waits.

        Raises what ended it, if something did, once the frames before it are fetched.
        """
        ended = not self.running  # asked first: frames that come in between are fetched
        frames = self._outlet.drain(limit)
        if ended and not frames:
            self._raise_error()
        return frames

    def deliver(self, receive: Callable[[PitchFrame], object]) -> Delivery:
        """Call a function with every frame from now on, on a thread of its own; other ways to fetch go on as well.

        It may be asked for before the session starts. What is returned tells how it goes, and ends it.
        """
        if not callable(receive):
            raise TypeError(f"what frames are delivered to must be callable, not {receive!r}")
        delivery = Delivery(self._outlet.branch(), receive)
        self._deliveries = [*(each for each in self._deliveries if each.running), delivery]
        return delivery

    def _join(self) -> None:
        if self._thread.ident is not None and not isinstance(self.error, HangingError):
            self._thread.join()  # the outlet is closed: it is at its last instructions

    def _end_with_program(self) -> None:
        """Have it stopped before the interpreter goes: MLX and PortAudio abort the process if it goes first."""
        _begun.add(self)
        # What is registered last is called first: this comes before what libraries do that were loaded meanwhile.
        atexit.unregister(_stop_all)
        atexit.register(_stop_all)

    def _raise_error(self) -> None:
        self._join()
        if self.error is not None:
            raise self.error

    @property
    def running(self) -> bool:
        """Whether more frames may come."""
        return self._thread.is_alive()


def _stop_all() -> None:
    for session in list(_begun):
        session.stop()
