"""An output that sounds for as long as there is something to hear, and is then given back.

A window paints in the same process, for milliseconds at a time, and the callback waits for the interpreter meanwhile:
more sound lies ready in the output than PortAudio's "high" asks for, which is 35 ms with PulseAudio.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .. import portaudio
from ..devices import DeviceError
from ..ring import Floats
from .output import Output, played_instant

LATENCY = 0.1  # s of sound that lies ready
QUIET = 1.0  # s of silence after which the device is given back, well above what lies ready
FADING = 0.5  # s that `close` waits for the sound to fade out
STALLED = 3.0  # s without a call after which the device counts as lost; a virtual one needed 1.7 s for its second


class Wave(Protocol):
    """What is to be heard; only `render` is called on PortAudio's thread."""

    @property
    def wanted(self) -> bool:
        """Whether there is anything to play now."""
        ...

    def render(self, out: Floats, instant: float) -> bool:
        """Fill `out` (n,), heard from a `time.monotonic` instant on; whether anything sounds in it."""
        ...


class Sounding(Output):
    """An output that plays a wave.

    Threads: PortAudio's, which renders; "livepitch-output-closer" for a moment whenever nothing sounds any more.
    """

    def __init__(self, device: int | str | None = None) -> None:
        super().__init__(device)
        self._callback: _Callback | None = None

    @property
    def error(self) -> DeviceError | None:
        """Why nothing sounds, if something should."""
        callback = self._callback
        if self.running and callback is not None and callback.stalled:
            self._error = DeviceError(f"{self.name}: takes no more sound; check that it is plugged in")
            self._give_back()
        return self._error

    @property
    def running(self) -> bool:
        """Whether the stream is open and takes sound."""
        return self._stream is not None and self._error is None

    @property
    def underflows(self) -> int:
        """How often the stream ran dry, as PortAudio tells, since it was opened."""
        return 0 if self._callback is None else self._callback.underflows

    def find(self, wanted_rate: int | None = None) -> None:
        """Find the device, and the rate: the wanted one where it plays that, else its own. Keeps an open stream.

        DeviceError if there is none.
        """
        if self.running:
            return
        self.close()  # whatever has ended by itself
        with portaudio.lock:
            found = self._find(refresh=self._error is not None)  # it may have gone, or come back under another number
            own = round(found.sample_rate)
            self.sample_rate = wanted_rate if wanted_rate and self._plays(found, wanted_rate) else own

    def begin(self, wave: Wave, latency: float = LATENCY) -> None:
        """Play a wave that is already `wanted`; nothing if the stream still runs with it. Opens the device: may block.

        latency: seconds of sound that lie ready. DeviceError if it refuses. Find it first.
        """
        callback = self._callback
        if callback is not None and callback.wave is wave and self.running and not callback.done:
            return
        self._callback = _Callback(wave, self.sample_rate, latency)
        self._begin(self._callback, latency)

    def fade(self) -> None:
        """Wait until a wave that is no longer wanted has faded out, then give the device back. Blocks 0.5 s at most."""
        limit, callback = time.monotonic() + FADING, self._callback
        while callback is not None and self.running and not callback.heard_out and time.monotonic() < limit:
            time.sleep(0.005)
        self.close()

    def _ended(self) -> None:
        if self._callback is None or not self._callback.done:
            super()._ended()
        self._give_back()

    def _give_back(self) -> None:
        """Close the stream, not on this thread: it is PortAudio's, which closing waits for, or a window's."""
        if self._stream is not None:
            name = "livepitch-output-closer"
            threading.Thread(target=self._close_only, args=(self._stream,), name=name, daemon=True).start()

    def _close_only(self, stream: Any) -> None:
        with portaudio.lock:
            if self._stream is stream:  # another may have begun meanwhile
                self.close()


class _Callback:
    """What PortAudio calls for every block, on its own thread. It takes no lock and waits for nothing."""

    def __init__(self, wave: Wave, sample_rate: int, latency: float) -> None:
        self.wave = wave
        self.longest_delay = portaudio.PLAUSIBLE_DELAY
        self.underflows = 0
        self.done = False
        """It has asked PortAudio to end the stream."""
        self._rate, self._latency, self._silence, self._called = sample_rate, latency, 0, time.monotonic()
        self._abort = portaudio.sounddevice().CallbackAbort
        self._mono = np.zeros(16_384, np.float32)  # samples, 0.3 s at 48 kHz: below that no new memory is needed

    @property
    def stalled(self) -> bool:
        """Whether PortAudio no longer calls."""
        return not self.done and time.monotonic() - self._called > STALLED

    @property
    def heard_out(self) -> bool:
        """Whether nothing that lies ready in the output sounds."""
        return self._silence > 2 * self._latency * self._rate

    def __call__(self, block: NDArray[np.float32], size: int, instants: Any, status: Any) -> None:
        self._called = now = time.monotonic()
        instant = played_instant(instants.outputBufferDacTime, instants.currentTime, self.longest_delay, now)
        if status and status.output_underflow:
            self.underflows += 1
        mono = self._mono[:size] if size <= len(self._mono) else np.empty(size, np.float32)
        sounds = self.wave.render(mono, instant)
        block[:] = mono[:, None]
        self._silence = 0 if sounds else self._silence + size
        if self._silence > QUIET * self._rate:
            # In this order: who begins to want the wave and then looks at `done` is either seen here or opens anew.
            self.done = True
            self.done = not self.wave.wanted
            if self.done:
                raise self._abort
