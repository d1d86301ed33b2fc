"""What the parts of a session need of each other: a source, the sink it fills, a tracker."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from .frame import PitchFrame
from .ring import Floats


class Sink(Protocol):
    """What a source is given to put its blocks into."""

    def __call__(self, block: Floats, captured: float, overflowed: bool) -> None:
        """Take float32 `(n,)`, whose first sample reached the input at `captured` (monotonic s).

        `overflowed`: the device lost sound before this block. An empty block only wakes the reader. Never
        waits.
        """
        ...

    def wait_for_room(self, samples: int, timeout: float) -> bool:
        """For sources that can wait: sleep until a block of `samples` fits; False after `timeout` seconds."""
        ...


class Source(Protocol):
    """Something that delivers blocks of mono sound on a thread of its own, between `start` and `close`."""

    @property
    def name(self) -> str:
        """For people."""
        ...

    @property
    def sample_rate(self) -> int:
        """Hz; 0 until `open` if it depends on the device."""
        ...

    @property
    def live(self) -> bool:
        """Whether sound comes in its own time; a source that is not live waits for its reader."""
        ...

    @property
    def patience(self) -> float:
        """Seconds without a block after which the source counts as lost; inf for never."""
        ...

    @property
    def endless(self) -> bool:
        """Whether it has no end of its own: opened again, it delivers what sounds then. False where it is missing."""
        ...

    @property
    def finished(self) -> bool:
        """Whether it has delivered everything there was."""
        ...

    @property
    def error(self) -> Exception | None:
        """What ended it, if anything did; a `DeviceError` means that opening it again may help."""
        ...

    def open(self, sink: Sink) -> None:
        """Get ready to deliver into `sink`, but deliver nothing yet."""
        ...

    def start(self) -> None:
        """Begin to deliver."""
        ...

    def close(self) -> None:
        """Stop; no thread or device is held after it. May be opened again."""
        ...


class Output(Protocol):
    """Takes the frames of a session to other programs, each on a thread of its own beside the worker.

    It is made and pickled closed: the engine may have a process of its own. Two that are equal send to the same place:
    one that is named again goes on. A slow one loses the oldest frames that wait for it, beyond a minute of them; one
    that fails is closed and opened again, a second later, for as long as it is wanted.
    """

    @property
    def name(self) -> str:
        """For people: "OSC to 127.0.0.1:9000"."""
        ...

    def open(self) -> None:
        """Get ready to send. OSError or LivepitchError, in words for people, where that is not possible now."""
        ...

    def send(self, frames: Sequence[PitchFrame]) -> None:
        """Send frames, in order; none, a few times a second, while none come, so that a note can end.

        With something that settles each comes twice, `settled` the second time. Errors as in `open`.
        """
        ...

    def close(self) -> None:
        """Tell the receivers that nothing sounds any more, and let go of everything; never raises, may come twice."""
        ...


Clock = Callable[[], float]
"""Seconds; only differences mean anything."""


class Marks(NamedTuple):
    """Instants of a push by the tracker's clock, s; NaN without one."""

    heard: float = math.nan
    """The sound was resampled and turned into mel."""
    inferred: float = math.nan
    """The network had run."""
    decoded: float = math.nan
    """Its salience had become pitches."""


class Tracker(Protocol):
    """What the worker needs of a `StreamTracker`."""

    @property
    def marks(self) -> Marks:
        """Of the last push or flush."""
        ...

    @property
    def latency(self) -> float:
        """Seconds from a frame's centre to the last sample it needs."""
        ...

    @property
    def hop_seconds(self) -> float:
        """Seconds of sound that it works on at once, so that as much may wait meanwhile."""
        ...

    def push(self, block: Floats) -> Sequence[PitchFrame]:
        """Take float32 `(n,)`, give the frames that it completes."""
        ...

    def flush(self) -> Sequence[PitchFrame]:
        """Give the frames that still wait for sound to come."""
        ...

    def skip(self, n: int) -> None:
        """Note that `n` samples were lost."""
        ...

    def set_gate(self, gate: float) -> None:
        """From the next frame on, count frames of a level below `gate` (dBFS) as unvoiced."""
        ...

    def warm_up(self) -> None:
        """Run once for nothing, so that the first frame is not slow; the stream begins at 0 after it."""
        ...


class Settler(Protocol):
    """What the worker needs of a `settling.Settler`."""

    @property
    def marks(self) -> Marks:
        """Of the last frames that it gave."""
        ...

    @property
    def begun(self) -> float:
        """When the window of those frames was begun."""
        ...

    @property
    def expected(self) -> float | None:
        """Seconds that the next slice will take; None if nothing waits for work."""
        ...

    def keep_up(self) -> None:
        """Leave frames out where too many wait."""
        ...

    def refuse(self) -> None:
        """Note that there was no time for the next slice."""
        ...

    def work(self) -> Sequence[PitchFrame]:
        """Run a slice, give the frames that it completes."""
        ...

    def finish(self) -> Sequence[PitchFrame]:
        """Give the frames that still wait, after the tracker's `flush`."""
        ...

    def take_unsettled(self) -> int:
        """Frames left out since the last call."""
        ...


@runtime_checkable
class Settles(Tracker, Protocol):
    """A tracker whose frames are given again, settled."""

    @property
    def settler(self) -> Settler:
        """What settles them, where it is given time."""
        ...

    @property
    def settled_latency(self) -> float:
        """Seconds from the centre of a window's last settled frame to the last sample that all of them need."""
        ...
