"""Under the picture while one practises: what, which step, how fast, in which key, with what to hear."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QValidator
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSpinBox, QToolButton, QVBoxLayout

from ..look.wording import MINUS
from ..menus.control_bar import action_button
from ..takes.strip import Name
from ..viewmodel.practice_choices import FASTEST, SLOWEST, WIDEST


class Signed(QSpinBox):
    """Whole numbers with their sign."""

    def textFromValue(self, value: int) -> str:  # noqa: N802
        """Sign and number."""
        return f"+{value}" if value > 0 else f"{MINUS}{-value}" if value < 0 else "±0"

    def valueFromText(self, text: str | None) -> int:  # noqa: N802
        """The number; also with a sign of any kind."""
        return _number(self._plain(text)) or 0

    def validate(self, text: str | None, place: int) -> tuple[QValidator.State, str, int]:
        """Any whole number will do."""
        good = _number(self._plain(text)) is not None
        return QValidator.State.Acceptable if good else QValidator.State.Intermediate, text or "", place

    def _plain(self, text: str | None) -> str:
        return (text or "").removeprefix(self.prefix()).removesuffix(self.suffix())


def _number(text: str) -> int | None:
    try:
        return int(text.strip().replace(MINUS, "-").replace("±", ""))
    except ValueError:
        return None


class Strip(QFrame):
    """Two rows: what is sung, with begin and steps; below it how."""

    tempo_changed = pyqtSignal(int)
    """Percent of what is written."""
    key_changed = pyqtSignal(int)
    """Semitones above what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.name, self.points = Name(), QLabel()
        self.points.setToolTip("How much of what was to be sung so far was in tune")
        self.tempo = self._make_box(QSpinBox(), SLOWEST, FASTEST, "Tempo", "Tempo in percent of what is written", 5)
        self.tempo.setSuffix(" %")
        self.tempo.valueChanged.connect(self.tempo_changed)
        self.key = self._make_box(Signed(), -WIDEST, WIDEST, "Key", "Semitones higher or lower than written")
        self.key.setPrefix("Key ")
        self.key.valueChanged.connect(self.key_changed)
        self._rows = [QHBoxLayout(), QHBoxLayout()]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(5)
        for row in self._rows:
            row.setSpacing(6)
            layout.addLayout(row)
        self._rows[0].addWidget(self.name, 1)
        self._rows[0].addWidget(self.points)
        for box in (self.tempo, self.key):
            self._rows[1].addWidget(box)
        self.hide()

    def _make_box(self, box: QSpinBox, low: int, high: int, name: str, tip: str, step: int = 1) -> QSpinBox:
        box.setRange(low, high)
        box.setSingleStep(step)
        box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        box.setKeyboardTracking(False)
        box.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box.setToolTip(f"{tip}: type, or press Up or Down")
        box.setAccessibleName(name)
        box.setFixedWidth(64)
        return box

    def add(self, row: int, action: QAction, text: str, primary: bool = False) -> QToolButton:
        """Add a button for an action to row 0 or 1."""
        button = action_button(action, "primary" if primary else "small")
        button.setText(text)
        button.setAccessibleName(action.text().replace("&", ""))
        button.setCheckable(action.isCheckable())
        if action.isCheckable():
            action.toggled.connect(button.setChecked)
            button.setChecked(action.isChecked())
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        button.setEnabled(action.isEnabled())
        self._rows[row].addWidget(button)
        return button

    def add_room(self, row: int) -> None:
        """Let what comes next stand at the right."""
        self._rows[row].addStretch(1)

    def show_points(self, text: str) -> None:
        """Show how it goes."""
        if text != self.points.text():
            self.points.setText(text)

    def show_how(self, tempo: int, key: int) -> None:
        """Show tempo (percent) and semitones, without telling anybody."""
        for box, value in ((self.tempo, tempo), (self.key, key)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
