"""An output device that plays one prepared signal and notes when each block was handed over and should sound."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import portaudio
from ..devices import DeviceError
from ..ring import Floats
from .output import Output, played_instant


@dataclass
class Played:
    """What is known of the blocks played: one entry each, written by the callback's thread alone."""

    position: list[int] = field(default_factory=list)
    """Of its first sample in the signal."""
    handed: list[float] = field(default_factory=list)
    """When it was handed over, monotonic s."""
    claimed: list[float] = field(default_factory=list)
    """When its first sample sounds by PortAudio's claim, monotonic s."""
    underflows: list[int] = field(default_factory=list)
    """Positions before which the output ran dry."""


class Loudspeaker(Output):
    """An output device, played through PortAudio."""

    def __init__(self, device: int | str | None = None, sample_rate: int | None = None) -> None:
        """Choose an output; nothing is opened yet.

        Args:
            device: index, (part of) a name, or None for the system's default.
            sample_rate: Hz; None for the device's own.

        """
        if sample_rate is not None and sample_rate < 1:
            raise ValueError(f"sample_rate must be at least 1, not {sample_rate}")
        super().__init__(device)
        self.played = Played()
        self.finished = threading.Event()
        """Set when the last sample has been handed over, or the system has ended the stream."""
        self._wanted_rate = sample_rate

    @property
    def error(self) -> DeviceError | None:
        """What ended the stream, if the system did."""
        return self._error

    def open(self) -> None:
        """Find the device and the rate. DeviceError if there is none."""
        self.close()
        found = self._find()
        self.sample_rate = self._wanted_rate or round(found.sample_rate)

    def play(self, signal: Floats, latency: float | str = "low") -> None:
        """Begin to play float32 `(n,)` at `sample_rate`, the same on every channel; returns at once.

        latency: seconds of sound that may wait in the output, or "low" or "high". `played` begins anew.
        DeviceError if the device refuses; RuntimeError unless open.
        """
        if self._found is None:
            raise RuntimeError(f"{self.name}: open it before you play")
        self.close()
        self.played = Played()
        self.finished.clear()
        self._begin(_Callback(signal, self.played, self.finished), latency)

    def _ended(self) -> None:
        super()._ended()
        if self._error is not None:
            self.finished.set()


class _Callback:
    """What PortAudio calls for every block, on its own thread: it stamps and copies, and waits for nothing."""

    def __init__(self, signal: Floats, played: Played, finished: threading.Event) -> None:
        self.longest_delay = portaudio.PLAUSIBLE_DELAY
        self._signal, self._played, self._finished = signal, played, finished
        self._position = 0

    def __call__(self, block: NDArray[np.float32], size: int, instants: Any, status: Any) -> None:
        now, played, position = time.monotonic(), self._played, self._position
        played.position.append(position)
        played.handed.append(now)
        played.claimed.append(
            played_instant(instants.outputBufferDacTime, instants.currentTime, self.longest_delay, now)
        )
        if status.output_underflow:
            played.underflows.append(position)
        part = self._signal[position : position + size]
        block[: len(part)] = part[:, None]
        block[len(part) :] = 0
        self._position = position + size
        if self._position >= len(self._signal):
            self._finished.set()  # its lock is held by the waiter for a few instructions only
