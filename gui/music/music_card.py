"""The music settings on a card over the picture, every one of them in sight."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QPainter, QPaintEvent
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QWidget

from ...practice.music import Music
from ..corner_card import CornerCard
from .concert_pitch import ConcertPitch
from .topics import Topic, chosen, topics, written_key

WIDTH, BOTTOM = 420, 60  # px; from the parent's edge


class MusicCard(CornerCard):
    """Every setting of the music."""

    picked = pyqtSignal(str, str)
    """A topic's field and the value of the entry that was picked."""

    def __init__(self, over: QWidget, pitches: dict[float, QAction]) -> None:
        super().__init__(over, "Music settings", BOTTOM, (Qt.Key.Key_K,))
        self.concert_pitch = ConcertPitch()
        self.boxes: dict[str, QComboBox] = {}
        self.written, self.problem = QLabel(), QLabel()
        self.written.setObjectName("muted")
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self._presets = {a4: _preset(action, a4) for a4, action in pitches.items()}
        self.presets = list(self._presets.values())
        self.close_button.setToolTip("Close (K or Esc)")
        self._arrange()

    def _arrange(self) -> None:
        layout = self.titled("Music")
        boxes = {topic.field: self._make_box(topic) for topic in topics(Music())}
        key = _row(boxes.pop("root"), boxes.pop("scale"))
        presets = _row(*self.presets, spacing=4)
        rows: list[tuple[str, QWidget]] = [
            ("Key", key),
            ("", self.written),
            ("Pitch", self.concert_pitch),
            ("", presets),
        ]
        rows += [(self.boxes[field].accessibleName(), box) for field, box in boxes.items()]
        rows.insert(5, ("", self.problem))
        for place, (name, widget) in enumerate(rows, 1):
            layout.addWidget(widget, place, 1)
            if name:
                layout.addWidget(QLabel(name), place, 0)
        self.setFixedWidth(WIDTH)

    def _make_box(self, topic: Topic) -> QComboBox:
        box = Box()
        box.setAccessibleName(topic.title)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(4)
        box.setMaxVisibleItems(len(topic.entries))
        for entry in topic.entries:
            box.addItem(entry.label, entry.value)
        box.activated.connect(partial(self._pick, topic.field))
        self.boxes[topic.field] = box
        return box

    def _pick(self, field: str, place: int) -> None:
        self.picked.emit(field, self.boxes[field].itemData(place))

    def show_music(self, music: Music) -> None:
        """Show what is chosen; what was wrong is over."""
        self.say_problem("")
        with QSignalBlocker(self.concert_pitch):
            self.concert_pitch.setValue(music.a4)
        for a4, button in self._presets.items():
            button.setChecked(a4 == music.a4)
        for topic in topics(music):
            box = self.boxes[topic.field]
            for place, entry in enumerate(topic.entries):
                if box.itemText(place) != entry.label:
                    box.setItemText(place, entry.label)
            box.setCurrentIndex(box.findData(chosen(music, topic.field)))
            current = topic.entries[box.currentIndex()]
            box.setToolTip(f"{current.tip} ({current.keys.partition(',')[0]}, …)")
        self.written.setText(written_key(music))
        self.written.setVisible(bool(self.written.text()))
        self.place()

    def say_problem(self, sentence: str) -> None:
        """Say why a choice could not be taken, or nothing."""
        self.problem.setText(sentence)
        self.problem.setAccessibleName(sentence)
        self.problem.setVisible(bool(sentence))
        self.place()

    def open_card(self) -> None:
        """Show it, the first setting ready for the keys."""
        self.open_on(self.boxes["root"])


class Box(QComboBox):
    """A list to choose from, with the arrow that the buttons of the bar have."""

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw it."""
        super().paintEvent(event)
        sides = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        QPainter(self).drawText(self.rect().adjusted(0, 0, -10, 0), sides, "▾")


def _preset(action: QAction, a4: float) -> QToolButton:
    button = QToolButton()
    button.setText(f"{a4:g}")
    button.setAccessibleName(action.text())
    button.setToolTip(action.toolTip())
    button.setCheckable(True)
    button.clicked.connect(action.trigger)
    return button


def _row(*widgets: QWidget, spacing: int = 8) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for place, widget in enumerate(widgets):
        layout.addWidget(widget, place + 1 if len(widgets) == 2 else 1)
    return row
