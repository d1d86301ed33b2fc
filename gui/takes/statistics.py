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
        self._asked, self._closed = 0, False  # judgements; an older one's result is out of date
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SOON)
        self._timer.timeout.connect(self._judge)
        parts.stage.view.selected.connect(self.judge_soon)
        for changed in (parts.stage.view.deselected, scene.shown, scene.left):
            changed.connect(self.judge_soon)

    def judge_soon(self, *_: object) -> None:
        """Something is different now; also the music settings."""
        if not self._closed:
            self._timer.start()

    def close(self) -> None:
        """No more of it, whatever still happens to the picture."""
        self._closed = True
        self._timer.stop()
        self._asked += 1

    def _judge(self) -> None:
        self._asked += 1
        columns, bounds = self._columns(), self._parts.stage.view.selection.bounds
        if not columns or (bounds is None and not self._scene.on):
            self._parts.stage.show_beside(self.card, False)
            return
        whole = "The whole recording", "Drag with Shift: of a part of it"
        told = whole if bounds is None else (f"Selection, {length_text(bounds[1] - bounds[0])}", "")
        music, start_stop = self._parts.stage.music, bounds or (float("-inf"), float("inf"))
        work = partial(_rows, columns, music, start_stop)
        self._errands.run(work, partial(self._show, self._asked, *told))

    def _columns(self) -> list[Column]:
        scene = self._scene
        if not scene.on:
            live = self._listening.live.history
            return [] if live.empty else [(sung_line(live), 0.0)]
        shown = (scene.take, 0.0), (scene.second, scene.shift)
        return [(sung_line(take.history), shift) for take, shift in shown if take and take.history is not None]

    def _show(self, asked: int, title: str, foot: str, columns: list[list[Row]]) -> None:
        if asked == self._asked:
            self.card.show_rows(title, ("First", "Second"), columns, foot)
            if not self.card.isVisibleTo(self._parts.window):
                self._parts.stage.show_beside(self.card, True)


def _rows(columns: list[Column], music: Music, bounds: tuple[float, float]) -> list[list[Row]]:
    start, stop = bounds
    return [statistics_rows(judged(line, music, start - shift, stop - shift), music) for line, shift in columns]
