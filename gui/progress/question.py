"""Asks within the page whether something is really meant; nothing waits for the answer."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel

from ..notices import Button


class Question(QFrame):
    """A sentence, and two buttons; the focus is on the one that does nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("question")
        self.label, self.yes, self.no = QLabel(), Button(), Button("Keep")
        self.label.setWordWrap(True)
        self.yes.setObjectName("danger")
        self.no.setToolTip("Change nothing (Esc)")
        self.yes.clicked.connect(self._do)
        self.no.clicked.connect(self.drop)
        self._act: Callable[[], object] | None = None
        self._after: Callable[[], object] = lambda: None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 10, 8)
        layout.setSpacing(10)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.yes)
        layout.addWidget(self.no)
        self.hide()

    def ask(self, sentence: str, verb: str, act: Callable[[], object], after: Callable[[], object]) -> None:
        """Ask; `act` if it is meant. after: gives the focus back."""
        self._act, self._after = act, after
        self.label.setText(sentence)
        self.setAccessibleName(sentence)
        self.yes.setText(verb)
        self.yes.setToolTip(sentence)
        self.no.setAccessibleDescription(sentence)
        self.show()
        self.no.setFocus()

    def drop(self) -> None:
        """Nothing is meant."""
        if self.isVisible():
            self._act = None
            self.hide()
            self._after()

    def _do(self) -> None:
        act = self._act
        self.drop()
        if act is not None:
            act()
