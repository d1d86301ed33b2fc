"""The controls of the reference tone: on, which note, how loud, in which timbre, over which output."""

from __future__ import annotations

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from .level_row import Figure, LevelRow
from .picker import Picker

VOLUMES = range(101)  # per cent
TIMBRES = (("sine", "Sine", "A pure tone"), ("voice", "Voice-like", "With the overtones of a voice"))


class ToneControls(QWidget):
    """Shows what it is told, and tells what the user chooses."""

    def __init__(self, sound: QAction, lower: QAction, higher: QAction) -> None:
        super().__init__()
        self.note = QLabel()
        self.note.setObjectName("heading")
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(6)
        self.sound = self._button(sound, "▶")
        self._buttons.addWidget(self.note, 1)
        self._button(lower, "−")
        self._button(higher, "+")
        self.volume = LevelRow("Volume", Figure(VOLUMES, "%"), "How loud the reference tone is")
        self.timbre = Picker("Timbre of the reference tone", "How the reference tone sounds")
        self.device = Picker("Output device", "Where the reference tone is heard")
        self._arrange()

    def _button(self, action: QAction, text: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setAccessibleName(action.text().replace("&", ""))
        button.setToolTip(action.toolTip())
        button.setFixedSize(32, 28)
        button.clicked.connect(action.trigger)
        self._buttons.addWidget(button)
        return button

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        heading = QLabel("Reference tone")
        heading.setObjectName("heading")
        grid.addWidget(heading, 0, 0, 1, 3)
        grid.addLayout(self._buttons, 1, 0, 1, 3)
        self.volume.put_into(grid, 2)
        for row, (name, picker) in enumerate((("Timbre", self.timbre), ("Output", self.device)), 3):
            grid.addWidget(QLabel(name), row, 0)
            grid.addWidget(picker, row, 1, 1, 2)

    def show_note(self, name: str, sounding: bool) -> None:
        """Show the note, and whether it is heard."""
        self.note.setText(name)
        self.sound.setText("■" if sounding else "▶")
        self.sound.setAccessibleDescription(f"{name}, sounding" if sounding else name)
