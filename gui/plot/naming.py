"""Where a marker gets its name: a line over its flag."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget

from ..viewmodel.markers import LONGEST, Marker

WIDTH = 150  # px


class Naming(QLineEdit):
    """Return or a press elsewhere takes the name, Escape leaves it as it was."""

    named = pyqtSignal(object, str)
    """A marker and its new name."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._marker: Marker | None = None
        self.setMaxLength(LONGEST)
        self.setPlaceholderText("Name")
        self.setAccessibleName("Name of the marker")
        self.returnPressed.connect(self._take)
        self.hide()

    def ask(self, marker: Marker, flag: QRectF) -> None:
        """Ask for the name of a marker whose flag is there (px of the parent)."""
        self._marker = marker
        self.setText(marker.name)
        self.selectAll()
        parent = self.parentWidget()
        right = WIDTH if parent is None else parent.width() - WIDTH
        self.setGeometry(round(min(flag.left(), right)), round(flag.top()), WIDTH, 26)
        self.show()
        self.setFocus()

    def event(self, event: QEvent | None) -> bool:
        """Have every key to itself while it is written in."""
        if event is not None and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def _leave(self) -> Marker | None:
        marker, self._marker = self._marker, None
        self.clearFocus()  # before it hides, or the next field would have the keys
        self.hide()
        return marker

    def _take(self) -> None:
        marker = self._leave()
        if marker is not None:
            self.named.emit(marker, self.text())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Give up on Escape."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802
        """Take what was written."""
        super().focusOutEvent(event)
        self._take()
