"""The list of recordings, over the picture: arrows choose, Return opens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout

from ..notices import Button
from ..viewmodel.take_list import Entry

SIZE = (380, 320)  # px; the picture of the smallest window has room for it
PATH = Qt.ItemDataRole.UserRole


class Shelf(QFrame):
    """Takes and recent files, the newest first."""

    chosen = pyqtSignal(object)
    """A path."""
    compared = pyqtSignal(object)
    """A path, to be shown over what is on the stage."""
    asked = pyqtSignal()
    """Another file, please."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self.list, self.hint = QListWidget(), QLabel()
        self.list.setObjectName("shelf")
        self.list.setAccessibleName("Recordings")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.itemDoubleClicked.connect(lambda _: self._open())
        self.list.installEventFilter(self)
        self.hint.setObjectName("muted")
        self.hint.setWordWrap(True)
        title = QLabel("Recordings")
        title.setObjectName("heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(10)
        for part in (title, self.list, self.hint):
            layout.addWidget(part)
        layout.addLayout(self._make_buttons())
        self.setFixedSize(*SIZE)
        self.hide()

    def _make_buttons(self) -> QHBoxLayout:
        self.open_button = self._button("Open", "Look at the chosen recording (Return)", self._open)
        self.open_button.setObjectName("primary")
        self.compare_button = self._button("Compare", "Show it over the recording on screen", self._compare)
        self.file_button = self._button("File …", "Open any audio file (Ctrl+O)", self.asked.emit)
        self.close_button = self._button("Close", "Close this list (Escape)", self.hide)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.open_button, self.compare_button, self.file_button, self.close_button):
            row.addWidget(button)
        return row

    def _button(self, text: str, tip: str, slot: object) -> Button:
        button = Button(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda _=False: slot())  # type: ignore[operator]
        return button

    def offer(self, entries: Sequence[Entry], folder: Path, comparing: bool) -> None:
        """Show these; `comparing`: there is a recording on screen that another can be shown over."""
        self.list.clear()
        for entry in entries:
            item = QListWidgetItem(f"{entry.name}    {entry.length}")
            item.setData(PATH, entry.path)
            item.setToolTip(str(entry.path))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        nothing = "Nothing recorded yet: Ctrl+R records what you sing."
        self.hint.setText(f"Takes lie in {folder}" if entries else nothing)
        self.hint.setToolTip(str(folder))
        for button in (self.open_button, self.compare_button):
            button.setEnabled(bool(entries))
        self.compare_button.setVisible(comparing)
        self.show()
        self.list.setFocus()

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Of the list: Return opens, and no letter key is a shortcut while one looks for a name."""
        if isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.type() == QEvent.Type.KeyPress:
                self._open()
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            moving = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
            if moving and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.accept()
                return True
        return False

    @property
    def _path(self) -> Path | None:
        item = self.list.currentItem()
        return None if item is None else item.data(PATH)

    def _open(self) -> None:
        if self._path is not None:
            self.hide()
            self.chosen.emit(self._path)

    def _compare(self) -> None:
        if self._path is not None:
            self.hide()
            self.compared.emit(self._path)
