"""Cards that lie in the middle of the stage, as large as there is room."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QWidget

MARGIN = 20  # px round a card, at least


def place_in_middle(card: QWidget, largest: tuple[int, int]) -> None:
    """Put it there."""
    over = card.parentWidget()
    assert over is not None
    room = over.width() - 2 * MARGIN, over.height() - 2 * MARGIN
    width, height = (min(most, there) for most, there in zip(largest, room, strict=True))
    card.setGeometry((over.width() - width) // 2, (over.height() - height) // 2, width, height)


class _Keeper(QObject):
    def __init__(self, card: QWidget, over: QWidget, largest: tuple[int, int]) -> None:
        super().__init__(card)
        self._card, self._largest = card, largest
        over.installEventFilter(self)

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Of the parent: it has another size."""
        if event is not None and event.type() == QEvent.Type.Resize and self._card.isVisible():
            place_in_middle(self._card, self._largest)
        return False


def keep_in_middle(card: QWidget, over: QWidget, largest: tuple[int, int]) -> None:
    """Have it stay there whatever size the parent has."""
    _Keeper(card, over, largest)
