"""What is listened to, and by which model: chosen, offered, remembered."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from ..menus.choices import Choice, ChoiceMenu, InputChoice, model_choices, model_label
from ..menus.control_bar import MenuButton
from ..parts import Parts
from ..viewmodel.chosen_model import ChosenModel
from ..viewmodel.messages import Rank
from .chosen_input import ChosenInput

GOES_BY_ITSELF = 12.0  # s that an offer stays


class Choosing(QObject):
    """What the user does about input and model; the stream hears of it."""

    name = "choosing"

    wanted = pyqtSignal(bool)
    """The next stream is another one: to be started now; False: only in place of one that runs."""
    input_changed = pyqtSignal()
    """Another input is chosen, or there are others."""

    def __init__(self, parts: Parts, chosen_input: ChosenInput, model: ChosenModel) -> None:
        super().__init__()
        self._parts, self.input, self.chosen = parts, chosen_input, model
        self.recalled = False
        """Whether the input is one of another time, which may be gone."""
        tip = "Correct the curve where it is half a second old"
        self.settle_action = parts.menus.action(
            "listen", "S&ettle the curve", "Ctrl+E", tip, self.settle, checkable=True
        )
        self.input_menu = ChoiceMenu("&Input", parts.window)
        self.model_menu = ChoiceMenu("&Model", parts.window)
        parts.menus.add("sound", self.input_menu)
        parts.menus.add("listen", self.model_menu)
        self.input_button = MenuButton("Input", self.input_menu, "Choose what to listen to")
        self.model_button = MenuButton("Model", self.model_menu, "Choose the network that finds the pitch", True)
        for button in (self.input_button, self.model_button):
            parts.bar.add_left(button)
        parts.stage.welcome.offer_others(self.input_menu)
        self.input_menu.chosen.connect(self.choose_input)
        self.model_menu.aboutToShow.connect(self._fill_models)
        self.model_menu.chosen.connect(self.choose_model)
        self._show()

    # what the user does

    def choose_input(self, choice: InputChoice) -> None:
        """Listen to another input from now on."""
        self.recalled = False
        self.input.choose(choice)
        self._renew(True)

    def choose_channel(self, channel: int | None) -> None:
        """Hear one channel from now on, from 0, or a mix."""
        self.input.channel = channel
        self._renew(False)

    def choose_model(self, choice: Choice) -> None:
        """Take another model from now on."""
        self.chosen.name = choice.key
        self._renew(True)

    def settle(self, on: bool) -> None:
        """Have the curve settled from now on, or no more."""
        self.chosen.settling = on
        self._renew(False)

    def fall_back(self) -> None:
        """Take the default input, since the one of another time is not there, and say so."""
        self.recalled = False
        text = f"{self.input.fall_back()} is not there: listening to the default microphone."
        self._parts.stage.banner.post("missing", text, Rank.OFFER, seconds=GOES_BY_ITSELF)
        self._renew(True)

    def _renew(self, start: bool) -> None:
        self._show()
        self.wanted.emit(start)

    # what is shown

    def take_devices(self, devices: Any, heard: bool) -> None:
        """Offer these inputs; the chosen one that is `heard` may hide from the list."""
        self.input.list_devices(devices, heard)
        self.input.offer(self.input_menu)
        self.input_changed.emit()

    def _show(self) -> None:
        label, model = self.input.now.label, model_label(self.chosen.name)
        self.input_button.show_choice(label)
        self.model_button.show_choice(model)
        self._parts.status.show_choice(label, model)
        self.settle_action.setChecked(self.chosen.settling)
        self._parts.stage.legend.show_instant(self.chosen.settling)
        self.input.offer(self.input_menu)
        self._fill_models()
        self.input_changed.emit()

    def _fill_models(self) -> None:
        self.model_menu.fill([model_choices(self.chosen.name)], self.chosen.name)

    # what is remembered; the input by the sound room, with its levels

    def remember(self) -> dict[str, Any]:
        """The model, and whether its curve is settled."""
        return {"model": self.chosen.remembered, "settled": self.chosen.settling}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Take those of another time; a model that is gone is told of."""
        before = self.chosen.name, self.chosen.settling
        model, settled = values.get("model"), values.get("settled")
        if isinstance(model, str) and model:
            self._recall_model(model)
        if isinstance(settled, bool):
            self.chosen.settling = settled
        if (self.chosen.name, self.chosen.settling) != before:
            self._renew(False)

    def _recall_model(self, model: str) -> None:
        if model in (choice.key for choice in model_choices(self.chosen.name)) or os.path.isfile(model):
            self.chosen.name = model
        else:
            text = f"The model {model_label(model)} is not there any more: {model_label(self.chosen.name)} is used."
            self._parts.stage.banner.post("model", text, Rank.OFFER, seconds=GOES_BY_ITSELF)

    def recall_input(self, key: str, channel: int | None) -> None:
        """Take the input of another time where the command line names none."""
        before = self.input.now.key, self.input.channel
        self.recalled = self.input.recall(key, channel)
        self._show()
        if (self.input.now.key, self.input.channel) != before:
            self.wanted.emit(False)
