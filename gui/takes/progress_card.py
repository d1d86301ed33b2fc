"""Stands in the picture while the pitch of a file is found."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QLabel, QProgressBar, QPushButton, QVBoxLayout

WIDTH = 340  # px


class ProgressCard(QFrame):
    """Which file, how far, and a button to give it up."""

    cancelled = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self.text, self.bar = QLabel(), QProgressBar()
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Finished share")
        self.button = QPushButton("Cancel")
        self.button.setToolTip("Go without the pitch of this file (Escape)")
        self.button.clicked.connect(self.cancelled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(self.text)
        layout.addWidget(self.bar)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignCenter)
        self.setFixedWidth(WIDTH)
        self.hide()

    def say(self, text: str) -> None:
        """Show what is being done, without a share yet."""
        self.text.setText(text)
        self.setAccessibleName(text)
        self.bar.setRange(0, 0)
        self.show()

    def show_share(self, share: float) -> None:
        """Show the finished share, 0..1; at 0 only that something is going on."""
        if share > 0:
            self.bar.setRange(0, 100)
            self.bar.setValue(round(100 * share))
