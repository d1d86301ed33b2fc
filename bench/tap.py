"""A source that keeps what it delivers: the raw samples of an input, beside the session that hears it."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..realtime.ring import Floats
from ..realtime.roles import Clock, Sink, Source
from .playback import evened


class Recording:
    """A sink between a source and its own sink: passes every block on at once, then keeps it while there is room.

    The source's thread alone writes; read it once the source is closed.
    """

    def __init__(self, sink: Sink, clock: Clock = time.monotonic) -> None:
        self._sink, self._clock = sink, clock
        self._samples = np.zeros(0, np.float32)
        self._end = 0
        self._starts: list[int] = []
        self._captured: list[float] = []
        self._arrived: list[float] = []
        self.sample_rate = 0

    def allocate(self, sample_rate: int, seconds: float) -> None:
        """Make room, once the source knows its rate and before it starts."""
        self.sample_rate = sample_rate
        self._samples = np.zeros(round(seconds * sample_rate), np.float32)

    def __call__(self, block: Floats, captured: float, overflowed: bool) -> None:
        """Source: take a block."""
        self._sink(block, captured, overflowed)
        arrived, size = self._clock(), len(block)
        if not size or self._end + size > len(self._samples):
            return
        self._samples[self._end : self._end + size] = block
        self._starts.append(self._end)
        self._captured.append(captured)
        self._arrived.append(arrived)
        self._end += size

    def wait_for_room(self, samples: int, timeout: float) -> bool:
        """Source: as the sink does."""
        return self._sink.wait_for_room(samples, timeout)

    @property
    def samples(self) -> Floats:
        """All that was kept, float32 `(n,)`."""
        return self._samples[: self._end]

    def captured(self, samples: ArrayLike) -> NDArray[np.float64]:
        """Monotonic instants (s) at which these samples reached the input, as PortAudio claims but for jitter."""
        at, starts = np.asarray(samples) / self.sample_rate, np.array(self._starts) / self.sample_rate
        return np.asarray(at + np.interp(at, starts, evened(starts, np.array(self._captured) - starts)))

    def arrived(self, samples: ArrayLike) -> NDArray[np.float64]:
        """Monotonic instants (s) at which the blocks with these samples were in the ring."""
        return np.asarray(np.array(self._arrived)[self._blocks(np.asarray(samples))])

    def between(self, first: float, last: float) -> tuple[int, int]:
        """The samples of the blocks that arrived between two monotonic instants: first, and the one after the last."""
        edges = [*self._starts, self._end]
        begin, end = np.searchsorted(self._arrived, (first, last))
        return edges[begin], edges[end]

    def _blocks(self, samples: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.asarray(np.maximum(np.searchsorted(self._starts, samples, "right") - 1, 0))


class Tapped:
    """A source whose blocks are recorded on their way; everything else is as the source has it."""

    def __init__(self, source: Source, seconds: float) -> None:
        """Keep the first `seconds` after every opening of the source."""
        self._source, self._seconds = source, seconds
        self.recordings: list[Recording] = []
        """One for each time that it was opened; only the last one goes on."""

    def open(self, sink: Sink) -> None:
        """Open the source; its sound goes to `sink`, and is kept."""
        recording = Recording(sink)
        self._source.open(recording)
        recording.allocate(self._source.sample_rate, self._seconds)
        self.recordings.append(recording)

    def start(self) -> None:
        """Begin to deliver."""
        self._source.start()

    def close(self) -> None:
        """Stop the source."""
        self._source.close()

    @property
    def name(self) -> str:
        """The source's."""
        return self._source.name

    @property
    def sample_rate(self) -> int:
        """The source's, Hz."""
        return self._source.sample_rate

    @property
    def live(self) -> bool:
        """The source's."""
        return self._source.live

    @property
    def patience(self) -> float:
        """The source's, s."""
        return self._source.patience

    @property
    def endless(self) -> bool:
        """The source's."""
        return self._source.endless

    @property
    def finished(self) -> bool:
        """The source's."""
        return self._source.finished

    @property
    def error(self) -> Exception | None:
        """The source's."""
        return self._source.error
