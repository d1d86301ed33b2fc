"""Opens a recording and has its pitch found, beside the window."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ...realtime.engine.tracking import FileTracking
from ..look.wording import sentence
from ..viewmodel.take import Take, open_take
from .errands import Errands
from .progress_card import ProgressCard

MODEL = "rmvpe-small"  # sees the whole recording
LOOK_EVERY = 60  # ms


class Opening(QObject):
    """One recording at a time; another one takes its place."""

    opened = pyqtSignal(object)
    """A `Take`: its sound is there, its pitch may still be missing."""
    tracked = pyqtSignal(object)
    """The same `Take` with its pitch."""
    failed = pyqtSignal(str)
    """Neither, or no pitch; the sentence for the user."""

    def __init__(self, errands: Errands) -> None:
        super().__init__()
        self.card = ProgressCard()
        self.card.cancelled.connect(self.cancel)
        self._errands, self._ticket = errands, 0  # counts openings; what comes of an older one is out of date
        self._take: Take | None = None
        self._tracking: FileTracking | None = None
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether there is anything to cancel."""
        return self.card.isVisible()

    def open(self, path: Path) -> None:
        """Read a recording, then find its pitch unless it lies beside it."""
        self.cancel()
        ticket = self._ticket
        self.card.say(f"Opening {path.name} …")
        self._errands.run(
            lambda: open_take(path), lambda take: self._read(ticket, take), lambda why: self._fail(ticket, why)
        )

    def track(self, take: Take) -> None:
        """Find the pitch of a recording, also where it is known already."""
        self.cancel()
        self._take, self._tracking = take, FileTracking(take.path, MODEL)
        self._tracking.start()
        self.card.say(f"Finding the pitch of {take.name} …")
        self._clock.start(LOOK_EVERY)

    def cancel(self) -> None:
        """Give up what is under way."""
        self._ticket += 1
        self._clock.stop()
        self.card.hide()
        tracking, self._tracking = self._tracking, None
        if tracking is not None:
            self._errands.run(tracking.cancel)

    def _read(self, ticket: int, take: Take) -> None:
        if ticket != self._ticket:
            return
        self.card.hide()
        self.opened.emit(take)
        if take.history is None and ticket == self._ticket:
            self.track(take)

    def _look(self) -> None:
        tracking, take = self._tracking, self._take
        if tracking is None or take is None:
            return
        self.card.show_share(tracking.progress)
        if not tracking.done:
            return
        self.cancel()
        if tracking.track is not None:
            self.tracked.emit(take.tracked(tracking.track))
        elif tracking.error is not None:
            self.failed.emit(sentence(str(tracking.error)))

    def _fail(self, ticket: int, why: str) -> None:
        if ticket == self._ticket:
            self.card.hide()
            self.failed.emit(why)
