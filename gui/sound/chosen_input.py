"""Which input the next stream listens to, and the menu that offers the others."""

from __future__ import annotations

from collections.abc import Sequence

from ...realtime.source import InputDevice, Source
from ..menus.choices import DEFAULT_INPUT, DEMO, ChoiceMenu, InputChoice, device_inputs, given_input


class ChosenInput:
    """The user's choice, as it changes; `source` is what the command line made, if it did."""

    def __init__(self, source: Source | None) -> None:
        self._given = given_input(source) if source is not None else None
        self._devices: Sequence[InputChoice] = ()
        self.now = self._given or DEFAULT_INPUT

    @property
    def default(self) -> bool:
        """Whether that is whatever the system's settings say."""
        return self.now.key == DEFAULT_INPUT.key

    def list_devices(self, devices: Sequence[InputDevice]) -> None:
        """These are the inputs that there are now."""
        self._devices = device_inputs(devices)

    def offer(self, menu: ChoiceMenu) -> None:
        """Fill the menu of inputs."""
        fixed = {choice.key: choice for choice in (DEFAULT_INPUT, self._given) if choice is not None}
        groups = [[choice for key, choice in fixed.items() if key != DEMO.key], self._devices, [DEMO]]
        menu.fill(groups, self.now.key, empty="No input device found")
