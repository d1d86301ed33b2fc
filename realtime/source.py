"""Where sound comes from; here the microphone, through `realtime/portaudio.py`."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from . import portaudio
from .devices import DeviceError, InputDevice, find_input
from .paced import DemoVoice, FileSource
from .portaudio import PLAUSIBLE_DELAY, input_devices
from .ring import Floats
from .roles import Sink, Source

__all__ = [
    "DemoVoice",
    "DeviceError",
    "FileSource",
    "InputDevice",
    "Microphone",
    "Sink",
    "Source",
    "input_devices",
]

MIXED_CHANNELS = 2  # of a device with more, the first two are mixed: some name 32 of which none is there
PATIENCE = 2.0  # s without a block after which a microphone counts as lost


def capture_instant(adc: float, current: float, duration: float, longest: float, now: float) -> float:
    """When a block's first sample reached the input, as a monotonic instant in seconds.

    adc: PortAudio's time of that sample, 0 where it knows none; current: the same clock at the callback;
    duration of the block; now: the monotonic clock at the callback; all in seconds. No sample can be younger
    than the block that it begins, and one older than `longest` is not believed either (the ALSA plugin of
    PulseAudio claims 0 at times, and 0.4 s in a stream's first second): the block then counts as captured
    just now.
    """
    age = current - adc
    if adc > 0 and duration <= age <= longest:
        return now - age
    return now - duration


class Microphone:
    """An input device, heard through PortAudio."""

    live = endless = True
    patience = PATIENCE
    finished = False

    def __init__(
        self,
        device: int | str | None = None,
        sample_rate: int | None = None,
        blocksize: int | None = None,
        channel: int | None = None,
    ) -> None:
        """Choose an input; nothing is opened yet.

        Args:
            device: index, (part of) a name, or None for the system's default.
            sample_rate: Hz; None for the device's own.
            blocksize: samples per block; None for what the device likes best.
            channel: which one to hear, from 0; None for the mean of the first two.

        """
        for name, value, least in (
            ("sample_rate", sample_rate, 1),
            ("blocksize", blocksize, 1),
            ("channel", channel, 0),
        ):
            if value is not None and value < least:
                raise ValueError(f"{name} must be at least {least}, not {value}")
        self.error: Exception | None = None
        self.sample_rate = 0
        self._device, self._wanted_rate = device, sample_rate
        self._blocksize, self._channel = blocksize, channel
        self._suggested: int | None = None
        self._found: InputDevice | None = None
        self._stream: Any = None

    @property
    def name(self) -> str:
        """The device's, once it was open; until then what was asked for."""
        if self._found is not None:
            return self._found.name
        return "default input" if self._device is None else str(self._device)

    def look_up(self) -> tuple[str, int]:
        """Name and rate (Hz) of the input that `open` would take now; opens nothing. DeviceError if there is none."""
        found = self._find()
        return found.name, self._wanted_rate or round(found.sample_rate)

    def suggest_blocksize(self, samples: int | None) -> bool:
        """From the next `open` on, None for what the device likes best; False if `blocksize` was given: that stays."""
        self._suggested = samples
        return self._blocksize is None

    def _find(self) -> InputDevice:
        with portaudio.lock:
            if self._found is None:
                return find_input(self._device, input_devices())
            # It may have been unplugged since: look anew, and by name, for numbers may have changed.
            wanted = self._found.name if self._device is not None else None
            return find_input(wanted, input_devices(refresh=True))

    def open(self, sink: Sink) -> None:
        """Open the device. DeviceError if there is none, or it refuses."""
        self.close()
        with portaudio.lock:
            found = self._find()
            self._found, self.error = found, None
            self.sample_rate = self._wanted_rate or round(found.sample_rate)
            self._stream = self._open_stream(found, sink)
            portaudio.open_streams.add(id(self))

    def _open_stream(self, found: InputDevice, sink: Sink) -> Any:
        sd = portaudio.sounddevice()
        wanted = MIXED_CHANNELS if self._channel is None else self._channel + 1
        channels = min(wanted, found.channels)
        if channels < wanted and self._channel is not None:
            raise DeviceError(f"{found.name}: has no channel {self._channel}; its last one is {found.channels - 1}")
        options = {
            "device": found.index,
            "samplerate": self.sample_rate,
            "channels": channels,
            "dtype": "float32",
        }
        callback = _Callback(sink, self.sample_rate, self._channel)
        with portaudio.one_line(sd, found, self.sample_rate):
            sd.check_input_settings(**options)
            stream = sd.InputStream(
                **options,
                blocksize=self._blocksize or self._suggested or 0,
                latency="low",
                callback=callback,
                finished_callback=lambda: self._ended(sink),
            )
        callback.longest_delay = portaudio.longest_delay(stream)
        return stream

    def start(self) -> None:
        """Begin to record. DeviceError if the device refuses; RuntimeError unless open."""
        if self._stream is None or self._found is None:
            raise RuntimeError(f"{self.name}: open it before start")
        with portaudio.lock, portaudio.one_line(portaudio.sounddevice(), self._found, self.sample_rate):
            self._stream.start()

    def close(self) -> None:
        """Stop recording and give the device back. May be called at any time, any number of times."""
        with portaudio.lock:
            stream, self._stream = self._stream, None
            # Whatever the driver says now, the stream counts no more: else no input would ever be looked for again.
            portaudio.open_streams.discard(id(self))
            if stream is not None and self._found is not None:
                with portaudio.one_line(portaudio.sounddevice(), self._found, self.sample_rate):
                    stream.close()

    def _ended(self, sink: Sink) -> None:
        """Called by PortAudio when the stream has stopped for whatever reason."""
        if self._stream is not None:  # not by `close`
            self.error = DeviceError(f"{self.name}: stopped by the system; check that it is plugged in")
            sink(np.zeros(0, np.float32), time.monotonic(), False)


class _Callback:
    """What PortAudio calls with every block, on its own thread, many times a second.

    It mixes, notes the time and copies into the sink's ring. It takes no lock, logs nothing and waits for
    nothing. Its attributes belong to that thread once the stream has started.
    """

    def __init__(self, sink: Sink, sample_rate: int, channel: int | None) -> None:
        self.longest_delay = PLAUSIBLE_DELAY
        self._sink, self._sample_rate, self._channel = sink, sample_rate, channel
        self._mix = np.zeros(8192, np.float32)  # samples, 170 ms at 48 kHz: below that no new memory is needed

    def __call__(self, block: Floats, size: int, instants: Any, status: Any) -> None:
        adc, current = instants.inputBufferAdcTime, instants.currentTime
        now = time.monotonic()
        captured = capture_instant(adc, current, size / self._sample_rate, self.longest_delay, now)
        self._sink(self._mono(block, size), captured, status.input_overflow)

    def _mono(self, block: Floats, size: int) -> Floats:
        if self._channel is not None:
            return block[:, self._channel]
        mix = self._mix[:size] if size <= len(self._mix) else np.empty(size, np.float32)
        return np.mean(block, axis=1, out=mix)
