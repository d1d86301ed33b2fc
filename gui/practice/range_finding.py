"""Finds the singer's range: a guest of the live scene, whose picture stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from ...realtime.frame import PitchFrame
from ..parts import Parts
from ..sound.listening import Listening
from ..sound.transport import State
from ..viewmodel.live import Live
from .range_card import RangeCard

if TYPE_CHECKING:
    from ...practice.exercise.range_finder import RangeFinder


class RangeFinding(QObject):
    """From "find your range" to "use it"."""

    found = pyqtSignal(object)
    """The `VocalRange` that the singer wants to use."""

    cancelled = pyqtSignal()
    """The singer has left it."""

    def __init__(self, parts: Parts, listening: Listening) -> None:
        super().__init__()
        self._parts, self._listening = parts, listening
        self._finder: RangeFinder | None = None
        self.card = RangeCard()
        parts.stage.add_notice(self.card)
        self.card.enough.connect(self._enough)
        self.card.used.connect(self._use)
        self.card.again.connect(self.begin)
        self.card.closed.connect(self.cancel)
        listening.started.connect(self._restart)
        parts.scenes.changed.connect(self._leave)

    @property
    def on(self) -> bool:
        """Whether it is under way."""
        return self._listening.guest is self

    def begin(self) -> None:
        """Ask for the first note, listening if need be."""
        from ...practice.exercise.range_finder import RangeFinder

        self._parts.scenes.enter(self._listening)
        self._finder = RangeFinder(a4=self._parts.stage.music.a4)
        self._listening.guest = self
        self._show()
        if self._listening.transport.state is State.STOPPED:
            self._listening.start()
            self._parts.stage.view.show_live(self._listening.live)

    def toggle(self) -> None:
        """The space bar: far enough."""
        self._enough()

    def advance(self, live: Live, frames: Sequence[PitchFrame], clock: float, passed: float) -> None:
        """As `Guest`."""
        self._parts.stage.advance(live, clock, passed)
        if self._finder is not None and frames:
            for frame in frames:
                self._finder.hear(frame)
            self._show()

    def close(self) -> None:
        """Leave it."""
        self.card.hide()
        if self.on:
            self._listening.guest = None

    def cancel(self) -> None:
        """Leave it, back to what there was before."""
        self.close()
        self.cancelled.emit()

    def _restart(self) -> None:
        if self.on and self._finder is not None:
            self._finder.restart()  # the time of another stream begins anew
            self._parts.stage.view.show_live(self._listening.live)

    def _leave(self) -> None:
        if self.on and self._parts.scenes.current is not self._listening:
            self.close()

    def _enough(self) -> None:
        if self._finder is not None:
            self._finder.enough()
            self._show()

    def _use(self) -> None:
        finder = self._finder
        self.close()
        if finder is not None and finder.range is not None:
            self.found.emit(finder.range)

    def _show(self) -> None:
        finder = self._finder
        if finder is not None:
            found = finder.range
            self.card.show_moment(finder.sentence, finder.held, found.title if found else "", finder.done)
