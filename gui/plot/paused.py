"""What a standing picture says while the voice goes on."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPushButton, QWidget

from ..look.theme import Theme
from ..viewmodel.clock import paused_text

STYLE = """QPushButton {{ background: {card}; color: {text}; border: 1px solid {border}; border-radius: 13px;
padding: 4px 14px; font-size: 13px; }} QPushButton:hover {{ border-color: {muted}; }}"""


class Paused(QPushButton):
    """A quiet note in the picture; pressed, the picture goes on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip("Go on with the voice (P)")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.setStyleSheet(STYLE.format(card=theme.card, text=theme.text, border=theme.octave_line, muted=theme.muted))

    def say(self, behind: float | None) -> None:
        """Say that the voice is `behind` seconds further on; None: the picture is with it."""
        if behind is not None and self.text() != paused_text(behind):
            self.setText(paused_text(behind))
            self.adjustSize()
        if self.isHidden() != (behind is None):
            self.setVisible(behind is not None)
