"""The input level with its figure, the gate, and a warning in words when the input is too loud."""

from __future__ import annotations

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ..look.theme import LIGHT, Theme
from ..look.wording import gate_text, level_text
from ..viewmodel.loudness import FLOOR, Loudness
from .level_bar import LevelBar


class LevelMeter(QWidget):
    """A heading with the way to the sound panel, the figure, and the bar."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = LevelBar()
        self.heading = QLabel("Input level")
        self.heading.setObjectName("heading")
        self.figure = QLabel()
        self.figure.setObjectName("muted")
        self.settings = QToolButton()
        self.settings.setObjectName("link")
        self.settings.hide()
        self.setAccessibleName("Input level")
        top = QHBoxLayout()
        top.addWidget(self.heading)
        top.addWidget(self.settings)
        top.addStretch()
        top.addWidget(self.figure)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        self.set_theme(LIGHT)
        self.show_gate(self.bar.gate)
        self.show_loudness(Loudness())

    def offer_settings(self, action: QAction) -> None:
        """Show a button that does this."""
        self.settings.setText("⚙")
        self.settings.setAccessibleName("Sound settings")
        self.settings.setToolTip(action.toolTip())
        self.settings.clicked.connect(action.trigger)
        self.settings.show()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.bar.set_theme(theme)
        self.figure.setStyleSheet("")

    def show_gate(self, gate: float) -> None:
        """Show the noise gate, dBFS; -inf for off."""
        self.bar.show_gate(gate)
        self.setToolTip(
            "Loudness of the input (RMS); the line marks the loudest moment of the last second.\n"
            f"Drag the mark above to set the noise gate: {gate_text(gate)}. What is quieter has no pitch."
        )

    def show_loudness(self, loudness: Loudness) -> None:
        """Show the level of the moment."""
        self.bar.show_level(loudness.level, loudness.peak)
        warning = "▲ clipped" if loudness.clipped else "▲ too loud" if loudness.hot else ""
        text = warning or level_text(loudness.peak, FLOOR)
        if text != self.figure.text():
            self.figure.setText(text)
            self.figure.setStyleSheet(f"color: {self._theme.far}; font-weight: bold" if warning else "")
            self.setAccessibleDescription(text)
