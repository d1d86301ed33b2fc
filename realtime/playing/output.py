"""An output device: found by name, opened, given back. What everything that plays has in common."""

from __future__ import annotations

from typing import Any, Protocol

from .. import portaudio
from ..devices import DeviceError, OutputDevice, find_output

CHANNELS = 2  # all that is played on


class Callback(Protocol):
    """What PortAudio calls for every block, on its own thread."""

    longest_delay: float
    """Seconds between the call and the block's first sample that are believed; known once the stream is open."""

    def __call__(self, block: Any, size: int, instants: Any, status: Any) -> None:
        """Fill `block` (size, channels)."""


def played_instant(dac: float, current: float, longest: float, now: float) -> float:
    """When a block's first sample leaves the output by PortAudio's claim, as a monotonic instant in seconds.

    dac: PortAudio's time of that sample, 0 where it knows none; current: the same clock at the callback; now:
    the monotonic clock there; all in seconds. A sample that sounds before it is handed over, or more than
    `longest` after, is not believed: it then counts as sounding just now.
    """
    ahead = dac - current
    return now + ahead if dac > 0 and 0 <= ahead <= longest else now


class Output:
    """An output device of PortAudio, and the stream that is open on it, if one is."""

    def __init__(self, device: int | str | None = None) -> None:
        """Choose an output; nothing is opened yet.

        device: index, (part of) a name, or None for the system's default.
        """
        self.sample_rate = 0
        """Hz; 0 until it is known."""
        self._device = device
        self._error: DeviceError | None = None
        self._found: OutputDevice | None = None
        self._stream: Any = None

    @property
    def name(self) -> str:
        """The device's, once it was found; until then what was asked for."""
        if self._found is not None:
            return self._found.name
        return "default output" if self._device is None else str(self._device)

    def _find(self, refresh: bool = False) -> OutputDevice:
        """Find the device. DeviceError if there is none."""
        with portaudio.lock:
            self._found = find_output(self._device, portaudio.output_devices(refresh))
        return self._found

    def _begin(self, callback: Callback, latency: float | str) -> None:
        """Open the device that was found at `sample_rate`, and have it call. DeviceError if it refuses."""
        found = self._found
        assert found is not None
        self.close()
        self._error = None
        sd = portaudio.sounddevice()
        with portaudio.lock, portaudio.one_line(sd, found, self.sample_rate):
            options = self._options(found, self.sample_rate)
            sd.check_output_settings(**options)
            stream = sd.OutputStream(**options, latency=latency, callback=callback, finished_callback=self._ended)
            self._stream = stream
            portaudio.open_streams.add(id(self))
            callback.longest_delay = portaudio.longest_delay(stream)
            stream.start()

    def _plays(self, found: OutputDevice, sample_rate: int) -> bool:
        """Whether the device takes sound of this rate."""
        sd = portaudio.sounddevice()
        with portaudio.lock:
            try:
                sd.check_output_settings(**self._options(found, sample_rate))
            except sd.PortAudioError:
                return False
        return True

    @staticmethod
    def _options(found: OutputDevice, sample_rate: int) -> dict[str, Any]:
        return {
            "device": found.index,
            "samplerate": sample_rate,
            "channels": min(CHANNELS, found.channels),
            "dtype": "float32",
        }

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
            self._error = DeviceError(f"{self.name}: stopped by the system; check that it is plugged in")
