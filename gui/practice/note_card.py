"""One note of a take, at the top of the picture that shows it."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from ..notices import Button


class NoteCard(QFrame):
    """Which note, what was wrong with it, and what to do about it."""

    back = pyqtSignal()
    """To the result again."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("practice")
        self.name, self.text = QLabel(), QLabel()
        font = self.name.font()
        font.setBold(True)
        self.name.setFont(font)
        self.text.setWordWrap(True)
        self.back_button = Button("Result")
        self.back_button.setToolTip("Back to the result (Escape)")
        self.back_button.clicked.connect(self.back)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 10, 8)
        layout.setSpacing(6)
        layout.addWidget(self.name)
        layout.addWidget(self.text)
        layout.addLayout(self._row)
        self.hide()

    def add(self, action: QAction, text: str) -> Button:
        """Add a button for an action."""
        button = Button(text)
        button.setObjectName("plain")
        button.setToolTip(action.toolTip())
        button.clicked.connect(lambda _=False: action.trigger())
        self._row.addWidget(button)
        return button

    def add_back(self) -> None:
        """Add the button that leads back."""
        self.back_button.setObjectName("plain")
        self._row.addWidget(self.back_button)
        self._row.addStretch()

    def show_note(self, name: str, text: str) -> None:
        """Show a note."""
        self.name.setText(name)
        self.text.setText(text)
        self.setAccessibleName(f"{name}: {text}")
        self.show()
