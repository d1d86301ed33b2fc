"""What the user does to find out: shortcuts, the program, the first hint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import QTimer

from ..home.escapes import Escapes
from ..parts import Parts
from ..viewmodel.chosen_model import ChosenModel
from .card import Card
from .overview import entries
from .pages import about_page, shortcuts_page

LOOK_MS = 250
SUNG = 8.0  # s of notes after which the first hint has been read, or is not wanted


class Helping:
    """Opens the card, and shows the hint once."""

    name = "help"

    def __init__(self, parts: Parts, escapes: Escapes, chosen: ChosenModel) -> None:
        self._parts, self._chosen = parts, chosen
        self.card, self._hint = Card(parts.stage), parts.stage.hint
        menus = parts.menus
        menus.action("help", "&Keys and actions", "F1", "Everything that you can do, and its keys", self.show_shortcuts)
        menus.action("help", "&First steps", "F2", "Three lines to begin with", lambda: self._show_hint(True))
        menus.action("help", "&About livepitch", "Ctrl+F1", "Versions, model, licences", self.show_about)
        escapes.add(self.card.isVisible, self.card.close_card)
        escapes.add(self._hint.isVisible, lambda: self._show_hint(False))
        self._hint.close_button.clicked.connect(lambda: self._show_hint(False))
        self._seen, self._sung = False, 0.0
        self._watch = QTimer(parts.window)
        self._watch.setInterval(LOOK_MS)
        self._watch.timeout.connect(self.look)

    def show_shortcuts(self) -> None:
        """Show every action with its keys, or close that."""
        found = entries(self._parts.window)
        self.card.show_page("Keys and actions", lambda words: shortcuts_page(found, words), True)

    def show_about(self) -> None:
        """Show what this program is, or close that."""
        self.card.show_page("livepitch", lambda _: about_page(self._chosen.name), False)

    def welcome(self) -> None:
        """Show the hint, unless it was seen at another time."""
        if not self._seen:
            self._show_hint(True)

    def remember(self) -> dict[str, Any]:
        """Whether the hint was seen."""
        return {"hint_seen": self._seen}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Know it again."""
        self._seen = values.get("hint_seen") is True

    def _show_hint(self, on: bool) -> None:
        self._hint.setVisible(on)
        self._seen, self._sung = self._seen or not on, 0.0
        self._watch.start() if on else self._watch.stop()

    def look(self) -> None:
        """Hide the hint from who has sung."""
        self._sung += LOOK_MS / 1000 * (self._parts.stage.view.keys.lit is not None)
        if self._sung >= SUNG:
            self._show_hint(False)
