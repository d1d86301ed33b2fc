"""Microphone and loudspeaker: whether they are there, and whether anything is heard."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence

import numpy as np

from ..realtime import portaudio
from ..realtime.devices import AudioDevice, DeviceError, find_input
from ..realtime.portaudio import input_devices, output_devices
from ..realtime.ring import Floats
from ..realtime.source import Microphone
from .finding import Checks, Finding, Wanted, failed, warning, well

LISTENING = 0.5  # s
PATIENCE = 5.0  # s for the first sound: some systems ask the user first
EMPTY = 1e-9  # of full scale
QUIET, LOUD = -65.0, -1.0  # dBFS: a room is louder; what is louder distorts
RATES = (44_100, 48_000, 96_000)  # Hz
SHOWN = 8  # devices
ALLOW = (
    "allow it: System Settings > Privacy & Security > Microphone, for the program that livepitch runs in (Terminal); "
    "then start that program again"
)
UNMUTE = "it is muted, or livepitch may not hear it: look at the sound settings, and at a switch on the microphone"


def library(_: Wanted) -> Iterator[Finding]:
    """PortAudio and the systems that it speaks to."""
    sd = portaudio.sounddevice()
    apis = ", ".join(api["name"] for api in sd.query_hostapis()) or "no sound system"
    yield well("sound library", f"{sd.get_portaudio_version()[1].partition(',')[0]}: {apis}")


def inputs(_: Wanted) -> Iterator[Finding]:
    """The inputs that there are."""
    found = input_devices()
    if found:
        yield well("inputs", _listed(found))
    else:
        advice = "plug in a microphone; `livepitch live --demo` and `track` need none"
        yield warning("inputs", f"none{_of_this_machine()}", advice)


def microphone(wanted: Wanted) -> Iterator[Finding]:
    """Half a second of the input."""
    if not input_devices():
        return
    device: str | int | None = wanted.input
    if wanted.input is not None and wanted.input.isdecimal():
        device = int(wanted.input)
    source = Microphone(device)
    try:
        sound = _Sound()
        heard = _hear(source, sound)
    except DeviceError as error:
        yield failed("microphone", *_split(str(error)))
        return
    finally:
        source.close()
    yield _judged(f"{source.name} at {source.sample_rate} Hz", heard, sound)


def _split(line: str) -> tuple[str, str]:
    """What was found, and what to do, of an error's line."""
    found, _, advice = line.rpartition("; ")
    return (found, advice) if found else (line, "")


class _Sound:
    """A sink that keeps what comes."""

    def __init__(self) -> None:
        self.blocks: list[Floats] = []
        self.lost = 0

    def __call__(self, block: Floats, captured: float, overflowed: bool) -> None:
        self.blocks.append(block.copy())
        self.lost += overflowed

    def wait_for_room(self, samples: int, timeout: float) -> bool:
        """There is always room."""
        return True


def _hear(source: Microphone, sound: _Sound) -> Floats:
    """What comes in half a second from the first block on; nothing if none does."""
    source.open(sound)
    source.start()
    limit = time.monotonic() + PATIENCE
    while not any(map(len, list(sound.blocks))) and time.monotonic() < limit and source.error is None:
        time.sleep(0.02)
    time.sleep(LISTENING)
    if source.error is not None:
        raise source.error
    return np.concatenate([np.zeros(0, np.float32), *list(sound.blocks)])


def _judged(name: str, heard: Floats, sound: _Sound) -> Finding:
    mac = sys.platform == "darwin"
    if not len(heard):
        advice = ALLOW if mac else "choose another input (--device), or start the sound server again"
        return failed("microphone", f"{name}: opens, but delivers nothing", advice)
    if not np.isfinite(heard).all():
        return failed("microphone", f"{name}: delivers what is no sound (NaN)", "choose another input (--device)")
    loudest = float(np.abs(heard).max())
    if loudest < EMPTY:
        return failed("microphone", f"{name}: delivers silence alone, every sample is 0", ALLOW if mac else UNMUTE)
    level = 20 * np.log10(loudest)
    text = f"{name}: hears something, {level:.0f} dBFS at most"
    if sound.lost:
        return warning("microphone", f"{text}; sound was lost", "end other programs, or `livepitch tune`")
    if level > LOUD:
        return warning("microphone", f"{text}: it distorts", "turn the input level down in the sound settings")
    if level < QUIET:
        return warning("microphone", f"{text}: very quiet", "speak while this runs; else turn the input level up")
    return well("microphone", text)


def rates(wanted: Wanted) -> Iterator[Finding]:
    """The sample rates that the input takes."""
    devices = input_devices()
    if not devices:
        return
    number = int(wanted.input) if wanted.input is not None and wanted.input.isdecimal() else wanted.input
    try:
        found = find_input(number, devices)
    except DeviceError:
        return  # said already
    taken = [rate for rate in sorted({*RATES, round(found.sample_rate)}) if _takes(found, rate)]
    if taken:
        yield well("rates", f"{found.name}: {', '.join(f'{rate} Hz' for rate in taken)}")
    else:
        yield failed("rates", f"{found.name}: takes no sample rate", "another program may hold it: end that one")


def _takes(device: AudioDevice, rate: int) -> bool:
    sd = portaudio.sounddevice()
    try:
        sd.check_input_settings(device=device.index, samplerate=rate, channels=1, dtype="float32")
    except sd.PortAudioError:
        return False
    return True


def outputs(_: Wanted) -> Iterator[Finding]:
    """The outputs that there are: guide tones and takes sound there."""
    found = output_devices()
    if found:
        yield well("outputs", _listed(found))
    else:
        yield warning("outputs", f"none{_of_this_machine()}", "practice and takes sound nowhere: plug in headphones")


def _listed(devices: Sequence[AudioDevice]) -> str:
    names = [f"{device.name}{' (default)' if device.default else ''}" for device in devices]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _of_this_machine() -> str:
    return " (no sound server answers)" if sys.platform.startswith("linux") else ""


CHECKS: Checks = {
    "sound library": library,
    "inputs": inputs,
    "microphone": microphone,
    "rates": rates,
    "outputs": outputs,
}
