"""The control for A4."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDoubleSpinBox

from ...practice.music import HIGHEST_A4, LOWEST_A4


class ConcertPitch(QDoubleSpinBox):
    """A4 in Hz, to be typed."""

    def __init__(self) -> None:
        super().__init__()
        self.setRange(LOWEST_A4, HIGHEST_A4)
        self.setDecimals(1)
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setPrefix("A4 = ")
        self.setSuffix(" Hz")
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Concert pitch A4 in Hz")
        self.setToolTip("Concert pitch, 392 to 466 Hz (Ctrl+Up, Ctrl+Down)")
        self.editingFinished.connect(self.clearFocus)
