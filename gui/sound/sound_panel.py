"""The sound panel: everything about input and output that is set now and then."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

SPACE = 12  # px between two groups


class SoundPanel(QScrollArea):
    """Groups of controls, one under the other; scrolls where the window is too low for them."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Sound settings")
        self._content = QWidget()
        self._groups = QVBoxLayout(self._content)
        self._groups.setContentsMargins(0, 0, 4, 0)
        self._groups.setSpacing(SPACE)
        self.setWidget(self._content)
        viewport: Any = self.viewport()
        for ground in (viewport, self._content):  # the card's own shows
            ground.setAutoFillBackground(False)

    def add_group(self, group: QWidget) -> None:
        """Add controls after those that there are."""
        self._groups.addWidget(group)
        self.setMaximumHeight(self._content.sizeHint().height() + 2)
        self.updateGeometry()
