"""The music settings in the bar: as many words of them as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from ..menus.control_bar import BarButton, ControlBar

SLACK = 2  # px; the bar hides what does not fit


class MusicButton(BarButton):
    """Shows the longest wording for which its bar has room beside the other controls."""

    def __init__(self, bar: ControlBar) -> None:
        super().__init__()
        self.setCheckable(True)
        self._bar = bar
        self._wordings: Sequence[str] = ("",)
        bar.arranged.connect(self._choose)
        bar.add_right(self)

    def say(self, wordings: Sequence[str]) -> None:
        """Offer these, from long to short."""
        self._wordings = wordings
        self.setAccessibleName(f"Music: {wordings[0]}")
        self._choose()

    def _choose(self) -> None:
        width = self.fontMetrics().horizontalAdvance
        room = self._bar.room_for(self) - SLACK - (self.sizeHint().width() - width(self.text()))
        text = next((text for text in self._wordings if width(text) <= room), self._wordings[-1])
        layout = self._bar.layout()
        if text != self.text() and layout is not None:
            self.setText(text)
            layout.invalidate()  # which a button that the bar has hidden would not tell it
