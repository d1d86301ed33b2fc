"""Under the picture of a recording: what it is, where one is in it, how loud, and what can be done with it."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent, QValidator
from PyQt6.QtWidgets import QDoubleSpinBox, QFrame, QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from ..look.wording import MINUS
from ..plot.roll import SECOND_WIDTH
from ..viewmodel.clock import moment_text

LONGEST_SHIFT = 600.0  # s
FIRST_WIDTH = 4.0  # px


class Name(QLabel):
    """A name, shortened in the middle where there is no room."""

    def __init__(self) -> None:
        super().__init__()
        self._full = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, text: str) -> None:
        """Show a name."""
        self._full = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Shorten it anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setText(QFontMetrics(self.font()).elidedText(self._full, Qt.TextElideMode.ElideMiddle, self.width()))


class Shift(QDoubleSpinBox):
    """Seconds, with their sign."""

    def __init__(self) -> None:
        super().__init__()
        self.setRange(-LONGEST_SHIFT, LONGEST_SHIFT)
        self.setDecimals(2)
        self.setSingleStep(0.05)
        self.setPrefix("shift ")
        self.setSuffix(" s")
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setKeyboardTracking(False)
        self.setToolTip("Shift of the second recording in time: type, press Up or Down, or drag its line with Alt")
        self.setAccessibleName("Shift of the second recording")
        self.setFixedWidth(116)

    def textFromValue(self, value: float) -> str:  # noqa: N802
        """Sign and seconds."""
        sign = "+" if value > 0 else MINUS if value < 0 else ""
        return f"{sign}{abs(value):.2f}"

    def valueFromText(self, text: str | None) -> float:  # noqa: N802
        """Seconds; also with a comma, or a sign of any kind."""
        plain = (text or "").removeprefix(self.prefix()).removesuffix(self.suffix())
        return _number(plain) or 0.0

    def validate(self, text: str | None, place: int) -> tuple[QValidator.State, str, int]:
        """Any number will do."""
        plain = (text or "").removeprefix(self.prefix()).removesuffix(self.suffix())
        state = QValidator.State.Intermediate if _number(plain) is None else QValidator.State.Acceptable
        return state, text or "", place


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(MINUS, "-").replace(",", "."))
    except ValueError:
        return None


class LineSample(QWidget):
    """A piece of the line that a name belongs to."""

    def __init__(self, role: QPalette.ColorRole, width: float) -> None:
        super().__init__()
        self._role, self._width = role, width
        self.setFixedSize(26, 16)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.palette().color(self._role)), self._width))
        painter.drawLine(QPointF(2, 8), QPointF(24, 8))


class Strip(QFrame):
    """Two rows: the recording, and below it the second one while two are compared."""

    volume_changed = pyqtSignal(float)
    """0..1."""
    shifted = pyqtSignal(float)
    """Seconds that the second one is to be shown later."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.name, self.second_name = Name(), Name()
        self.place = QLabel()
        self.volume = self._make_volume()
        self.shift = self._make_shift()
        self._rows = [QHBoxLayout(), QHBoxLayout()]
        self._second = QWidget()
        self._second.setLayout(self._rows[1])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(2)
        layout.addLayout(self._rows[0])
        layout.addWidget(self._second)
        self._fill()
        self.hide()

    def _make_volume(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, 100)
        slider.setValue(100)
        slider.setFixedWidth(48)
        slider.setToolTip("Volume of the replay (Ctrl+Alt+comma, Ctrl+Alt+period)")
        slider.setAccessibleName("Volume")
        slider.valueChanged.connect(lambda value: self.volume_changed.emit(value / 100))
        return slider

    def _make_shift(self) -> Shift:
        box = Shift()
        box.valueChanged.connect(self.shifted)
        return box

    def _fill(self) -> None:
        self._samples = LineSample(QPalette.ColorRole.Highlight, FIRST_WIDTH)
        first, second = self._rows
        for row in self._rows:
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(6)
        first.addWidget(self._samples)
        first.addWidget(self.name, 1)
        for widget in (self.place, self.volume):
            first.addWidget(widget)
        second.addWidget(LineSample(QPalette.ColorRole.PlaceholderText, SECOND_WIDTH))
        second.addWidget(self.second_name, 1)
        second.addWidget(self.shift)
        self.show_second("")

    def add(self, widget: QWidget) -> None:
        """Add a control to the first row."""
        self._rows[0].addWidget(widget)

    def add_second(self, widget: QWidget) -> None:
        """Add a control to the second row."""
        self._rows[1].addWidget(widget)

    def show_take(self, name: str) -> None:
        """Show the recording's name."""
        self.name.say(name)
        self.show()

    def show_second(self, name: str) -> None:
        """Show the second one's name; empty: there is none."""
        self.second_name.say(name)
        self._second.setVisible(bool(name))
        self._samples.setVisible(bool(name))

    def show_place(self, seconds: float, duration: float) -> None:
        """Show where one is."""
        text = f"{moment_text(seconds)[:-1]} / {moment_text(duration)[:-1]}"
        if text != self.place.text():
            self.place.setText(text)
            self.place.setAccessibleName(f"At {text}")

    def show_shift(self, seconds: float) -> None:
        """Show the second one's shift, without telling anybody."""
        self.shift.blockSignals(True)
        self.shift.setValue(seconds)
        self.shift.blockSignals(False)
