"""The current note, large, inside its dial of cents."""

from __future__ import annotations

import math

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont, QResizeEvent
from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ...practice.notes import NO_NOTE
from ..look.theme import LIGHT, Theme
from ..look.wording import DASH, cents_text, verdict
from ..viewmodel.reading import Reading
from .cents_dial import CentsDial

NOTE_SHARE = 0.78  # of the dial's radius: height of the letter
SMALL = 0.5  # of the letter: sharp and octave


class NotePanel(QWidget):
    """Note name, cents in figures, words and as a needle, and the frequency; dimmed while held."""

    def __init__(self) -> None:
        super().__init__()
        self.dial = CentsDial()
        self.note, self.cents, self.hz = QLabel(self.dial), QLabel(), QLabel()
        self.note.setTextFormat(Qt.TextFormat.RichText)
        self.note.setToolTip("The nearest note to the voice, with its octave (C4 is middle C)")
        self.cents.setToolTip("Distance from the nearest note; 100 cents make a semitone")
        self.hz.setToolTip("Frequency of the voice")
        for label, size in ((self.cents, 19), (self.hz, 15)):
            font = QFont(self.font())
            font.setPixelSize(size)
            font.setBold(label is self.cents)
            label.setFont(font)
        for label in (self.note, self.cents, self.hz):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addStretch(1)
        self.dial.setMaximumHeight(self.dial.sizeHint().height())
        layout.addWidget(self.dial, 100)
        layout.addWidget(self.cents)
        layout.addWidget(self.hz)
        layout.addStretch(1)
        self._reading = Reading()
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.dial.set_theme(theme)
        self._show(self._reading)

    def show_reading(self, reading: Reading) -> None:
        """Show a reading; does nothing when it would look the same."""
        self.dial.show_cents(reading.needle, reading.held)
        if _look(reading) != _look(self._reading):
            self._show(reading)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Keep the note inside the dial."""
        super().resizeEvent(event)
        layout = self.layout()
        if layout is not None:
            layout.activate()
        radius, centre = self.dial.radius, self.dial.centre
        self.note.setGeometry(
            round(centre.x() - radius),
            round(centre.y() - 0.62 * radius),
            round(2 * radius),
            round(1.24 * radius),
        )
        self._show(self._reading)

    def _show(self, reading: Reading) -> None:
        self._reading = reading
        self.note.setText(self._rich(reading.name))
        self.note.setAccessibleName(f"Note {reading.name}")
        words = f"{cents_text(reading.cents)} · {verdict(reading.cents)}"
        self.cents.setText(words if reading.midi is not None else f"{DASH} cents")
        self.hz.setText(f"{DASH} Hz" if math.isnan(reading.hz) else f"{reading.hz:.1f} Hz")
        dim = reading.held or reading.midi is None
        style = f"color: {self._theme.muted if dim else self._theme.text}"
        for label in (self.note, self.cents, self.hz):
            if label.styleSheet() != style:  # to set it again would cost a relayout
                label.setStyleSheet(style)

    def _rich(self, name: str) -> str:
        size = max(round(NOTE_SHARE * self.dial.radius), 20)
        letter, rest = name[:1], name[1:]
        small = f'<span style="font-size: {round(SMALL * size)}px">{rest}</span>'
        weight = "normal" if name == NO_NOTE else "bold"
        return f'<span style="font-size: {size}px; font-weight: {weight}">{letter}{small}</span>'


def _look(reading: Reading) -> tuple[str, str, bool, str]:
    return reading.name, cents_text(reading.cents), reading.held, f"{reading.hz:.1f}"
