"""A panel beside the picture: everything of one matter that is set now and then."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

SPACE = 12  # px between two groups


class SidePanel(QScrollArea):
    """Groups of controls, one under the other; scrolls where the window is too low for them."""

    def __init__(self, name: str, least: int | None = None) -> None:
        """name: for screen readers. least: px of height that are enough, so that the note stays in sight."""
        super().__init__()
        self.least = least
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        self._content = QWidget()
        self._groups = QVBoxLayout(self._content)
        self._groups.setContentsMargins(0, 0, 4, 0)
        self._groups.setSpacing(SPACE)
        self._groups.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setWidget(self._content)
        viewport: Any = self.viewport()
        for ground in (viewport, self._content):  # the card's own shows
            ground.setAutoFillBackground(False)

    def add_group(self, group: QWidget) -> None:
        """Add controls after those that there are."""
        self._groups.addWidget(group)
        self.fit()

    def fit(self) -> None:
        """Be as high as what it holds now."""
        self._groups.activate()
        self.setMaximumHeight(self.sizeHint().height())
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802
        """All that it holds; Qt's own remembers what it held at first."""
        return QSize(super().sizeHint().width(), self._content.sizeHint().height() + 2)
