"""Leads a singer to the ends of their range, over the picture that shows what is sung."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout

from ..notices import Button

WIDTH = 380  # px; the picture of the smallest window has room for it


class RangeCard(QFrame):
    """What to sing next, how long it has been held, what was found."""

    enough = pyqtSignal()
    """No further this way."""
    used = pyqtSignal()
    """The range found is to be used."""
    again = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("practice")
        self.text, self.found, self.held = QLabel(), QLabel(), QProgressBar()
        self.text.setWordWrap(True)
        font = self.text.font()
        font.setPixelSize(17)
        self.text.setFont(font)
        self.text.setFixedHeight(2 * self.text.fontMetrics().lineSpacing() + 4)
        self.found.setFixedHeight(self.found.fontMetrics().lineSpacing() + 4)
        self.found.setObjectName("muted")
        self.held.setRange(0, 100)
        self.held.setTextVisible(False)
        self.held.setFixedHeight(8)
        self.held.setAccessibleName("How long the note has been held")
        self.enough_button = self._button("That is far enough", "Go on to the next question (Return)", self.enough)
        self.use_button = self._button("Use this range", "Keep it for every exercise (Return)", self.used)
        self.use_button.setObjectName("primary")
        self.again_button = self._button("Once more", "Begin anew", self.again)
        self.close_button = self._button("Close", "Leave it (Escape)", self.closed)
        title = QLabel("Your range")
        title.setObjectName("heading")
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.enough_button, self.use_button, self.again_button, self.close_button):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 14, 20, 16)
        layout.setSpacing(10)
        for part in (title, self.text, self.held, self.found):
            layout.addWidget(part)
        layout.addLayout(row)
        self.setFixedWidth(WIDTH)
        self.hide()

    def _button(self, text: str, tip: str, signal: object) -> Button:
        button = Button(text)
        button.setToolTip(tip)
        button.setMinimumHeight(30)
        button.clicked.connect(lambda _=False: signal.emit())  # type: ignore[attr-defined]
        return button

    def show_moment(self, sentence: str, held: float, found: str, done: bool) -> None:
        """Show how far it is."""
        for label, text in ((self.text, sentence), (self.found, f"So far: {found}" if found and not done else "")):
            if label.text() != text:
                label.setText(text)
        self.held.setValue(round(100 * held))
        if done != self.use_button.isVisibleTo(self) or not self.isVisible():
            self.held.setVisible(not done)
            self.enough_button.setVisible(not done)
            self.use_button.setVisible(done)
            self.again_button.setVisible(done)
            self.show()
            (self.use_button if done else self.enough_button).setFocus(Qt.FocusReason.OtherFocusReason)
        self.enough_button.setEnabled(bool(found))
        self.setAccessibleName(f"Your range. {sentence}")
