"""A setting in whole steps: its name, a slider, and the figure, which can be typed."""

from __future__ import annotations

import re
from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QValidator
from PyQt6.QtWidgets import QGridLayout, QLabel, QSlider, QSpinBox

from ..look.wording import MINUS

OWN = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)


class OwnArrows(QObject):
    """An event filter: the widget with the focus gets the plain arrow keys, also where they are shortcuts."""

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Claim them."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return False
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() in OWN:
            event.accept()
            return True
        return False


class Figure(QSpinBox):
    """A number with the real minus sign; its lowest may have a name."""

    def __init__(self, steps: range, unit: str, lowest: str = "", signed: bool = False) -> None:
        super().__init__()
        self._signed = signed
        self.setRange(steps[0], steps[-1])
        self.setSuffix(f" {unit}")
        self.setSpecialValueText(lowest)
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setKeyboardTracking(False)
        self.setFixedWidth(72)
        self.editingFinished.connect(self.clearFocus)

    def textFromValue(self, value: int) -> str:  # noqa: N802
        """The number as text."""
        sign = MINUS if value < 0 else "+" if value > 0 and self._signed else ""
        return f"{sign}{abs(value)}"

    def valueFromText(self, text: str | None) -> int:  # noqa: N802
        """The number that was typed, with either minus."""
        number = self._number(text)
        return int(number) if number.lstrip("+-").isdecimal() else self.minimum()

    def validate(self, text: str | None, place: int) -> tuple[QValidator.State, str, int]:
        """Whether it is a number, or may become one."""
        number, state = self._number(text), QValidator.State
        if text and text == self.specialValueText():
            return state.Acceptable, text, place
        if number in ("", "+", "-"):
            return state.Intermediate, text or "", place
        if not re.fullmatch(r"[+-]?\d{1,3}", number):
            return state.Invalid, text or "", place
        there = self.minimum() <= int(number) <= self.maximum()
        return state.Acceptable if there else state.Intermediate, text or "", place

    def _number(self, text: str | None) -> str:
        return (text or "").removesuffix(self.suffix()).replace(MINUS, "-").strip()


class LevelRow(QObject):
    """A row of a grid."""

    changed = pyqtSignal(int)
    """The user chose another step."""

    def __init__(self, name: str, figure: Figure, tip: str) -> None:
        super().__init__()
        self.label, self.figure, self.slider = QLabel(name), figure, QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(figure.minimum(), figure.maximum())
        self.slider.setPageStep(6)
        self._arrows = OwnArrows()
        self.slider.installEventFilter(self._arrows)
        for part in (self.slider, figure):
            part.setAccessibleName(name)
            part.setToolTip(tip)
            part.valueChanged.connect(self._take)
        self.label.setBuddy(self.slider)

    def put_into(self, grid: QGridLayout, row: int) -> None:
        """Fill a row of three columns."""
        for column, part in enumerate((self.label, self.slider, self.figure)):
            grid.addWidget(part, row, column)

    def show_step(self, step: int) -> None:
        """Show a value; nothing is chosen by that."""
        for part in (self.slider, self.figure):
            part.blockSignals(True)
            part.setValue(step)
            part.blockSignals(False)

    def _take(self, step: int) -> None:
        self.show_step(step)
        self.changed.emit(step)

    def describe(self, text: Callable[[int], str]) -> None:
        """What a screen reader says of the slider's place."""
        self.slider.setAccessibleDescription(text(self.slider.value()))
