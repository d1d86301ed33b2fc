"""Inputs as the system lists them, and which of them the user means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..model.errors import LivepitchError


class DeviceError(LivepitchError):
    """An input that cannot be used; the text names it and says what to do."""


@dataclass(frozen=True, slots=True)
class InputDevice:
    """An input as the system lists it."""

    index: int
    name: str
    host_api: str
    channels: int
    sample_rate: float
    """Its default, Hz."""
    latency: float
    """The lowest it claims, s; may be wrong."""
    default: bool


def find_input(device: int | str | None, devices: Sequence[InputDevice]) -> InputDevice:
    """The input that `device` means: None the default, a number an index, a text (part of) a name.

    A name that is exactly the text comes before names that contain it, in any case of letters. DeviceError
    if no input fits, or several do.
    """
    if not devices:
        raise DeviceError("no input device: plug in a microphone, or try `livepitch live --demo`")
    if device is None:
        return next((entry for entry in devices if entry.default), devices[0])
    if isinstance(device, int):
        found = [entry for entry in devices if entry.index == device]
    else:
        text = device.casefold()
        found = [entry for entry in devices if entry.name.casefold() == text]
        found = found or [entry for entry in devices if text and text in entry.name.casefold()]
    if not found:
        raise DeviceError(f"no input device {device!r}: `livepitch devices` lists those there are")
    if len(found) > 1:  # the same device under several systems: the one that the default belongs to
        usual = {entry.host_api for entry in devices if entry.default}
        found = [entry for entry in found if entry.host_api in usual] or found
    if len(found) > 1:
        names = ", ".join(f"{entry.index} {entry.name} ({entry.host_api})" for entry in found)
        raise DeviceError(f"input device {device!r} may be any of {names}: give its number")
    return found[0]
