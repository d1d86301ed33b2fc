"""What lies over the picture while one practises, and what Escape closes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtWidgets import QWidget


class Cards:
    """Cards in their order, the topmost first, each with what closes it."""

    def __init__(self, cards: Sequence[tuple[QWidget, Callable[[], object]]]) -> None:
        self._cards = cards

    @property
    def open(self) -> bool:
        """Whether any is seen."""
        return any(card.isVisible() for card, _ in self._cards)

    def close_topmost(self) -> bool:
        """Close one; whether there was any."""
        close = next((close for card, close in self._cards if card.isVisible()), None)
        if close is not None:
            close()
        return close is not None
