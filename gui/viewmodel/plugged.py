"""Which inputs are new in a list."""

from __future__ import annotations

from collections.abc import Sequence

from ...realtime.source import InputDevice

PLUMBING = ("default", "sysdefault", "pulse", "pipewire", "jack", "dmix", "dsnoop")
"""Ways through the sound system, no things that are plugged in."""


def plugged_in(before: Sequence[InputDevice], after: Sequence[InputDevice]) -> list[InputDevice]:
    """The inputs that came, by their names: numbers change with every list."""
    known = {device.name for device in before}
    return [device for device in after if device.name not in known and device.name not in PLUMBING]


def plain_name(name: str) -> str:
    """A device's name without ALSA's address: "USB Mic: Audio (hw:1,0)" is "USB Mic"."""
    head, mark, _ = name.partition(" (hw:")
    return head.partition(":")[0] if mark else name
