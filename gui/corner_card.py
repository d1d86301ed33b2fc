"""A card of settings at the lower left of the stage, and the keys that stay in what lies over the picture."""

from __future__ import annotations

from collections.abc import Collection

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QWidget

COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
FUNCTION_KEYS = frozenset(Qt.Key.Key_F1.value + place for place in range(12))
LEFT = 24  # px from the stage's edge


def kept(event: QEvent | None, shortcuts: Collection[int] = ()) -> bool | None:
    """Whether a key stays with a control that may need it and is no shortcut; None where that is not the question.

    Keys with Ctrl, Alt or Meta, function keys and `shortcuts` go on.
    """
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
        return None
    stays = not event.modifiers() & COMMANDS and event.key() not in (*FUNCTION_KEYS, *shortcuts)
    event.setAccepted(stays)
    return stays


class CornerCard(QFrame):
    """Lies where neither note nor keys nor banner are.

    While a control of it has the focus, keys that the control may need are no shortcuts.
    """

    closed = pyqtSignal()

    def __init__(self, over: QWidget, name: str, bottom: int, shortcuts: Collection[int] = ()) -> None:
        """name: for screen readers; bottom: px to the stage's edge; shortcuts: keys that are some even here."""
        super().__init__(over)
        self.setObjectName("music")
        self.setAccessibleName(name)
        self._bottom, self._shortcuts = bottom, shortcuts
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.close_card)
        over.installEventFilter(self)
        self.hide()

    def titled(self, title: str) -> QGridLayout:
        """Two columns, names and controls; in the first row the title, and the button that closes."""
        layout = QGridLayout(self)
        layout.setContentsMargins(18, 14, 18, 16)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(8)
        layout.setColumnStretch(1, 1)
        label = QLabel(title)
        label.setObjectName("title")
        layout.addWidget(label, 0, 0)
        layout.addWidget(self.close_button, 0, 1, Qt.AlignmentFlag.AlignRight)
        return layout

    def open_on(self, first: QWidget) -> None:
        """Show it, its first control ready for the keys."""
        self.place()
        self.show()
        self.raise_()
        first.setFocus()

    def close_card(self) -> None:
        """Hide it; the keys are the window's again."""
        self.hide()
        self.closed.emit()

    def place(self) -> None:
        """Be as large as what it holds, in the corner."""
        over = self.parentWidget()
        assert over is not None
        self.adjustSize()
        self.move(LEFT, max(over.height() - self.height() - self._bottom, 0))

    def event(self, event: QEvent | None) -> bool:
        """See `kept`."""
        stays = kept(event, self._shortcuts)
        return super().event(event) if stays is None else stays

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Escape closes; no other key that a control left goes on to the window."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.close_card()

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Of the parent: stay in its corner."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self.place()
        return False
