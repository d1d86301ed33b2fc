"""What became of a take, over the stage: the score, why, what to work on, every note."""

from __future__ import annotations

import math
from collections.abc import Callable

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QKeyEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ...practice.music import Music
from ...practice.scoring.result import TakeScore
from ..notices import Button
from ..plot.pitch_view import PitchView
from ..viewmodel.practice_words import note_name, points_text, reason, verdict
from .over import keep_in_middle, place_in_middle
from .result_table import ResultTable

LARGEST = 860, 640  # px
LETTERS = 64  # px, of the score
SENTENCES = 3  # of advice
KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)


class ResultCard(QFrame):
    """Shown when a take is judged; the picture lies below."""

    wanted = pyqtSignal(int)
    """Index of a note to be looked at in the picture."""
    closed = pyqtSignal()

    def __init__(self, over: QWidget, view: PitchView) -> None:
        super().__init__(over)
        self.setObjectName("practice")
        self.score, self.of, self.heading = QLabel(), QLabel("of 100"), QLabel()
        self.why, self.advice, self.points, self.bleed = QLabel(), QLabel(), QLabel(), QLabel()
        self.work = [Button() for _ in range(3)]
        self.table = ResultTable(view)
        self.table.wanted.connect(self.wanted)
        self._places: tuple[int, ...] = ()
        self._buttons = QHBoxLayout()
        self._for_work: list[Button] = []
        self._arrange()
        keep_in_middle(self, over, LARGEST)
        self.hide()

    def _arrange(self) -> None:
        font = self.score.font()
        font.setPixelSize(LETTERS)
        font.setBold(True)
        self.score.setFont(font)
        for label, name in (
            (self.of, "muted"),
            (self.heading, "heading"),
            (self.points, "muted"),
            (self.bleed, "muted"),
        ):
            label.setObjectName(name)
        for label in (self.why, self.advice, self.bleed):
            label.setWordWrap(True)
        figure = QVBoxLayout()
        figure.setSpacing(0)
        figure.addWidget(self.score, 0, Qt.AlignmentFlag.AlignHCenter)
        figure.addWidget(self.of, 0, Qt.AlignmentFlag.AlignHCenter)
        said = QVBoxLayout()
        said.setSpacing(6)
        for label in (self.heading, self.why, self.advice, self.points, self.bleed):
            said.addWidget(label)
        said.addStretch()
        top = QHBoxLayout()
        top.setSpacing(20)
        top.addLayout(figure)
        top.addLayout(said, 1)
        self._work_title = QLabel("Work on")
        self._work_title.setObjectName("heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 14, 22, 16)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self._work_title)
        layout.addLayout(self._make_work())
        layout.addWidget(self.table, 1)
        layout.addLayout(self._buttons)

    def _make_work(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for place, button in enumerate(self.work):
            button.setObjectName("work")
            button.setToolTip("See it in the picture (Return)")
            button.clicked.connect(lambda _=False, place=place: self.wanted.emit(self._places[place]))
            row.addWidget(button, 1)
        return row

    def add_button(self, action: QAction, text: str, primary: bool = False, for_work: bool = False) -> Button:
        """Add a button for an action; `for_work`: seen where there is a note to work on."""
        button = Button(text)
        button.setObjectName("primary" if primary else "plain")
        button.setToolTip(action.toolTip())
        button.clicked.connect(lambda _=False: action.trigger())
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        self._buttons.addWidget(button)
        self._for_work += [button] * for_work
        return button

    def add_progress(self, slot: Callable[[], object]) -> None:
        """Add the button that opens the page of earlier practice."""
        button = Button("Progress")
        button.setToolTip("How your practice goes: charts and takes (F12)")
        button.clicked.connect(lambda _=False: slot())
        self._buttons.addWidget(button)

    def add_close(self) -> None:
        """Add the button that shows the picture again."""
        self.close_button = Button("Close")
        self.close_button.setToolTip("Look at the picture (Escape)")
        self.close_button.clicked.connect(self.close_card)
        self._buttons.addStretch()
        self._buttons.addWidget(self.close_button)

    def show_score(self, title: str, score: TakeScore, music: Music, bleed: str = "") -> None:
        """Show a result, the first thing to do chosen."""
        figure = "–" if math.isnan(score.score) else f"{score.score:.0f}"
        self.score.setText(figure)
        self.heading.setText(title)
        self.why.setText(reason(score))
        sung = any(not math.isnan(note.held) for note in score.notes)  # else the first sentence says all
        advice = "\n".join(score.advice[1 : 1 + SENTENCES]) if sung else ""
        told = (
            (self.advice, advice),
            (self.points, points_text(score)),
            (self.bleed, bleed),
        )
        for label, text in told:
            label.setText(text)
            label.setVisible(bool(text))
        self._places = score.work_on[: len(self.work)] if sung else ()
        for button in self._for_work:
            button.setVisible(bool(self._places))
        for place, button in enumerate(self.work):
            button.setVisible(place < len(self._places))
            if place < len(self._places):
                note = score.notes[self._places[place]]
                word = note.target.lyric.strip()
                name = f"{self._places[place] + 1} · {note_name(note, music)} {word}".strip()
                button.setText(f"{name}\n{verdict(note, 1)}")
        self._work_title.setVisible(bool(self._places))
        self.table.show_notes(score, music)
        self.setAccessibleName(f"{figure} of 100. {self.why.text()}")
        self.show_again()

    def show_again(self) -> None:
        """Show the same once more."""
        place_in_middle(self, LARGEST)
        self.show()
        self.raise_()
        (self.work[0] if self._places else self.table).setFocus()

    def close_card(self) -> None:
        """Hide it."""
        self.hide()
        self.closed.emit()

    def event(self, event: QEvent | None) -> bool:
        """Let arrows move in the table and between buttons, not in the picture."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in KEYS:
            event.accept()
            return True
        return super().event(event)
