"""The red button of the bar, and the line in the picture that says what is being recorded."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from ..menus.control_bar import action_button
from ..viewmodel.clock import clock_text

RED = "#e5372c"  # stands out from both grounds, and is said in words as well
SIZE, GAP = 14, 4  # px; between it and the text of the button
FINE = 4  # pixels a px: enough for any screen


def sign(square: bool, gap: int = 0) -> QIcon:
    """A red disc; a square while it records, to stop; `gap` px of room at its right."""
    pixmap = QPixmap(FINE * (SIZE + gap), FINE * SIZE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(RED))
    area = QRectF(0, 0, FINE * SIZE, FINE * SIZE)
    if square:
        painter.drawRoundedRect(area.adjusted(6, 6, -6, -6), 6, 6)
    else:
        painter.drawEllipse(area.adjusted(2, 2, -2, -2))
    painter.end()
    return QIcon(pixmap)


def record_button(action: QAction) -> QToolButton:
    """The button of an action that records."""
    button = action_button(action, "record")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    show_recording(button, False)
    return button


def show_recording(button: QToolButton, on: bool, seconds: float = 0.0) -> None:
    """Say what a press would do; while recording, for how long it has."""
    text = clock_text(int(seconds)) if on else "Record"
    if text != button.text() or not button.accessibleName():
        button.setText(text)
        button.setIcon(sign(on, GAP))
        button.setAccessibleName(f"Stop recording, {text}" if on else "Record")


class RecordingLine(QFrame):
    """A red dot, the time and the name of the take; over the picture while it is recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        dot, self.label = QLabel(), QLabel()
        dot.setPixmap(sign(False).pixmap(QSize(SIZE, SIZE)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 5, 14, 5)
        layout.addWidget(dot)
        layout.addWidget(self.label)
        self.hide()

    def say(self, seconds: float, name: str) -> None:
        """Show how much of which take there is."""
        state = f"Recording {clock_text(int(seconds))}" if seconds else "Recording begins"
        text = f"{state} · {name}"
        if text != self.label.text():
            self.label.setText(text)
            self.setAccessibleName(text)
        self.show()
