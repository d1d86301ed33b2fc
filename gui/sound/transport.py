"""Starting and stopping streams without ever making the window wait.

Threads: the Qt thread owns every attribute; one other, "livepitch-transport", runs the queued jobs in turn. Opening,
closing and listing devices may block for seconds, so all of it happens there. The jobs write no attribute, and append
to `_fresh` alone, which a list does in one step: their results come back as queued Qt signals.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Protocol

from PyQt6.QtCore import QObject, pyqtSignal

from ...realtime.frame import PitchFrame, StreamStats
from ...realtime.recording.takes import Recording
from ...realtime.roles import Output
from ...realtime.sending import Sending
from ...realtime.source import Source
from ...realtime.tuned import Tuned
from ..look.wording import sentence
from ..viewmodel.messages import without_commands
from .jobs import Jobs

log = logging.getLogger(__name__)


class Stream(Protocol):
    """What the window needs of a `realtime.session.Session`."""

    @property
    def source(self) -> Source:
        """What is listened to."""
        ...

    @property
    def tuned(self) -> Tuned | None:
        """What `livepitch tune` found and the stream uses, if anything."""
        ...

    @property
    def running(self) -> bool:
        """Whether more frames may come."""
        ...

    @property
    def stats(self) -> StreamStats:
        """Counters since the start."""
        ...

    @property
    def message(self) -> str | None:
        """One sentence for the user, if there is something to say."""
        ...

    @property
    def latency(self) -> float:
        """Algorithmic latency in seconds; NaN until the model is loaded."""
        ...

    @property
    def sample_rate(self) -> float:
        """Of the input, Hz; 0 until it is open."""
        ...

    def start(self) -> None:
        """Open the input and begin; may block."""
        ...

    def stop(self) -> None:
        """End every thread of the stream; may block."""
        ...

    def frames(self) -> Sequence[PitchFrame]:
        """The frames since the last call; never blocks, raises what ended the worker."""
        ...

    def adjust(self, *, gate: float | None = None, gain: float | None = None) -> None:
        """Another gate (dBFS), another gain (dB), from now on."""
        ...

    def record(self, take: Path) -> None:
        """Begin to record; returns at once."""
        ...

    def end_recording(self) -> None:
        """End the recording, if there is one; returns at once."""
        ...

    @property
    def recording(self) -> Recording | None:
        """The recording under way, or the last one."""
        ...

    def send(self, outputs: Sequence[Output]) -> None:
        """From now on send every frame to these, too; may wait for those that are no longer among them."""
        ...

    @property
    def sending(self) -> tuple[Sending, ...]:
        """How that goes, in the order in which they were named."""
        ...

    def painted(self, frames: Sequence[PitchFrame], instant: float) -> None:
        """Note that frames were on screen at a `time.monotonic` instant."""
        ...


class State(Enum):
    """What the user sees of the transport."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"


class Transport(QObject):
    """Holds the one stream of the window."""

    changed = pyqtSignal()
    """`state` is another one."""
    failed = pyqtSignal(str)
    """A stream could not start, or broke; the sentence for the user."""
    listed = pyqtSignal(object)
    """The result of `list_inputs`."""
    _opened = pyqtSignal(int, object)
    _refused = pyqtSignal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.state = State.STOPPED
        self.stream: Stream | None = None
        self.error: BaseException | None = None
        """Why the last stream ended by itself, or did not start; `failed` says it."""
        self._ticket = 0  # counts requests; an answer to an older one is out of date
        self._closed = False
        self._fresh: list[Stream] = []  # opened, on their way to the Qt thread
        self._jobs = Jobs("livepitch-transport")
        self._opened.connect(self._take)
        self._refused.connect(self._give_up)

    def start(self, make: Callable[[], Stream]) -> None:
        """Stop what runs, then start the stream that `make` builds; both on the other thread."""
        self._release()
        ticket = self._ticket
        self._jobs.put(lambda: self._open(ticket, make))
        self._enter(State.STARTING)

    def stop(self) -> None:
        """End the stream, also one that is still starting."""
        self._release()
        self._enter(State.STOPPED)

    def fail(self, error: BaseException) -> None:
        """End a stream that broke, and say why."""
        log.error("the stream broke: %s", error)
        self.stop()
        self.error = error
        self.failed.emit(_sentence(error))

    def list_inputs(self, listing: Callable[[], object]) -> None:
        """Call `listing` on the other thread; its result comes as `listed`, an error as an empty list."""
        self._jobs.put(lambda: self.listed.emit(_or_empty(listing)))

    def close(self, seconds: float = 3.0) -> bool:
        """End the stream and the thread, of which nobody hears any more; False if a device kept it busy for longer."""
        if self._closed:
            return True
        self._closed = True
        self.stop()
        ended = self._jobs.close(seconds)
        for told in (self._opened, self._refused, self.listed):  # what comes now may find the window deleted
            with suppress(TypeError):  # where nobody was to hear of it
                told.disconnect()
        for stream in self._fresh if ended else ():
            stream.stop()
        return ended

    def _release(self) -> None:
        self._ticket += 1
        if self.stream is not None:
            self._jobs.put(self.stream.stop)
            self.stream = None

    def _open(self, ticket: int, make: Callable[[], Stream]) -> None:
        if ticket != self._ticket:  # reading one int is atomic; a stale value only opens what _take closes again
            return
        try:
            stream = make()
            stream.start()
        except Exception as error:
            log.warning("the stream did not start: %s", error)
            self._refused.emit(ticket, error)
            return
        if ticket == self._ticket:
            self._fresh.append(stream)
            self._opened.emit(ticket, stream)
        else:  # nobody waits for it any more, perhaps not even a window
            stream.stop()

    def _take(self, ticket: int, stream: Stream) -> None:
        self._fresh.remove(stream)
        if ticket != self._ticket:
            self._jobs.put(stream.stop)
            return
        self.stream = stream
        self._enter(State.RUNNING)

    def _give_up(self, ticket: int, error: BaseException) -> None:
        if ticket == self._ticket:
            self.error = error
            self._enter(State.STOPPED)
            self.failed.emit(_sentence(error))

    def _enter(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit()


def _or_empty(listing: Callable[[], object]) -> object:
    try:
        return listing()
    except Exception:  # no PortAudio, no sound server: the menu then offers the demo voice alone
        return []


def _sentence(error: BaseException) -> str:
    return sentence(without_commands(str(error))) or type(error).__name__
