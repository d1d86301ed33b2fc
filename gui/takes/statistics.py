"""Keeps the figures of what is selected, or of a whole recording, beside the picture."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import QObject, QTimer

from ...practice.music import Music
from ..parts import Parts
from ..sound.listening import Listening
from ..viewmodel.clock import length_text
from ..viewmodel.take_statistics import Line, Row, judged, statistics_rows, sung_line
from .errands import Errands
from .statistics_card import StatisticsCard
from .take_scene import TakeScene

SOON = 80  # ms; a selection that grows under the mouse is judged when it rests

Column = tuple[Line, float]  # and by how much it is shown later, s


class Statistics(QObject):
    """Shows the card while there is something to judge."""

    def __init__(self, parts: Parts, listening: Listening, scene: TakeScene, errands: Errands) -> None:
        super().__init__()
        self._parts, self._listening, self._scene, self._errands = parts, listening, scene, errands
        self.card = StatisticsCard()
        self._asked = 0  # judgements; an older one's result is out of date
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SOON)
        self._timer.timeout.connect(self._judge)
        parts.stage.view.selected.connect(lambda *_: self._timer.start())
        parts.stage.view.deselected.connect(self._timer.start)
        scene.shown.connect(self._timer.start)
        scene.left.connect(self._timer.start)

    def music_changed(self) -> None:
        """Other music settings: judged anew."""
        self._timer.start()

    def close(self) -> None:
        """No more of it."""
        self._timer.stop()

    def _judge(self) -> None:
        self._asked += 1
        columns, bounds = self._columns(), self._parts.stage.view.selection.bounds
        if not columns or (bounds is None and not self._scene.on):
            self._parts.stage.show_beside(self.card, False)
            return
        title = "The whole recording" if bounds is None else f"Selection, {length_text(bounds[1] - bounds[0])}"
        music, start_stop = self._parts.stage.music, bounds or (float("-inf"), float("inf"))
        work = partial(_rows, columns, music, start_stop)
        self._errands.run(work, partial(self._show, self._asked, title))

    def _columns(self) -> list[Column]:
        scene = self._scene
        if not scene.on:
            live = self._listening.live.history
            return [] if live.empty else [(sung_line(live), 0.0)]
        shown = (scene.take, 0.0), (scene.second, scene.shift)
        return [(sung_line(take.history), shift) for take, shift in shown if take and take.history is not None]

    def _show(self, asked: int, title: str, columns: list[list[Row]]) -> None:
        if asked == self._asked:
            self.card.show_rows(title, ("First", "Second"), columns)
            if not self.card.isVisibleTo(self._parts.window):
                self._parts.stage.show_beside(self.card, True)


def _rows(columns: list[Column], music: Music, bounds: tuple[float, float]) -> list[list[Row]]:
    start, stop = bounds
    return [statistics_rows(judged(line, music, start - shift, stop - shift), music) for line, shift in columns]
