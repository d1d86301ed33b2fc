"""The picture in words, for screen readers."""

from __future__ import annotations

from PyQt6.QtCore import QTimer

from ..look.wording import cents_text
from ..parts import Parts
from ..viewmodel.clock import clock_text
from ..viewmodel.reading import Reading

EVERY_MS = 1000  # more often would be talk without end


def summary(seconds: float, behind: float, reading: Reading) -> str:
    """How much is in sight, and the note of the moment: "8 seconds, now A4 +12 cents"."""
    shown = f"{seconds:.0f} seconds" if seconds < 120 else f"{clock_text(round(seconds))} minutes"
    where = f", {behind:.0f} seconds ago" if behind >= 1 else ""
    note = "no voice" if reading.midi is None or reading.held else f"{reading.name} {cents_text(reading.cents)}"
    return f"{shown}{where}, now {note}"


class Summary:
    """Says it once a second, if it has changed."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._timer = QTimer(parts.window)
        self._timer.timeout.connect(self.say)
        self._timer.start(EVERY_MS)

    def say(self) -> None:
        """Describe the picture of this moment."""
        stage = self._parts.stage
        window = stage.view.time_window
        text = summary(window.seconds, window.behind, stage.reading)
        if text != stage.view.accessibleDescription():
            stage.view.setAccessibleDescription(text)
