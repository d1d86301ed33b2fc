"""PortAudio, for those who record or play: the one module that uses sounddevice.

PortAudio is one for the whole process, its calls are not thread-safe, and its list of devices is made once,
at its initialisation. So one lock guards every call but the callbacks', and the open streams are counted:
making the list anew ends every stream, which is allowed only when there is none.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeVar

from .devices import AudioDevice, DeviceError, InputDevice, OutputDevice

PLAUSIBLE_DELAY = 0.2  # s between a callback and a block's first sample; more is believed only of a slow device

lock = threading.RLock()
open_streams: set[int] = set()  # ids of those with an open stream; guarded by the lock

D = TypeVar("D", bound=AudioDevice)


def sounddevice() -> ModuleType:
    """The module, loaded when it is needed. DeviceError without the PortAudio library."""
    try:
        import sounddevice
    except OSError:
        raise DeviceError("the PortAudio library is missing: install it (Debian, Ubuntu: libportaudio2)") from None
    except Exception as error:  # its own kind, which cannot be named without it: it could not be initialised
        raise DeviceError(f"PortAudio does not start ({error}); check that the sound server runs") from None
    module: ModuleType = sounddevice
    return module


def input_devices(refresh: bool = False) -> list[InputDevice]:
    """List the inputs; `refresh` looks for new ones first if no stream is open, renumbering them.

    Refreshing ends streams that other code of the process may have opened through sounddevice. DeviceError
    without PortAudio.
    """
    return _listed(InputDevice, "input", 0, refresh)


def output_devices(refresh: bool = False) -> list[OutputDevice]:
    """List the outputs, as `input_devices` does the inputs."""
    return _listed(OutputDevice, "output", 1, refresh)


def _listed(kind: type[D], way: str, place: int, refresh: bool) -> list[D]:
    with lock, listing(sd := sounddevice()):
        if refresh and not open_streams:
            # PortAudio lists devices when it is initialised and never again.
            if getattr(sd, "_initialized", True):  # not if that failed the last time
                sd._terminate()
            sd._initialize()
        default = sd.default.device[place]
        apis = sd.query_hostapis()
        return [
            kind(
                index=index,
                name=entry["name"],
                host_api=apis[entry["hostapi"]]["name"],
                channels=entry[f"max_{way}_channels"],
                sample_rate=entry["default_samplerate"],
                latency=entry[f"default_low_{way}_latency"],
                default=index == default,
            )
            for index, entry in enumerate(sd.query_devices())
            if entry[f"max_{way}_channels"] > 0
        ]


@contextmanager
def listing(sd: ModuleType) -> Iterator[None]:
    """Turn PortAudio's errors into one line about its devices as a whole."""
    try:
        yield
    except sd.PortAudioError as error:
        reason = " ".join(str(error.args[0] if error.args else error).split())
        raise DeviceError(f"the sound devices cannot be listed ({reason}); check that the sound server runs") from None


def longest_delay(stream: Any) -> float:
    """Seconds between the callback and a block's first sample that are believed of this stream."""
    return max(PLAUSIBLE_DELAY, 3 * float(stream.latency))


@contextmanager
def one_line(sd: ModuleType, found: AudioDevice, sample_rate: int) -> Iterator[None]:
    """Turn PortAudio's errors into one line about this device."""
    try:
        yield
    except sd.PortAudioError as error:
        refused = sample_rate != round(found.sample_rate) and "sample rate" in str(error).lower()
        if refused:
            verb = "play" if isinstance(found, OutputDevice) else "record"
            advice = f"leave the rate out, or use {found.sample_rate:.0f}"
            raise DeviceError(f"{found.name}: does not {verb} at {sample_rate} Hz; {advice}") from None
        reason = " ".join(str(error.args[0] if error.args else error).split())
        others = "choose another one" if isinstance(found, OutputDevice) else "`livepitch devices` lists the others"
        advice = f"another program may hold it; {others}"
        raise DeviceError(f"{found.name}: cannot be opened ({reason}); {advice}") from None
