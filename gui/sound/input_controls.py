"""The controls of the input: which, which channel, how much louder, and the gate."""

from __future__ import annotations

from PyQt6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from ..look.wording import gain_text, gate_text
from ..viewmodel.steps import GAINS, GATES, gate_of
from .level_row import Figure, LevelRow
from .picker import Picker

MIX = "Mix of the first two"


class InputControls(QWidget):
    """Shows what it is told, and tells what the user chooses."""

    def __init__(self) -> None:
        super().__init__()
        self.device = Picker("Input device", "What to listen to")
        self.channel = Picker("Input channel", "Which channel of the device to hear")
        self.facts = QLabel()
        self.facts.setObjectName("muted")
        self.facts.setMinimumHeight(2 * self.facts.fontMetrics().lineSpacing())
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # cut off, not wrapped
        gain_tip = "Makes the sound louder or softer for livepitch (Ctrl+Shift+Up, Ctrl+Shift+Down)"
        self.gain = LevelRow("Gain", Figure(GAINS, "dB", signed=True), gain_tip)
        gate_tip = "What is quieter than this has no pitch (Ctrl+Alt+Up, Ctrl+Alt+Down)"
        self.gate = LevelRow("Gate", Figure(GATES, "dBFS", "off"), gate_tip)
        self._arrange()

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        heading = QLabel("Input")
        heading.setObjectName("heading")
        grid.addWidget(heading, 0, 0, 1, 3)
        grid.addWidget(self.device, 1, 0, 1, 3)
        grid.addWidget(self.facts, 2, 0, 1, 3)
        grid.addWidget(QLabel("Channel"), 3, 0)
        grid.addWidget(self.channel, 3, 1, 1, 2)
        self.gain.put_into(grid, 4)
        self.gate.put_into(grid, 5)

    def show_channels(self, channels: int, chosen: int | None) -> None:
        """Offer the mix and each of `channels`; none where there is nothing to choose."""
        each = [(place, str(place + 1), f"Only channel {place + 1}") for place in range(channels)]
        self.channel.fill([(-1, MIX if channels > 1 else "The only one", ""), *each], -1 if chosen is None else chosen)
        self.channel.setEnabled(channels > 1)

    def show_levels(self, gain: float, gate: float) -> None:
        """Show gain (dB) and gate (dBFS)."""
        self.gain.show_step(round(gain))
        self.gate.show_step(round(max(gate, GATES[0])))
        self.gain.describe(gain_text)
        self.gate.describe(lambda step: gate_text(gate_of(step)))
