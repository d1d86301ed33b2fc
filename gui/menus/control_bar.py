"""What is used most, always in sight: a row of controls under the menus."""

from __future__ import annotations

from itertools import pairwise

from PyQt6.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QKeyEvent, QShowEvent
from PyQt6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

LONGEST = 28  # characters of a choice's name
ICON = QSize(18, 14)  # px, a sign and a little room before the text


class ControlBar(QToolBar):
    """Controls at the left and at the right, put there by the rooms of the window."""

    arranged = pyqtSignal()
    """There is another width for the controls, or one of them wants another."""

    def __init__(self) -> None:
        super().__init__("Controls")
        self.setMovable(False)
        self.setIconSize(ICON)  # its buttons take this, whatever they say themselves
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

    def room_for(self, control: QWidget) -> int:
        """Px of width that the other controls leave to one of them."""
        layout, actions = self.layout(), self.actions()
        assert layout is not None
        margins = layout.contentsMargins()
        gaps = layout.spacing() * len(actions) + margins.left() + margins.right()
        widgets = [self.widgetForAction(action) for action in actions if action is not self._gap]
        others = [widget for widget in widgets if widget is not None and widget is not control]
        return self.width() - gaps - sum(widget.sizeHint().width() for widget in others)

    def event(self, event: QEvent | None) -> bool:
        """Tell when there is another width."""
        done = super().event(event)
        if event is not None and event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.arranged.emit()
        return done

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Let Tab go from left to right, whatever was added first."""
        super().showEvent(event)
        controls = [self.widgetForAction(action) for action in self.actions()]
        for before, after in pairwise(control for control in controls if control is not None):
            self.setTabOrder(before, after)


class BarButton(QToolButton):
    """Pressed with Return when it has the focus: the space bar starts and stops listening wherever one is."""

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Press."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showMenu() if self.menu() is not None else self.click()
        else:
            super().keyPressEvent(event)


def action_button(action: QAction, name: str) -> QToolButton:
    """A button that does what an action does; `name`: for the style sheet."""
    button = BarButton()
    button.setObjectName(name)
    button.setToolTip(action.toolTip())
    button.clicked.connect(action.trigger)
    return button


class MenuButton(BarButton):
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
