"""Which input the next stream listens to, and the menu that offers the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...realtime.source import InputDevice, Source
from ..menus.choices import DEFAULT_INPUT, DEMO, ChoiceMenu, InputChoice, device_inputs, given_input, remembered_input


class ChosenInput:
    """The user's choice, as it changes; `source` is what the command line made, if it did."""

    def __init__(self, source: Source | None) -> None:
        self._given = given_input(source) if source is not None else None
        self._default = self._given if self._given and self._given.key == DEFAULT_INPUT.key else DEFAULT_INPUT
        self.devices: Sequence[InputDevice] = ()
        """Those that there are."""
        self.now = self._given or DEFAULT_INPUT
        self.channel: int | None = None
        """The one that is heard, from 0; None for a mix."""

        self.wanted = DEFAULT_INPUT.key
        """Key of the user's choice, for another time; also of one that is not there, or that was overruled."""

    @property
    def default(self) -> bool:
        """Whether that is whatever the system's settings say."""
        return self.now.key == DEFAULT_INPUT.key

    @property
    def given(self) -> bool:
        """Whether the command line named it."""
        return self._given is not None

    def make(self) -> Source:
        """What the next stream listens to."""
        return self.now.make(channel=self.channel) if self.channels else self.now.make()

    @property
    def channels(self) -> int:
        """Of the chosen input, as far as it can be chosen among them."""
        return next((choice.channels for choice in self.choices() if choice.key == self.now.key), self.now.channels)

    def choose(self, choice: InputChoice) -> None:
        """Take another input; the channel stays if it has that."""
        self.now, self.wanted = choice, choice.key
        if self.channel is not None and self.channel >= self.channels:
            self.channel = None

    def recall(self, key: str, channel: int | None) -> bool:
        """Take the device that had this key another time; whether there was nothing against it."""
        choice = self._default if key == DEFAULT_INPUT.key else remembered_input(key)
        self.wanted = key if choice is not None else self.wanted
        if self.given:
            return False
        self.now, self.channel = choice or self.now, channel
        return choice is not None and choice is not self._default

    def fall_back(self) -> str:
        """Take the system's default, since the device is not there; the name of that."""
        missing = self.now.label
        self.now, self.channel = self._default, None
        return missing

    def list_devices(self, devices: Sequence[InputDevice], heard: bool) -> None:
        """These are the inputs that there are now; one that is `heard` may hide from the list, since it is in use."""
        kept = [device for device in self.devices if heard and device.name == self.now.label]
        self.devices = [*devices, *(device for device in kept if device.name not in {new.name for new in devices})]

    def of_device(self, device: InputDevice) -> InputChoice:
        """The choice of one of the devices."""
        return device_inputs(self.devices)[list(self.devices).index(device)]

    def choices(self) -> list[InputChoice]:
        """All that there are."""
        return [choice for group in self._groups() for choice in group]

    def offer(self, menu: ChoiceMenu) -> None:
        """Fill the menu of inputs."""
        menu.fill(self._groups(), self.now.key, empty="No input device found")

    def _groups(self) -> list[list[InputChoice]]:
        usual = next((choice for choice, device in self._paired() if device.default), None)
        default = self._default if usual is None else replace(self._default, channels=usual.channels, tip=usual.tip)
        given = [self._given] if self._given and self._given.key not in (default.key, DEMO.key) else []
        return [[default, *given], [choice for choice, _ in self._paired()], [DEMO]]

    def _paired(self) -> list[tuple[InputChoice, InputDevice]]:
        return list(zip(device_inputs(self.devices), self.devices, strict=True))
