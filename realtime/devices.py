"""Inputs and outputs as the system lists them, and which of them the user means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..model.errors import LivepitchError


class DeviceError(LivepitchError):
    """An input or output that cannot be used; the text names it and says what to do."""


@dataclass(frozen=True, slots=True)
class AudioDevice:
    """One direction of a device as the system lists it."""

    index: int
    name: str
    host_api: str
    channels: int
    sample_rate: float
    """Its default, Hz."""
    latency: float
    """The lowest it claims, s; may be wrong."""
    default: bool


class InputDevice(AudioDevice):
    """Something that records."""

    __slots__ = ()


class OutputDevice(AudioDevice):
    """Something that plays."""

    __slots__ = ()


D = TypeVar("D", bound=AudioDevice)


def find_input(device: int | str | None, devices: Sequence[InputDevice]) -> InputDevice:
    """The input that `device` means: None the default, a number an index, a text (part of) a name.

    A name that is exactly the text comes before names that contain it, in any case of letters. DeviceError
    if no input fits, or several do.
    """
    if not devices:
        raise DeviceError("no input device: plug in a microphone, or try `livepitch live --demo`")
    return _find(device, devices, "input", "`livepitch devices` lists those there are")


def find_output(device: int | str | None, devices: Sequence[OutputDevice]) -> OutputDevice:
    """The output that `device` means, by the rules of `find_input`; DeviceError if none fits, or several do."""
    if not devices:
        raise DeviceError("no output device: plug in a loudspeaker or headphones")
    there = ", ".join(f"{entry.index} {entry.name}" for entry in devices)
    return _find(device, devices, "output", f"there are {there}")


def _find(device: int | str | None, devices: Sequence[D], kind: str, others: str) -> D:
    if device is None:
        return next((entry for entry in devices if entry.default), devices[0])
    if isinstance(device, int):
        found = [entry for entry in devices if entry.index == device]
    else:
        text = device.casefold()
        found = [entry for entry in devices if entry.name.casefold() == text]
        found = found or [entry for entry in devices if text and text in entry.name.casefold()]
    if not found:
        raise DeviceError(f"no {kind} device {device!r}: {others}")
    if len(found) > 1:  # the same device under several systems: the one that the default belongs to
        usual = {entry.host_api for entry in devices if entry.default}
        found = [entry for entry in found if entry.host_api in usual] or found
    if len(found) > 1:
        names = ", ".join(f"{entry.index} {entry.name} ({entry.host_api})" for entry in found)
        raise DeviceError(f"{kind} device {device!r} may be any of {names}: give its number")
    return found[0]
