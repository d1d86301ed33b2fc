"""Three lines for who opens the window for the first time."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QGridLayout, QLabel

from ..look.theme import Theme
from ..notices import Button

LINES = (
    "<b>Sing</b>: your pitch appears on its note’s row.",
    "{} in tune, {} near, {} between notes",
    "<b>F1</b> shows all you can do, <b>Esc</b> closes this.",
)
SAMPLES = ("━━", "━━", "╍╍")


class Hint(QFrame):
    """Lies at the bottom of the picture and takes no keys."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("hint")
        self.label = QLabel()
        self.close_button = Button("×")
        self.close_button.setFlat(True)
        self.close_button.setFixedSize(24, 24)
        self.close_button.setAccessibleName("Close the hint")
        self.close_button.setToolTip("Close the hint (Esc)")
        layout = QGridLayout(self)
        layout.setContentsMargins(12, 8, 6, 8)
        layout.addWidget(self.label, 0, 0)
        layout.addWidget(self.close_button, 0, 1, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        samples = (
            f'<span style="color: {colour}"><b>{line}</b></span>'
            for colour, line in zip(theme.bands, SAMPLES, strict=True)
        )
        self.label.setText("<br>".join(LINES).format(*samples))
