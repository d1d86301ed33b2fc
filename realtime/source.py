"""Where sound comes from; here the microphone. The one module that uses sounddevice.

PortAudio is one for the whole process, its calls are not thread-safe, and its list of devices is made once,
at its initialisation. So one lock guards every call but the callback's, and the open streams are counted:
making the list anew ends every stream, which is allowed only when there is none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from .devices import DeviceError, InputDevice, find_input
from .paced import DemoVoice, FileSource
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
PLAUSIBLE_DELAY = 0.2  # s from a sample's capture to the callback; more is believed only of a slow device
PATIENCE = 2.0  # s without a block after which a microphone counts as lost

_portaudio = threading.RLock()
_open_streams: set[int] = set()  # ids of the microphones with an open stream; guarded by the lock


def input_devices(refresh: bool = False) -> list[InputDevice]:
    """List the inputs; `refresh` looks for new ones first if no microphone is open, renumbering them.

    Refreshing ends streams that other code of the process may have opened through sounddevice. DeviceError
    without PortAudio.
    """
    with _portaudio:
        sd = _sounddevice()
        if refresh and not _open_streams:
            # PortAudio lists devices when it is initialised and never again.
            sd._terminate()
            sd._initialize()
        default = sd.default.device[0]
        apis = sd.query_hostapis()
        return [
            InputDevice(
                index=index,
                name=entry["name"],
                host_api=apis[entry["hostapi"]]["name"],
                channels=entry["max_input_channels"],
                sample_rate=entry["default_samplerate"],
                latency=entry["default_low_input_latency"],
                default=index == default,
            )
            for index, entry in enumerate(sd.query_devices())
            if entry["max_input_channels"] > 0
        ]


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

    live = True
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
        self._blocksize, self._channel = blocksize or 0, channel
        self._found: InputDevice | None = None
        self._stream: Any = None

    @property
    def name(self) -> str:
        """The device's, once it was open; until then what was asked for."""
        if self._found is not None:
            return self._found.name
        return "default input" if self._device is None else str(self._device)

    def open(self, sink: Sink) -> None:
        """Open the device. DeviceError if there is none, or it refuses."""
        self.close()
        with _portaudio:
            if self._found is None:
                found = find_input(self._device, input_devices())
            else:
                # It may have been unplugged since: look anew, and by name, for numbers may have changed.
                wanted = self._found.name if self._device is not None else None
                found = find_input(wanted, input_devices(refresh=True))
            self._found, self.error = found, None
            self.sample_rate = self._wanted_rate or round(found.sample_rate)
            self._stream = self._open_stream(found, sink)
            _open_streams.add(id(self))

    def _open_stream(self, found: InputDevice, sink: Sink) -> Any:
        sd = _sounddevice()
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
        with _one_line(sd, found, self.sample_rate):
            sd.check_input_settings(**options)
            stream = sd.InputStream(
                **options,
                blocksize=self._blocksize,
                latency="low",
                callback=callback,
                finished_callback=lambda: self._ended(sink),
            )
        callback.longest_delay = max(PLAUSIBLE_DELAY, 3 * stream.latency)
        return stream

    def start(self) -> None:
        """Begin to record. DeviceError if the device refuses; RuntimeError unless open."""
        if self._stream is None or self._found is None:
            raise RuntimeError(f"{self.name}: open it before start")
        with _portaudio, _one_line(_sounddevice(), self._found, self.sample_rate):
            self._stream.start()

    def close(self) -> None:
        """Stop recording and give the device back. May be called at any time, any number of times."""
        with _portaudio:
            stream, self._stream = self._stream, None
            if stream is not None:
                stream.close()
                _open_streams.discard(id(self))

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


def _sounddevice() -> ModuleType:
    try:
        import sounddevice
    except OSError:
        raise DeviceError("the PortAudio library is missing: install it (Debian, Ubuntu: libportaudio2)") from None
    module: ModuleType = sounddevice
    return module


@contextmanager
def _one_line(sd: ModuleType, found: InputDevice, sample_rate: int) -> Iterator[None]:
    """Turn PortAudio's errors into one line about this device."""
    try:
        yield
    except sd.PortAudioError as error:
        refused = sample_rate != round(found.sample_rate) and "sample rate" in str(error).lower()
        if refused:
            advice = f"leave the rate out, or use {found.sample_rate:.0f}"
            raise DeviceError(f"{found.name}: does not record at {sample_rate} Hz; {advice}") from None
        reason = " ".join(str(error.args[0] if error.args else error).split())
        advice = "another program may hold it; `livepitch devices` lists the others"
        raise DeviceError(f"{found.name}: cannot be opened ({reason}); {advice}") from None
