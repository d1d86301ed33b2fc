"""The shelf: everything that can be practised, over the picture. Letters search, arrows choose, Return begins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PyQt6.QtCore import QEvent, QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..notices import Button
from ..viewmodel.practice_offers import ASK_NOTES, ASKING, TYPED, Offer, found
from .over import keep_in_middle, place_in_middle

LARGEST = 620, 620  # px
OFFER = Qt.ItemDataRole.UserRole
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
EXAMPLE = "C4 D4 E4:2 r C4:1/2"


class Shelf(QFrame):
    """A search field that keeps the focus, and the list that it moves through."""

    chosen = pyqtSignal(object)
    """An `Offer`."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("practice")
        self.setAccessibleName("Practice")
        self.search, self.list, self.hint = QLineEdit(), QListWidget(), QLabel()
        self.notes = QLineEdit()
        self._offers: Sequence[Offer] = ()
        self._before: QWidget | None = None
        self._arrange()
        self._connect()
        keep_in_middle(self, over, LARGEST)
        self.hide()

    def _arrange(self) -> None:
        title = QLabel("What do you want to sing?")
        title.setObjectName("title")
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search exercises and songs")
        self.search.setClearButtonEnabled(True)
        self.list.setObjectName("shelf")
        self.list.setAccessibleName("Exercises and songs")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.hint.setObjectName("muted")
        self.hint.setWordWrap(True)
        self.hint.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.notes.setPlaceholderText(EXAMPLE)
        self.notes.setAccessibleName("Notes to sing")
        self.notes.setToolTip("Note names with octave; “:2” is two beats, “r” a rest")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        for part in (title, self.search, self.list, self.hint, self.notes):
            layout.addWidget(part)
        layout.addLayout(self._make_buttons())

    def _make_buttons(self) -> QHBoxLayout:
        self.open_button = Button("Practise")
        self.open_button.setObjectName("primary")
        self.open_button.setToolTip("Show it, ready to sing (Return)")
        self.close_button = Button("Close")
        self.close_button.setToolTip("Close the shelf (F3 or Escape)")
        row = QHBoxLayout()
        row.setSpacing(8)
        for offer in ASKING:
            button = Button(offer.title)
            button.setToolTip(offer.sentence)
            button.clicked.connect(lambda _=False, offer=offer: self._ask(offer))
            row.addWidget(button)
        row.addStretch()
        row.addWidget(self.open_button)
        row.addWidget(self.close_button)
        return row

    def _connect(self) -> None:
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.notes.installEventFilter(self)
        self.list.currentItemChanged.connect(lambda *_: self._show_hint())
        self.list.itemClicked.connect(lambda _: self._focus_back())
        self.list.itemDoubleClicked.connect(lambda _: self.choose())
        self.open_button.clicked.connect(self.choose)
        self.close_button.clicked.connect(self.close_card)

    def offer(self, offers: Sequence[Offer]) -> None:
        """Show these, the first chosen."""
        self._offers = offers
        window = self.window()
        self._before = None if window is None or self.isVisible() else window.focusWidget()
        self.search.clear()
        self.show_notes("")
        self._fill()
        place_in_middle(self, LARGEST)
        self.show()
        self.raise_()
        self.search.setFocus()

    def close_card(self) -> None:
        """Hide it, and give the focus back."""
        self.hide()
        if self._before is not None:
            self._before.setFocus()
        self._before = None

    @property
    def current(self) -> Offer | None:
        """The line that is chosen."""
        item = self.list.currentItem()
        return None if item is None else item.data(OFFER)

    def choose(self) -> None:
        """Practise what is chosen; of notes to be typed, the field for them first."""
        offer = self.current
        if offer is None:
            return
        if offer.kind == ASK_NOTES:
            if text := self.notes.text().strip():
                self.chosen.emit(Offer(TYPED, text, text, "", ""))
            else:
                self.ask_notes()
            return
        self.chosen.emit(offer)

    def _ask(self, offer: Offer) -> None:
        self.ask_notes() if offer.kind == ASK_NOTES else self.chosen.emit(offer)

    def ask_notes(self, text: str = "", problem: str = "") -> None:
        """Let notes be typed; `problem`: what was wrong with those there."""
        self.search.clear()
        for row in range(self.list.count()):
            offer = self.list.item(row).data(OFFER)  # type: ignore[union-attr]
            if offer is not None and offer.kind == ASK_NOTES:
                self.list.setCurrentRow(row)
        self.show_notes(text)
        self.notes.show()
        QTimer.singleShot(0, lambda: self.list.scrollToItem(self.list.currentItem()))  # it is lower now
        if problem:
            self.hint.setText(problem)
        self.notes.setFocus()

    def show_notes(self, text: str) -> None:
        """The field for notes with a text, not seen while something else is chosen."""
        self.notes.setText(text)
        self.notes.hide()

    def complain(self, why: str) -> None:
        """Say why what was chosen cannot be practised; the shelf stays."""
        self.hint.setText(why)

    # the list

    def _fill(self) -> None:
        self.list.clear()
        hits = found(self._offers, self.search.text())
        for group, members in groupby(hits, key=lambda offer: offer.group):
            self._add_heading(group)
            for offer in members:
                item = QListWidgetItem(offer.title)
                item.setData(OFFER, offer)
                item.setToolTip(offer.sentence)
                self.list.addItem(item)
        if hits:
            self.list.setCurrentRow(1)
            self.list.scrollToTop()
        else:
            self.hint.setText(f"Nothing is called “{self.search.text()}”.")

    def _add_heading(self, group: str) -> None:
        heading = QListWidgetItem(group)
        heading.setFlags(Qt.ItemFlag.NoItemFlags)
        font = self.list.font()
        font.setBold(True)
        heading.setFont(font)
        self.list.addItem(heading)

    def _show_hint(self) -> None:
        offer = self.current
        if offer is not None:
            self.hint.setText(offer.sentence)
            self.notes.setVisible(offer.kind == ASK_NOTES and (self.notes.isVisible() or bool(self.notes.text())))

    def _focus_back(self) -> None:
        (self.notes if self.notes.isVisible() else self.search).setFocus()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Of the fields: Return begins, and from the search the arrows move through the list."""
        if not isinstance(event, QKeyEvent):
            return False
        returned = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        moved = watched is self.search and event.key() in MOVES
        if not (returned or moved):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        self.choose() if returned else self._move(event.key())
        return True

    def _move(self, key: int) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}[Qt.Key(key)]
        rows = [row for row in range(self.list.count()) if self.list.item(row).data(OFFER) is not None]  # type: ignore[union-attr]
        if rows:
            now = rows.index(self.list.currentRow()) if self.list.currentRow() in rows else 0
            self.list.setCurrentRow(rows[min(max(now + step, 0), len(rows) - 1)])
