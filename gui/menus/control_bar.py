"""What is used most, always in sight: a row of controls under the menus."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

LONGEST = 28  # characters of a choice's name


class ControlBar(QToolBar):
    """Controls at the left and at the right, put there by the rooms of the window."""

    def __init__(self) -> None:
        super().__init__("Controls")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._gap = self.addWidget(gap)

    def add_left(self, widget: QWidget) -> None:
        """Add a control after those at the left."""
        self.insertWidget(self._gap, widget)

    def add_right(self, widget: QWidget) -> None:
        """Add a control after those at the right."""
        self.addWidget(widget)


def action_button(action: QAction, name: str) -> QToolButton:
    """A button that does what an action does; `name`: for the style sheet."""
    button = QToolButton()
    button.setObjectName(name)
    button.setToolTip(action.toolTip())
    button.clicked.connect(action.trigger)
    return button


class MenuButton(QToolButton):
    """A button that opens a menu and shows what is chosen there."""

    def __init__(self, name: str, menu: QMenu, tip: str, show_name: bool = False) -> None:
        super().__init__()
        self._name, self._show_name = name, show_name
        self.setText(name)
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip(tip)

    def show_choice(self, label: str) -> None:
        """Show what is chosen."""
        text = label if len(label) <= LONGEST else label[: LONGEST - 1].rstrip() + "…"
        self.setText(f"{self._name}: {text}  ▾" if self._show_name else f"{text}  ▾")
        self.setAccessibleName(f"{self._name}: {label}")
