"""What the sending panel is made of: switches, and under each what belongs to it while it is on."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from ...realtime.sending import Sending
from ..viewmodel.sending import state_text

INDENT = 26  # px, under the text of a switch


class Switch(QCheckBox):
    """Turned with Return when it has the focus: the space bar starts and stops listening wherever one is."""

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Turn it."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw it, its box so that it is seen on a dark ground, too."""
        super().paintEvent(event)
        option, style = QStyleOptionButton(), self.style()
        assert style is not None
        self.initStyleOption(option)
        box = style.subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.drawRect(box.adjusted(0, 0, -1, -1))


class TextField(QLineEdit):
    """A line of text, told when it is complete."""

    entered = pyqtSignal(str)
    """Another text, after Return or when the focus goes on."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self._told = ""
        self.editingFinished.connect(self._tell)

    def show_text(self, text: str) -> None:
        """Show a text, unless the user is about to write another one."""
        self._told = text
        if not (self.hasFocus() and self.isModified()):
            self.setText(text)

    def _tell(self) -> None:
        self.setModified(False)
        if self.text() != self._told:
            self._told = self.text()
            self.entered.emit(self._told)


class PortField(QSpinBox):
    """The number of a port."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self.setRange(1, 65_535)
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setKeyboardTracking(False)
        self.setAccessibleName(name)
        self.setToolTip(tip)


class Group(QWidget):
    """One receiver, or kind of receivers: a switch, its settings while it is on, and how it goes."""

    def __init__(self, title: str, tip: str, counts: bool = True) -> None:
        """counts: whether its number of receivers is one, and not just that there are any."""
        super().__init__()
        self._counts = counts
        self.switch, self.state = Switch(title), QLabel()
        self.switch.setToolTip(tip)
        self.state.setWordWrap(True)
        self.state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.settings = QWidget()
        self._grid = QGridLayout(self.settings)
        self._grid.setContentsMargins(INDENT, 2, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.switch)
        layout.addWidget(self.settings)
        self._grid.addWidget(self.state, 0, 0, 1, 2)
        self._rows = 0
        self.settings.hide()

    def add(self, name: str, field: QWidget) -> None:
        """Add a setting; its name is left out where it says itself what it is."""
        row, self._rows = self._rows, self._rows + 1
        if name:
            label = QLabel(name)
            label.setBuddy(field)
            self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1 if name else 0, 1, 1 if name else 2)
        self._grid.addWidget(self.state, row + 1, 0, 1, 2)

    def show_on(self, on: bool) -> None:
        """Show whether it is on."""
        self.switch.setChecked(on)
        self.settings.setVisible(on)

    def show_state(self, sending: Sending | None, wrong: str | None = None) -> None:
        """Show how it goes, or why it cannot go at all."""
        text = state_text(sending, self._counts) if wrong is None else wrong
        bad = wrong is not None or (sending is not None and sending.error is not None)
        if (text, bad) != (self.state.text(), self.state.property("bad")):
            self.state.setText(text)
            self.state.setProperty("bad", bad)
            self.state.setObjectName("wrong" if bad else "muted")
            self.state.setMargin(5 if bad else 0)
            style: Any = self.state.style()
            style.unpolish(self.state)
            style.polish(self.state)
            self.switch.setAccessibleDescription(text)
        if sending is not None:
            self.state.setToolTip(f"{sending.name}: {sending.sent:,} frames sent, {sending.lost:,} lost")
