"""A card over the picture with something to read; never in the way of what runs."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QTextBrowser, QVBoxLayout, QWidget

from ..notices import Button

MARGIN = 24  # px round it, at least
LARGEST = 860, 900  # px

Page = Callable[[str], str]
"""The HTML to show for the words that are looked for."""


class Card(QFrame):
    """Title, search, text and a button to close it; laid over its parent."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("help")
        self.title, self.search, self.text = QLabel(), QLineEdit(), QTextBrowser()
        self.title.setObjectName("title")
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self.text.setFocus)
        self.close_button = Button("Close")
        self.close_button.setToolTip("Close (Esc)")
        self.close_button.clicked.connect(self.close_card)
        self.text.setOpenExternalLinks(False)
        self._page: Page = str
        self._before: QWidget | None = None
        self._arrange()
        over.installEventFilter(self)
        self.hide()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.title)
        top.addStretch()
        top.addWidget(self.search)
        top.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(self.text)

    def show_page(self, title: str, page: Page, searched: bool) -> None:
        """Show a page; shown already, close it."""
        if self.isVisible() and self.title.text() == title:
            self.close_card()
            return
        self._before = self._before if self.isVisible() else self.window_focus()
        self._page = page
        self.title.setText(title)
        self.setAccessibleName(title)
        self.text.setAccessibleName(title)
        self.search.setVisible(searched)
        self.search.clear()
        self._fill()
        self._place()
        self.show()
        self.raise_()
        (self.search if searched else self.text).setFocus()

    def close_card(self) -> None:
        """Close it, and give the focus back."""
        self.hide()
        if self._before is not None:
            self._before.setFocus()
        self._before = None

    def window_focus(self) -> QWidget | None:
        """The widget that has the focus now."""
        window = self.window()
        return None if window is None else window.focusWidget()

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Of the parent: keep the card in its middle."""
        if event is not None and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _fill(self) -> None:
        self.text.setHtml(self._page(self.search.text()))

    def _place(self) -> None:
        over = self.parentWidget()
        assert over is not None
        width, height = (
            min(most, room - 2 * MARGIN) for most, room in zip(LARGEST, (over.width(), over.height()), strict=True)
        )
        self.setGeometry((over.width() - width) // 2, (over.height() - height) // 2, width, height)
