"""What the user does about the input: device, channel, gain, gate; and what is plugged in and out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QApplication

from ...realtime.frame import Settings
from ...realtime.source import InputDevice
from ..look.wording import level_text, rate_text
from ..menus.choices import MOST_CHANNELS
from ..parts import Parts
from ..side_panel import SidePanel
from ..viewmodel.loudness import FLOOR
from ..viewmodel.messages import Rank
from ..viewmodel.plugged import plain_name, plugged_in
from ..viewmodel.steps import GAINS, GATES, gate_of, step_of, within
from .choosing import GOES_BY_ITSELF
from .hot_plug import HotPlug
from .input_controls import InputControls
from .listening import Listening
from .transport import State

GAIN_STEP, GATE_STEP = 3, 3  # dB


class SoundRoom(QObject):
    """The sound panel, and the offers of new inputs."""

    name = "sound"

    def __init__(self, parts: Parts, listening: Listening) -> None:
        super().__init__()
        self._parts, self._listening = parts, listening
        self.panel, self.controls = SidePanel("Sound settings"), InputControls()
        self.panel.add_group(self.controls)
        self.hot_plug = HotPlug()
        self._listed: Sequence[InputDevice] | None = None
        self._may_have_come = False
        self._offered: InputDevice | None = None
        self._fill_menu(parts)
        self._connect(parts, listening)
        self._show()

    def _fill_menu(self, parts: Parts) -> None:
        action, menu = parts.menus.action, "sound"
        parts.menus.separator(menu)
        tip = "Input, gain, gate and reference tone beside the picture"
        self.panel_action = action(menu, "Sound &panel", "Ctrl+G", tip, self.show_panel, checkable=True)
        action(menu, "&Louder", "Ctrl+Shift+Up", "Raise the gain by 3 dB", lambda: self._add_gain(GAIN_STEP))
        action(menu, "S&ofter", "Ctrl+Shift+Down", "Lower the gain by 3 dB", lambda: self._add_gain(-GAIN_STEP))
        action(menu, "&Gate up", "Ctrl+Alt+Up", "Leave out louder noise, 3 dB more", lambda: self._add_gate(GATE_STEP))
        tip = "Leave out less noise, 3 dB less; off below the meter"
        action(menu, "Gate &down", "Ctrl+Alt+Down", tip, lambda: self._add_gate(-GATE_STEP))
        tip = "Listen to the microphone that was just plugged in"
        self.use_action = action(menu, "&Use the new input", "Ctrl+B", tip, self.use_offered)
        self.use_action.setEnabled(False)
        parts.stage.meter.offer_settings(self.panel_action)

    def _connect(self, parts: Parts, listening: Listening) -> None:
        controls = self.controls
        parts.stage.meter.bar.gated.connect(self.set_gate)
        controls.gain.changed.connect(self.set_gain)
        controls.gate.changed.connect(lambda step: self.set_gate(gate_of(step)))
        controls.device.picked.connect(self._choose)
        controls.device.opening.connect(listening.list_devices)
        controls.channel.picked.connect(lambda place: listening.choosing.choose_channel(None if place < 0 else place))
        listening.choosing.input_changed.connect(self._show)
        listening.told.connect(self._show_facts)
        listening.transport.changed.connect(self._show_facts)
        listening.transport.listed.connect(self._compare)
        listening.sound_wanted.connect(lambda: self.show_panel(True))
        self.hot_plug.changed.connect(self._look)

    def watch(self) -> None:
        """From now on see what is plugged in and out."""
        self.hot_plug.watch()
        self._listening.list_devices()

    def entered(self) -> bool:
        """Whether the keys go to the panel."""
        inside = QApplication.focusWidget()
        return inside is not None and self.panel.isAncestorOf(inside)

    def show_panel(self, on: bool) -> None:
        """Open the panel, or close it."""
        self.panel_action.setChecked(on)
        if on:
            self._listening.list_devices()
        self._parts.stage.show_beside(self.panel, on)

    def set_gain(self, gain: float) -> None:
        """Add so many dB from now on, -40..40."""
        self._listening.adjust(gain=float(within(GAINS, gain)))
        self._show_levels()

    def set_gate(self, gate: float) -> None:
        """Leave out what is quieter than so many dBFS; -inf for off."""
        self._listening.adjust(gate=gate)
        self._show_levels()

    def use_offered(self) -> None:
        """Listen to the input that was plugged in."""
        device, self._offered = self._offered, None
        self._parts.stage.banner.withdraw("plugged")
        self.use_action.setEnabled(False)
        if device is not None and device in self._listening.choosing.input.devices:
            self._listening.choosing.choose_input(self._listening.choosing.input.of_device(device))

    @property
    def _settings(self) -> Settings:
        return self._listening.choosing.chosen.settings

    def _add_gain(self, step: int) -> None:
        self.set_gain(self._settings.gain + step)

    def _add_gate(self, step: int) -> None:
        self.set_gate(gate_of(within(GATES, step_of(self._settings.gate) + step)))

    def _choose(self, key: str) -> None:
        choice = next((each for each in self._listening.choosing.input.choices() if each.key == key), None)
        if choice is not None:
            self._listening.choosing.choose_input(choice)

    # what is plugged in and out

    def _look(self, came: bool) -> None:
        self._may_have_come = came
        self._listening.list_devices()

    def _compare(self) -> None:
        before, self._listed = self._listed, self._listening.choosing.input.devices
        fresh = plugged_in(before or (), self._listed)
        fresh = [device for device in fresh if device.name != self._listening.choosing.input.now.label]
        if before is None or not fresh or not self._may_have_come:
            return
        self._offered = fresh[-1]
        self.use_action.setEnabled(True)
        self._parts.stage.banner.post(
            "plugged",
            f"{plain_name(self._offered.name)} was plugged in.",
            Rank.OFFER,
            seconds=GOES_BY_ITSELF,
            button="Use it (Ctrl+B)",
            act=self.use_offered,
        )

    # what is shown

    def _show(self) -> None:
        chosen = self._listening.choosing.input
        entries = [(choice.key, choice.label, choice.tip) for choice in chosen.choices()]
        if chosen.now.key not in (key for key, _, _ in entries):
            entries.append((chosen.now.key, chosen.now.label, "Not there now"))
        self.controls.device.fill(entries, chosen.now.key)
        self.controls.show_channels(chosen.channels, chosen.channel)
        self._show_levels()
        self._show_facts()

    def _show_levels(self) -> None:
        self.controls.show_levels(self._settings.gain, self._settings.gate)
        self._parts.stage.meter.show_gate(self._settings.gate)

    def _show_facts(self) -> None:
        chosen, transport = self._listening.choosing.input, self._listening.transport
        facts = [choice.tip for choice in chosen.choices() if choice.key == chosen.now.key and choice.channels]
        if transport.state is State.RUNNING and transport.stream is not None:
            rate = transport.stream.sample_rate
            loudness = self._listening.live.loudness
            facts.append(f"hears {level_text(loudness.peak, FLOOR)}" + (f" at {rate_text(rate)}" if rate else ""))
        text = "\n".join(facts)
        if text != self.controls.facts.text():
            self.controls.facts.setText(text)
            self.controls.device.setAccessibleDescription(", ".join(facts))

    # what is remembered

    def remember(self) -> dict[str, Any]:
        """Input, channel, gain, gate."""
        gate = self._settings.gate
        return {
            "input": self._listening.choosing.input.wanted,
            "channel": self._listening.choosing.input.channel,
            "gain": self._settings.gain,
            "gate": gate if math.isfinite(gate) else None,
        }

    def recall(self, values: Mapping[str, Any]) -> None:
        """Take those of another time; an input only where the command line names none."""
        key, channel = values.get("input"), values.get("channel")
        good = isinstance(channel, int) and not isinstance(channel, bool) and 0 <= channel < MOST_CHANNELS
        self._listening.choosing.recall_input(key if isinstance(key, str) else "", channel if good else None)
        gain, gate = _number(values.get("gain")), _number(values.get("gate"))
        if gain is not None:
            self.set_gain(gain)
        if gate is not None:
            self.set_gate(min(gate, 0.0))
        elif "gate" in values and values["gate"] is None:
            self.set_gate(-math.inf)
        self._show()


def _number(value: object) -> float | None:
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good and isinstance(value, (int, float)) else None
