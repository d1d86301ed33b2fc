"""What a window's process and the engine's process say to each other, over a pair of connected sockets.

Each message is a byte that says what it is, the length of the rest, and the rest:

    to the engine     REQUEST  what to run, pickled         STOP    end it
                      ADJUST   gate and gain                RECORD  into which take
                      REST     end the recording            SEND    to which outputs
    from the engine   HELLO    that it lives, its clock     OPENED  the source is open
                      FRAMES   as soon as they are there    NEWS    what else has changed, a few times a second
                      END      there is no more, and why

For a whole recording the REQUEST is a `FileRequest`, and between HELLO and END come PROGRESS, 0..1, and the TRACK.
A practice's process (practice/rehearsal/apart.py) takes one REQUEST after another, each for PROGRESS and an ANSWER.

Both processes run the same code and one started the other, so what is pickled comes from no stranger.
"""

from __future__ import annotations

import math
import pickle
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from enum import Enum
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...model.errors import LivepitchError
from ..frame import PitchFrame, Settings, StreamStats
from ..recording.takes import Recording
from ..roles import Output, Source
from ..sending import Sending

if TYPE_CHECKING:
    from ...model.registry import Model

AT_ONCE = 1 << 16  # bytes
GLANCE = 0.5  # s between two looks at whether the other end has been silent for too long
HEADER = struct.Struct("=cI")  # kind, bytes that follow
_FIELDS = fields(PitchFrame)
FRAME = struct.Struct("=" + "".join("?" if field.type == "bool" else "d" for field in _FIELDS))
_values = attrgetter(*(field.name for field in _FIELDS))


class EngineError(LivepitchError):
    """The engine's process failed as a whole."""


class Kind(Enum):
    """What a message is."""

    REQUEST = b"R"
    STOP = b"S"
    ADJUST = b"A"
    RECORD = b"C"
    REST = b"T"
    SEND = b"X"
    HELLO = b"H"
    OPENED = b"O"
    FRAMES = b"F"
    NEWS = b"N"
    PROGRESS = b"P"
    TRACK = b"K"
    ANSWER = b"W"
    END = b"E"


Order = tuple[Kind, bytes]
"""What a running session can be told: ADJUST, RECORD, REST or SEND, and the rest of the message."""


@dataclass(frozen=True)
class Request:
    """The arguments of the session that the engine runs."""

    source: Source
    model: Model | str | Path
    settings: Settings
    settle: Model | str | Path | None = None
    backend: str | None = None
    """Where MLX runs there, "cpu" or "gpu"; None for what it takes by itself."""
    orders: tuple[Order, ...] = ()
    """What was ordered before it was started."""
    since: float | None = None
    """The monotonic instant of second 0, where it goes on with a session whose engine has failed."""


@dataclass(frozen=True)
class FileRequest:
    """The recording that the engine tracks as a whole, and how."""

    path: Path
    model: Model | str | Path
    settings: Settings


Task = Request | FileRequest


@dataclass(frozen=True)
class News:
    """What the engine's session says of itself, frames apart."""

    source_name: str
    sample_rate: int
    latency: float
    settles: bool
    message: str | None = None
    stats: StreamStats = field(default_factory=StreamStats)
    recording: Recording | None = None
    sending: tuple[Sending, ...] = ()


class Distant:
    """A source that is open in the other process: name and rate are those told of it, the rest is that given here."""

    def __init__(self, source: Source, news: Callable[[], News]) -> None:
        self._source, self._latest = source, news

    @property
    def name(self) -> str:
        """For people."""
        return self._latest().source_name

    @property
    def sample_rate(self) -> int:
        """Hz; 0 until it is open, if it depends on the device."""
        return self._latest().sample_rate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def pack_frames(frames: Iterable[PitchFrame]) -> bytes:
    """Frames as bytes, 113 each."""
    return b"".join(FRAME.pack(*_values(frame)) for frame in frames)


def pack_outputs(outputs: Iterable[Output]) -> bytes:
    """Outputs as bytes, each by itself. ValueError for one that cannot be pickled."""
    return pickle.dumps([(output.name, _packed(output)) for output in outputs])


def _packed(output: Output) -> bytes:
    try:
        return pickle.dumps(output)
    except Exception as error:
        raise ValueError(f"{output.name}: cannot be pickled, as the engine needs it ({error})") from error


def unpack_outputs(data: bytes) -> list[Output]:
    """The outputs that `pack_outputs` packed; in the place of one that cannot be made here, one that says so."""
    return [_unpacked(name, packed) for name, packed in pickle.loads(data)]


def _unpacked(name: str, packed: bytes) -> Output:
    try:
        output: Output = pickle.loads(packed)
    except Exception as error:
        return NoOutput(name, f"{name}: cannot be made in the engine's process ({error})")
    return output


@dataclass(frozen=True)
class NoOutput:
    """In the place of an output that cannot be."""

    name: str
    why: str

    def open(self) -> None:
        """Say why."""
        raise EngineError(self.why)

    def send(self, frames: Sequence[PitchFrame]) -> None:
        """Never called, since it is never open."""

    def close(self) -> None:
        """Nothing is held."""


def unpack_frames(data: bytes) -> list[PitchFrame]:
    """The frames that `pack_frames` packed, of the same values."""
    return [PitchFrame(*values) for values in FRAME.iter_unpack(data)]


class QuietError(Exception):
    """The other end has said nothing for longer than it should."""


class Wire:
    """One end. Any thread may send; one thread receives."""

    def __init__(self, end: socket.socket) -> None:
        self.patience = math.inf
        """Seconds of silence after which `receive` gives up; only looked at between two waits, and only on POSIX."""
        self._socket, self._received = end, bytearray()
        self._sending = threading.Lock()  # a message is sent whole before the next

    def send(self, kind: Kind, data: bytes = b"") -> None:
        """Send a message; waits while the other end is full of unread ones. OSError once the other end is gone."""
        with self._sending:
            self._socket.sendall(HEADER.pack(kind.value, len(data)) + data)

    def receive(self) -> tuple[Kind, bytes] | None:
        """Wait for a message; None once the other end is gone. QuietError if it stays silent beyond `patience`."""
        try:
            kind, size = HEADER.unpack(self._read(HEADER.size))
            return Kind(kind), self._read(size)
        except (OSError, ValueError, EOFError):  # reset: the other end died with something unread; or closed here
            return None

    def _read(self, size: int) -> bytes:
        while len(self._received) < size:
            self._await_more()
            piece = self._socket.recv(AT_ONCE)
            if not piece:
                raise EOFError
            self._received += piece
        data = bytes(self._received[:size])
        del self._received[:size]
        return data

    def _await_more(self) -> None:
        # Many short waits, not one that is as long: where both processes were stopped together, or the computer slept,
        # one of them runs out at once, but no more than one.
        waited = 0.0
        while math.isfinite(self.patience) and not _ready(self._socket, GLANCE):
            waited += GLANCE
            if waited >= self.patience:
                raise QuietError(f"silent for {waited:.0f} s")

    def shut(self) -> None:
        """Any thread: let both ends find nothing more, also one that waits in `receive`."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """The thread that receives: give the socket back."""
        self.shut()  # whoever is waiting in `send` is let go
        self._socket.close()


def _ready(end: socket.socket, seconds: float) -> bool:
    """Whether there is something to receive, be it the end of the connection."""
    poll = select.poll()
    poll.register(end, select.POLLIN)
    return bool(poll.poll(1e3 * seconds))
