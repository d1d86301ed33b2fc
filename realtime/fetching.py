"""Fetching the frames of a session, wherever its engine runs: waiting for them one by one, or taking what there is."""

from __future__ import annotations

import atexit
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakSet

from .frame import PitchFrame
from .outlet import Outlet
from .recording.takes import Recording
from .watch import HangingError

if TYPE_CHECKING:
    from .tuned import Tuned

Self = TypeVar("Self", bound="Fetching")
_begun: WeakSet[Fetching] = WeakSet()


class Fetching(ABC):
    """What a session is to whoever fetches: begun and ended by `with`, iterated, or asked now and then."""

    tuned: Tuned | None = None
    """What `livepitch tune` found and this session uses, noted by whoever made it for those who show it."""
    _outlet: Outlet
    _thread: threading.Thread
    """Fills the outlet; when it has ended there are no more frames."""
    _stopped: bool

    @abstractmethod
    def start(self) -> None:
        """Begin."""

    @abstractmethod
    def stop(self) -> None:
        """End; no thread is left."""

    @abstractmethod
    def adjust(self, *, gate: float | None = None, gain: float | None = None) -> None:
        """Change the gate (dBFS) or the gain (dB) of what is heard from now on."""

    @abstractmethod
    def record(self, take: Path) -> None:
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
        if self._thread.ident is None and not self._stopped:
            raise RuntimeError(f"start the session first: `with {type(self).__name__}(...) as session:`")
        while (frame := self._outlet.next()) is not None:
            yield frame
        self._join()
        yield from self._outlet.drain()  # a push that was under way when the session was stopped
        self._raise_error()

    def frames(self, limit: int | None = None) -> list[PitchFrame]:
        """The frames since the last call, oldest first, `limit` at most; never waits.

        Raises what ended it, if something did, once the frames before it are fetched.
        """
        ended = not self.running  # asked first: frames that come in between are fetched
        frames = self._outlet.drain(limit)
        if ended and not frames:
            self._raise_error()
        return frames

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
