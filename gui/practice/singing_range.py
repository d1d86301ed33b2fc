"""The singer's range: found by singing, remembered, and a song brought into it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from ..parts import Parts
from ..sound.listening import Listening
from ..takes.errands import Errands
from ..viewmodel.messages import Rank
from .opening import Opened
from .range_finding import RangeFinding

if TYPE_CHECKING:
    from ...practice.exercise.vocal_range import VocalRange
    from ...practice.target.target import Target

SAID = 20.0  # s


class SingingRange(QObject):
    """Knows it, and leads to it."""

    beginning = pyqtSignal()
    """It is about to be looked for: the stage is needed."""
    found = pyqtSignal(object)
    """The `VocalRange` that the singer wants to use."""
    fit_asked = pyqtSignal()
    """What is sung is to be brought into it."""
    complained = pyqtSignal(str)

    def __init__(self, parts: Parts, listening: Listening, errands: Errands) -> None:
        super().__init__()
        self._banner, self._errands = parts.stage.banner, errands
        self._singer: VocalRange | None = None
        self.finding = RangeFinding(parts, listening)
        self.finding.found.connect(self._take)

    def find(self) -> None:
        """Lead the singer to the ends of their range."""
        self.beginning.emit()
        self.finding.begin()

    def known(self) -> VocalRange:
        """As found or remembered; a usual one before that. Any thread."""
        from ...practice.rehearsal.singer import UNKNOWN

        return self._remembered() or UNKNOWN

    @property
    def is_known(self) -> bool:
        """Whether it is the singer's own."""
        return self._remembered() is not None

    @property
    def title(self) -> str:
        """For people; says so where it is none of the singer's."""
        return self.known().title if self.is_known else "not known yet"

    def advise(self, opened: Opened, target: Target) -> None:
        """Of what is practised now: say where it leaves the range, or that none is known."""
        (low, high), singer = target.range, self._remembered()
        if singer is None:
            taken = "the song is as written" if opened.parts else f"{self.known().title} is taken"
            self._offer(f"Your range is not known: {taken}.", "Find it", self.find)
        elif opened.parts and (low < singer.low or high > singer.high):
            self._offer(f"This leaves your range, {singer.title}.", "Fit it", self.fit_asked.emit)

    def _offer(self, text: str, button: str, act: Callable[[], object]) -> None:
        self._banner.post("practice", text, Rank.OFFER, seconds=SAID, button=button, act=act)

    def _remembered(self) -> VocalRange | None:
        from ...practice.rehearsal.singer import remembered_range

        self._singer = self._singer or remembered_range()
        return self._singer

    def _take(self, found: VocalRange) -> None:
        self._singer = found
        self._errands.run(lambda: _keep(found, self.complained.emit), failed=self.complained.emit)
        self._banner.post("practice", f"Your range is {found.title}.", Rank.OFFER, seconds=SAID)
        self.found.emit(found)


def _keep(found: VocalRange, complain: Callable[[str], None]) -> None:
    """For the next practice, and among what was practised."""
    from ...practice.progress.store import Progress
    from ...practice.rehearsal.singer import remember_range

    remember_range(found)
    Progress(complain=complain).add_range(found.low, found.high, datetime.now())
