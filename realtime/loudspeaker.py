"""An output device that plays one prepared signal and notes when each block was handed over and should sound."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import portaudio
from .devices import DeviceError, OutputDevice, find_output
from .ring import Floats

CHANNELS = 2  # all that the signal is played on


def played_instant(dac: float, current: float, longest: float, now: float) -> float:
    """When a block's first sample leaves the output by PortAudio's claim, as a monotonic instant in seconds.

    dac: PortAudio's time of that sample, 0 where it knows none; current: the same clock at the callback; now:
    the monotonic clock there; all in seconds. A sample that sounds before it is handed over, or more than
    `longest` after, is not believed: it then counts as sounding just now.
    """
    ahead = dac - current
    return now + ahead if dac > 0 and 0 <= ahead <= longest else now


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


class Loudspeaker:
    """An output device, played through PortAudio."""

    def __init__(self, device: int | str | None = None, sample_rate: int | None = None) -> None:
        """Choose an output; nothing is opened yet.

        Args:
            device: index, (part of) a name, or None for the system's default.
            sample_rate: Hz; None for the device's own.

        """
        if sample_rate is not None and sample_rate < 1:
            raise ValueError(f"sample_rate must be at least 1, not {sample_rate}")
        self.sample_rate = 0
        self.played = Played()
        self.finished = threading.Event()
        """Set when the last sample has been handed over, or the system has ended the stream."""
        self.error: DeviceError | None = None
        self._device, self._wanted_rate = device, sample_rate
        self._found: OutputDevice | None = None
        self._stream: Any = None

    @property
    def name(self) -> str:
        """The device's, once it was open; until then what was asked for."""
        if self._found is not None:
            return self._found.name
        return "default output" if self._device is None else str(self._device)

    def open(self) -> None:
        """Find the device and the rate. DeviceError if there is none."""
        self.close()
        with portaudio.lock:
            self._found = find_output(self._device, portaudio.output_devices())
        self.sample_rate = self._wanted_rate or round(self._found.sample_rate)

    def play(self, signal: Floats, latency: float | str = "low") -> None:
        """Begin to play float32 `(n,)` at `sample_rate`, the same on every channel; returns at once.

        latency: seconds of sound that may wait in the output, or "low" or "high". `played` begins anew.
        DeviceError if the device refuses; RuntimeError unless open.
        """
        found = self._found
        if found is None:
            raise RuntimeError(f"{self.name}: open it before you play")
        self.close()
        self.played, self.error = Played(), None
        self.finished.clear()
        with portaudio.lock, portaudio.one_line(portaudio.sounddevice(), found, self.sample_rate):
            sd = portaudio.sounddevice()
            options = {
                "device": found.index,
                "samplerate": self.sample_rate,
                "channels": min(CHANNELS, found.channels),
                "dtype": "float32",
            }
            sd.check_output_settings(**options)
            callback = _Callback(signal, self.played, self.finished)
            stream = sd.OutputStream(**options, latency=latency, callback=callback, finished_callback=self._ended)
            self._stream = stream
            portaudio.open_streams.add(id(self))
            callback.longest_delay = portaudio.longest_delay(stream)
            stream.start()

    def close(self) -> None:
        """Stop playing and give the device back. May be called at any time, any number of times."""
        with portaudio.lock:
            stream, self._stream = self._stream, None
            if stream is not None:
                stream.close()
                portaudio.open_streams.discard(id(self))

    def _ended(self) -> None:
        """Called by PortAudio when the stream has stopped for whatever reason."""
        if self._stream is not None:  # not by `close`
            self.error = DeviceError(f"{self.name}: stopped by the system; check that it is plugged in")
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
