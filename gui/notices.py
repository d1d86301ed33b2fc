"""Messages that never stop the program: a banner over the picture, and a card when nothing runs."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QVBoxLayout

from .viewmodel.messages import Message, Messages, Rank

WIDTH = 384  # px; the picture of the smallest window has room for it


class Button(QPushButton):
    """Pressed with Return when it has the focus: the space bar starts and stops listening wherever one is."""

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Press."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showMenu() if self.menu() is not None else self.click()
        else:
            super().keyPressEvent(event)


class Banner(QFrame):
    """One sentence at the top of the picture while the stream goes on, at times with something to press."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._messages, self._shown = Messages(), Message("")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._refresh)
        self.label, self.button, self.close_button = QLabel(), Button(), Button("×")
        self.label.setWordWrap(True)
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button.clicked.connect(self._act)
        self.close_button.setFixedWidth(30)
        self.close_button.setToolTip("Close this message")
        self.close_button.setAccessibleName("Close this message")
        self.close_button.clicked.connect(self._dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 10, 8)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.button)
        layout.addWidget(self.close_button)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def post(
        self,
        key: str,
        text: str,
        rank: Rank = Rank.HINT,
        *,
        seconds: float = math.inf,
        button: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        """Say a sentence, in place of what `key` said before, for some seconds or until `withdraw`.

        The most urgent of all keys is shown. button: does `act`, and the message has been answered.
        """
        self._messages.post(key, Message(text, rank, time.monotonic() + seconds, button, act))
        self._refresh()

    def say(self, sentence: str | None) -> None:
        """Show a hint until the next call, or none."""
        self.post("said", sentence) if sentence else self.withdraw("said")

    def withdraw(self, key: str) -> None:
        """Say no more what `key` said."""
        self._messages.withdraw(key)
        self._refresh()

    def _act(self) -> None:
        act = self._shown.act
        self._dismiss()
        if act is not None:
            act()

    def _dismiss(self) -> None:
        self._messages.withdraw_shown(time.monotonic())
        self._refresh()

    def _refresh(self) -> None:
        now = time.monotonic()
        self._shown = message = self._messages.shown(now) or Message("")
        if math.isfinite(end := self._messages.next_end()):
            self._timer.start(math.ceil(1000 * (end - now)))
        if (message.text, message.button) == (self.label.text(), self.button.text()):
            return
        self.label.setText(message.text)
        self.setAccessibleName(message.text)
        self.button.setText(message.button)
        self.button.setVisible(bool(message.button))
        self.close_button.setVisible(message.rank >= Rank.OFFER)
        self.setVisible(bool(message.text))


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
        self.start_button = Button("Start listening")
        self.start_button.setObjectName("primary")
        self.start_button.setToolTip("Listen to the chosen input (Space)")
        self.start_button.clicked.connect(self.start)
        self.demo_button = Button("Play the demo voice")
        self.demo_button.setToolTip("See how it works without a microphone (Ctrl+D)")
        self.demo_button.clicked.connect(self.demo)
        self.others_button = Button("Choose another input")
        self.others_button.setToolTip("The inputs that there are now")
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
        layout.addWidget(self.others_button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.setFixedWidth(WIDTH)

    def offer_others(self, inputs: QMenu) -> None:
        """Where something went wrong, offer these inputs."""
        self.others_button.setMenu(inputs)

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
        """Say in one sentence why nothing runs, and offer every way on."""
        self._say("Not listening", problem, "Try again", others=True)

    def _say(self, title: str, text: str, button: str | None, others: bool = False) -> None:
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(f"{title}. {text}")
        self.start_button.setText(button or "")
        self.start_button.setVisible(button is not None)
        self.demo_button.setVisible(button is not None)
        self.others_button.setVisible(others)
        self.show()
