"""Messages that never stop the program: a banner over the picture, and a card when nothing runs."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout

WIDTH = 384  # px; the picture of the smallest window has room for it


class Banner(QFrame):
    """One sentence at the top of the picture while the stream goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.addWidget(self.label)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def say(self, sentence: str | None) -> None:
        """Show a sentence, or nothing."""
        if (sentence or "") == self.label.text():
            return
        self.label.setText(sentence or "")
        self.setAccessibleName(sentence or "")
        self.setVisible(bool(sentence))


class Welcome(QFrame):
    """Stands in the picture while no voice is on it: an invitation, or what went wrong and what to do."""

    start = pyqtSignal()
    demo = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self.title, self.text = QLabel(), QLabel()
        font = self.title.font()
        font.setPixelSize(20)
        font.setBold(True)
        self.title.setFont(font)
        self.text.setObjectName("muted")
        for label in (self.title, self.text):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.start_button = QPushButton("Start listening")
        self.start_button.setObjectName("primary")
        self.start_button.setToolTip("Listen to the chosen input (Space)")
        self.start_button.clicked.connect(self.start)
        self.demo_button = QPushButton("Play the demo voice")
        self.demo_button.setToolTip("See how it works without a microphone (Ctrl+D)")
        self.demo_button.clicked.connect(self.demo)
        self._arrange()

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch()
        buttons.addWidget(self.start_button)
        buttons.addWidget(self.demo_button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 24)
        layout.setSpacing(14)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        layout.addLayout(buttons)
        self.setFixedWidth(WIDTH)

    def invite(self) -> None:
        """Offer to start."""
        self._say(
            "Ready when you are",
            "Press Space and sing. Your pitch appears here.",
            "Start listening",
        )

    def wait(self, source: str, model: str) -> None:
        """Say what is being prepared; nothing to press."""
        self._say("One moment", f"Loading the model {model}, then listening to {source} …", None)

    def report(self, problem: str) -> None:
        """Say in one sentence why nothing runs, and offer both ways on."""
        self._say("Not listening", problem, "Try again")

    def _say(self, title: str, text: str, button: str | None) -> None:
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(f"{title}. {text}")
        self.start_button.setText(button or "")
        self.start_button.setVisible(button is not None)
        self.demo_button.setVisible(button is not None)
        self.show()
