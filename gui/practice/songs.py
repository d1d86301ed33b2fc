"""Opens what is to be practised, beside the window: exercises, songs, typed notes, recordings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ..parts import Parts
from ..takes.errands import Errands
from ..takes.files import ask_for_file, ask_for_sound
from ..takes.progress_card import ProgressCard
from ..viewmodel.practice_offers import FILE, Offer
from .opening import SONG_ENDINGS, Opened, open_offer, open_recording

if TYPE_CHECKING:
    from ...practice.exercise.vocal_range import VocalRange
    from ...practice.rehearsal.apart import Apart
    from ...practice.rehearsal.rehearsal import Rehearsal

SONGS = f"Songs ({' '.join(f'*{ending}' for ending in SONG_ENDINGS)})"
LOOK_EVERY = 60  # ms


class Songs(QObject):
    """One thing at a time; another one takes its place."""

    opened = pyqtSignal(object, object)
    """What was `Opened`, and a rehearsal of it."""
    refused = pyqtSignal(str, object)
    """Why not, in a sentence; the `Offer`, None for a recording."""

    def __init__(
        self, parts: Parts, errands: Errands, others: Errands, rehearse: Callable[[Opened], Rehearsal]
    ) -> None:
        """others: another thread, on which what is given up comes to its end."""
        super().__init__()
        self._parts, self._errands, self._others, self.rehearse = parts, errands, others, rehearse
        self._apart: Apart | None = None  # hears the recording that is being opened
        self.card = ProgressCard()
        self.card.cancelled.connect(self.cancel)
        self._ticket = 0  # counts openings; what comes of an older one is out of date
        self._share = 0.0
        self._clock = QTimer(self)
        self._clock.timeout.connect(lambda: self.card.show_share(self._share))

    def open(self, offer: Offer, singer: Callable[[], VocalRange]) -> None:
        """Open what was chosen on the shelf; `singer` is called on the other thread."""
        self._open(lambda cancelled: open_offer(offer, singer(), cancelled), offer)

    def open_part(self, opened: Opened, part: int) -> None:
        """The same song, another of its parts."""
        self._open(lambda _: opened.with_part(part), None)

    def ask_song(self, folder: Path) -> None:
        """Ask for a file of notes."""

        def take(path: Path) -> None:
            offer = Offer(FILE, str(path), path.stem, "", "")
            self._open(lambda cancelled: open_offer(offer, _nobody(), cancelled), offer)

        ask_for_file(self._parts.window, "Open a song", folder, SONGS, take)

    def ask_recording(self) -> None:
        """Ask for a recording of a voice."""
        ask_for_sound(self._parts.window, "Notes from a recording", Path.home(), self.open_recording)

    def open_recording(self, path: Path) -> None:
        """The notes of a voice."""
        from ...practice.rehearsal.apart import Apart

        apart = Apart()

        def report(share: float) -> None:
            self._share = share  # replaced whole; read on Qt's thread

        self._open(lambda _: open_recording(path, apart, report), None)
        self._apart, self._share = apart, 0.0
        self.card.say(f"Finding the notes of {path.name} …")
        self._clock.start(LOOK_EVERY)

    def cancel(self) -> None:
        """Give up what is under way."""
        self._ticket += 1
        self._end()

    def _end(self) -> None:
        self._clock.stop()
        self.card.hide()
        apart, self._apart = self._apart, None
        if apart is not None:
            self._others.run(apart.close)

    def _open(self, work: Callable[[Callable[[], bool]], Opened], offer: Offer | None) -> None:
        self.cancel()
        ticket = self._ticket

        def make() -> tuple[Opened, Rehearsal]:
            opened = work(lambda: ticket != self._ticket)
            return opened, self.rehearse(opened)

        def done(made: tuple[Opened, Rehearsal]) -> None:
            if ticket == self._ticket:
                self._end()
                self.opened.emit(*made)

        def failed(why: str) -> None:
            if ticket == self._ticket:
                self._end()
                self.refused.emit(why, offer)

        self._errands.run(make, done, failed)


def _nobody() -> VocalRange:
    """For a song, which lies where it is written."""
    from ...practice.rehearsal.singer import UNKNOWN

    return UNKNOWN
