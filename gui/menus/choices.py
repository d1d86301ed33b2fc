"""What the user may choose: an input, a model; and the menus that offer them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QAction, QActionGroup
from PyQt6.QtWidgets import QMenu, QWidget

from ...model.registry import list_models
from ...realtime.source import DemoVoice, InputDevice, Microphone, Source
from ..look.wording import channels_text, rate_text

MOST_CHANNELS = 8  # that are offered: some devices claim 32, of which none is there


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a menu; two with the same key are the same choice."""

    key: str
    label: str
    tip: str
    shortcut: str = ""


@dataclass(frozen=True, slots=True)
class InputChoice(Choice):
    """An input, and how to make the source that listens to it, to one channel of it where there are several."""

    make: Callable[..., Source] = Microphone
    channels: int = 0
    """That can be chosen; 0 where none can."""


DEFAULT_INPUT = InputChoice("default", "Default microphone", "The input chosen in the system's settings", "Ctrl+0")
DEMO = InputChoice(
    "demo", "Demo voice", "A synthesised voice, to see it work without a microphone", "Ctrl+D", DemoVoice
)


def given_input(source: Source) -> InputChoice:
    """The source that the command line made; the default microphone and the demo voice keep their places."""
    if isinstance(source, DemoVoice):
        return replace(DEMO, make=lambda: source)
    if source.name == Microphone().name:
        return replace(DEFAULT_INPUT, make=partial(_default_source, source))
    return InputChoice("given", source.name, "The input named on the command line", make=lambda: source)


def _default_source(given: Source, channel: int | None = None) -> Source:
    return given if channel is None else Microphone(channel=channel)


def device_inputs(devices: Sequence[InputDevice]) -> list[InputChoice]:
    """One choice for each input device; the first nine have a shortcut."""
    names = Counter(device.name for device in devices)
    return [_device_input(device, place, names[device.name] == 1) for place, device in enumerate(devices, 1)]


def _device_input(device: InputDevice, place: int, unique: bool) -> InputChoice:
    tip = f"{device.host_api}, {channels_text(device.channels)}, {rate_text(device.sample_rate)}"
    shortcut = f"Ctrl+{place}" if place < 10 else ""
    which = device.name if unique else device.index  # a name stays right when devices are renumbered
    channels = min(device.channels, MOST_CHANNELS)
    return InputChoice(f"device {which}", device.name, tip, shortcut, partial(Microphone, which), channels)


def remembered_input(key: str) -> InputChoice | None:
    """The device that had this key another time, by its name; None for any other key."""
    kind, _, name = key.partition(" ")
    if kind != "device" or not name or name.isdecimal():  # a number means another device by now
        return None
    return InputChoice(key, name, "", make=partial(Microphone, name), channels=MOST_CHANNELS)


def model_choices(current: str) -> list[Choice]:
    """The models that are here by name, and the current one if it is a file."""
    here = [info for info in list_models() if info.available]
    known = [
        Choice(info.name, info.name, info.description, f"Ctrl+Alt+{place}" if place < 10 else "")
        for place, info in enumerate(here, 1)
    ]
    if current not in (choice.key for choice in known):
        known.append(Choice(current, model_label(current), current))
    return known


def model_label(model: str) -> str:
    """A model's name; of a path only the file's."""
    return Path(model).name


class ChoiceMenu(QMenu):
    """A menu of choices, one of them marked."""

    chosen = pyqtSignal(object)

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setToolTipsVisible(True)
        self._group: QActionGroup | None = None

    def fill(self, groups: Sequence[Sequence[Choice]], current: str, empty: str = "") -> None:
        """Offer groups of choices with a line between them; `empty` stands for a group without any."""
        self.clear()
        self._group = QActionGroup(self)
        for place, group in enumerate(groups):
            if place:
                self.addSeparator()
            for choice in group:
                self.addAction(self._entry(choice, current))
            if not group and empty:
                self._plain(empty)

    def _entry(self, choice: Choice, current: str) -> QAction:
        action = QAction(choice.label.replace("&", "&&"), self)
        action.setCheckable(True)
        action.setChecked(choice.key == current)
        action.setToolTip(choice.tip)
        if choice.shortcut:
            action.setShortcut(choice.shortcut)
        action.triggered.connect(lambda _=False, choice=choice: self.chosen.emit(choice))
        if self._group is not None:
            self._group.addAction(action)
        return action

    def _plain(self, text: str) -> None:
        action: Any = self.addAction(text)
        action.setEnabled(False)
