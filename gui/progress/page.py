"""The progress page, over everything on the stage: what to see, four charts, the takes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from PyQt6.QtCore import QEvent, QObject, QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ...practice.music import Music
from ..corner_card import kept
from ..look.theme import Theme
from ..music.music_card import Box
from ..notices import Button
from ..viewmodel.progress_found import PERIODS, Found, Wish
from ..viewmodel.progress_words import summary_text
from .chart import Chart
from .minutes_chart import MinutesChart
from .note_chart import NoteChart
from .question import Question
from .range_chart import RangeChart
from .score_chart import ScoreChart
from .take_table import TakeTable

WIDE = 1040  # px from which on the list stands beside the charts
LIST_WIDTH = 0.34  # of it
LIST_HEIGHT = 260  # px, where it stands below them
EMPTY = (
    "<p style='font-size: 18px'><b>Nothing practised yet</b></p>"
    "<p>Press <b>F3</b>, choose an exercise or a song, and sing it.<br>"
    "Every take that is scored appears here: how you did, which notes to work on, how long you sang.</p>"
    "<p>It is kept on this computer alone.</p>"
)
READING = "<p>Reading …</p>"


class ProgressPage(QFrame):
    """Says what is wished for and what is to be done; `ProgressRoom` does it."""

    wished = pyqtSignal(object)
    """Another `Wish`."""
    save_asked = pyqtSignal()
    delete_asked = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self, over: QWidget, theme: Callable[[], Theme], music: Callable[[], Music]) -> None:
        super().__init__(over)
        self._theme = theme
        self.setObjectName("progress")
        # Else it is painted with every frame of what it covers; a style sheet for the page itself would take this back.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Progress")
        self.exercise, self.period = _box("Exercise"), _box("Period")
        self.figures, self.problem, self.empty = QLabel(), QLabel(), QLabel(READING)
        self.scores, self.minutes = ScoreChart("Score", theme), MinutesChart("Minutes a day", theme)
        self.notes, self.ranges = NoteChart("Notes", theme, music), RangeChart("Range", theme, music)
        self.charts: tuple[Chart, ...] = (self.scores, self.notes, self.minutes, self.ranges)
        self.table, self.question = TakeTable(), Question()
        self.save_button = _button("Save as …", "Save what was practised as CSV or JSON (Ctrl+M, S)", self.save_asked)
        self.delete_button = _button("Delete all …", "Delete what was practised (Ctrl+M, D)", self.delete_asked)
        self.close_button = _button("Close", "Close (F12 or Esc)", self.closed)
        self.open_button = Button("Open the recording")
        self.forget_button = Button("Delete this take …")
        for days, text in PERIODS:
            self.period.addItem(text, days)
        self._arrange()
        self._connect()
        over.installEventFilter(self)
        self._show_content(False)
        self.hide()

    def _arrange(self) -> None:
        title = QLabel("Progress")
        title.setObjectName("title")
        self.figures.setObjectName("muted")
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        top = _row(title, self.figures, None, self.close_button)
        choice = _row(self.exercise, self.period, None, self.save_button, self.delete_button)
        self.content = self._make_scroll()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 12, 18, 14)
        layout.setSpacing(8)
        for part in (top, choice):
            layout.addLayout(part)
        for widget in (self.problem, self.question):
            layout.addWidget(widget)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.content, 1)

    def _make_scroll(self) -> QScrollArea:
        content = QWidget()
        content.setObjectName("charts")
        self._grid = QGridLayout(content)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(10)
        for place, chart in enumerate(self.charts):
            self._grid.addWidget(chart, place // 2, place % 2)
        self._list = QWidget()
        column = QVBoxLayout(self._list)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.table, 1)
        column.addLayout(_row(self.open_button, self.forget_button, None))
        self._grid.addWidget(self._list, 2, 0, 1, 2)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return scroll

    def _connect(self) -> None:
        for box in (self.exercise, self.period):
            box.activated.connect(lambda _: self.wished.emit(self.wish))
        self.open_button.clicked.connect(self.table.open_chosen)
        self.forget_button.clicked.connect(self.table.delete_chosen)
        self.open_button.setToolTip("Look at the recording of the chosen take (Return)")
        self.forget_button.setToolTip("Delete the chosen take from the list (Delete)")
        self.table.moved.connect(self._offer)
        order = [self.exercise, self.period, self.save_button, self.delete_button, self.close_button]
        order += [self.question.yes, self.question.no, *self.charts, self.table, self.open_button, self.forget_button]
        for before, after in pairwise(order):
            self.setTabOrder(before, after)

    @property
    def wish(self) -> Wish:
        """What is chosen."""
        return Wish(self.exercise.currentData() or "", self.period.currentData())

    def show_found(self, found: Found) -> None:
        """Show what was found."""
        self._fill_exercises(found)
        self.period.setCurrentIndex(max(self.period.findData(found.wish.days), 0))
        self.figures.setText(summary_text(found.whole) if found.whole.sessions else "")
        empty = not found.whole.sessions and not found.ranges
        self.empty.setText(EMPTY)
        self._show_content(not empty)
        self.delete_button.setText("Delete these …" if found.wish.exercise else "Delete all …")
        for chart in (self.scores, self.notes, self.minutes, self.ranges):
            chart.show_found(found)
        self.table.show_found(found)

    def _show_content(self, on: bool) -> None:
        if not on and self.focusWidget() not in (None, self.close_button):
            self.close_button.setFocus()
        waited = on and self.content.isHidden()
        self.content.setVisible(on)
        self.empty.setVisible(not on)
        for widget in (self.exercise, self.period, self.save_button, self.delete_button):
            widget.setVisible(on)
        if waited and self.close_button.hasFocus():
            self.exercise.setFocus()

    def _fill_exercises(self, found: Found) -> None:
        with QSignalBlocker(self.exercise):
            self.exercise.clear()
            self.exercise.addItem("All exercises", "")
            for name, title in found.names:
                self.exercise.addItem(title, name)
            self.exercise.setCurrentIndex(max(self.exercise.findData(found.wish.exercise), 0))

    def _offer(self) -> None:
        chosen = self.table.chosen
        self.open_button.setEnabled(chosen is not None and chosen.take is not None)
        self.forget_button.setEnabled(chosen is not None)

    def say(self, sentence: str, good: bool = False) -> None:
        """Say what went wrong, or, `good`, what was done; "" says nothing."""
        self.problem.setProperty("good", good)
        style = self.problem.style()
        assert style is not None
        style.polish(self.problem)  # which takes the colours for that
        self.problem.setText(sentence)
        self.problem.setAccessibleName(sentence)
        self.problem.setVisible(bool(sentence))

    def open_page(self) -> None:
        """Show it over the stage, the first choice ready for the keys."""
        self._place()
        self.show()
        self.raise_()
        (self.exercise if self.exercise.isVisibleTo(self) else self.close_button).setFocus()

    # keys, ground and size

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Fill all of it, as WA_OpaquePaintEvent promises."""
        QPainter(self).fillRect(self.rect(), QColor(self._theme().window))

    def event(self, event: QEvent | None) -> bool:
        """Lists and charts need keys: see `kept`."""
        stays = kept(event)
        return super().event(event) if stays is None else stays

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Escape answers no, else closes; no other key that a control left goes on to the window."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.question.drop() if self.question.isVisible() else self.closed.emit()

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Of the stage: fill it."""
        if event is not None and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Put the list beside the charts, or below them."""
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        self._grid.removeWidget(self._list)
        self._grid.addWidget(self._list, *((0, 2, 2, 1) if wide else (2, 0, 1, 2)))
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self._list.setMinimumHeight(0 if wide else LIST_HEIGHT)
        self._list.setMinimumWidth(round(LIST_WIDTH * self.width()) if wide else 0)

    def _place(self) -> None:
        over = self.parentWidget()
        assert over is not None
        self.setGeometry(over.rect().adjusted(8, 0, -8, -6))


def _box(name: str) -> Box:
    box = Box()
    box.setAccessibleName(name)
    box.setToolTip(f"{name} that is shown")
    box.setSizeAdjustPolicy(Box.SizeAdjustPolicy.AdjustToContents)
    box.setMaximumWidth(280)
    return box


def _button(text: str, tip: str, signal: object) -> Button:
    button = Button(text)
    button.setToolTip(tip)
    button.clicked.connect(lambda _=False: signal.emit())  # type: ignore[attr-defined]
    return button


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Widgets side by side; None is a stretch."""
    row = QHBoxLayout()
    row.setSpacing(10)
    for widget in widgets:
        row.addStretch() if widget is None else row.addWidget(widget)
    return row
