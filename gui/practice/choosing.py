"""Choosing what to practise: from the shelf, a file, typed notes, a recording, by a name."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from ..parts import Parts
from ..viewmodel.practice_offers import (
    ASK_NOTES,
    ASK_RECORDING,
    ASK_SONG,
    EXERCISE,
    FILE,
    RECORDED,
    TYPED,
    Offer,
    of_key,
    offers,
    with_recent,
)
from .opening import Opened, offer_named
from .shelf import Shelf
from .singing_range import SingingRange
from .songs import Songs


class Choosing(QObject):
    """What was chosen is opened by `Songs`."""

    showing = pyqtSignal()
    """The shelf is about to be shown: other cards go."""
    complained = pyqtSignal(str)
    """Why it cannot be opened; one sentence."""

    def __init__(self, parts: Parts, songs: Songs, singer: SingingRange) -> None:
        super().__init__()
        self.shelf = Shelf(parts.stage)
        self.recent: list[str] = []
        """Keys of what was practised lately, the last one first."""
        self._opened: Opened | None = None
        self._songs, self._singer = songs, singer
        self.shelf.chosen.connect(self.open)
        songs.refused.connect(self._refuse)
        singer.found.connect(lambda _: self.show_shelf())

    def show_shelf(self) -> None:
        """Show everything there is to sing, or hide it again."""
        if self.shelf.isVisible():
            self.shelf.close_card()
            return
        self.showing.emit()
        self.shelf.offer(offers(self.recent, self._singer.is_known))

    def open_named(self, name: str) -> None:
        """Practise an exercise by its id, or a file."""
        self.open(offer_named(name))

    def open(self, offer: Offer) -> None:
        """Practise what was chosen; what only asks for something asks."""
        asks = {ASK_SONG: self.ask_song, ASK_NOTES: self.ask_notes, ASK_RECORDING: self.ask_recording}
        if offer.kind in asks:
            asks[offer.kind]()
        elif offer.kind == EXERCISE and offer.value == _range_exercise():
            self._singer.find()
        elif offer.kind == RECORDED:
            self._songs.open_recording(Path(offer.value))
        else:
            self._songs.open(offer, self._singer.known)

    def ask_song(self) -> None:
        """Ask for a file of notes."""
        self.shelf.close_card()
        last = next((of_key(key) for key in self.recent if key.startswith(FILE)), None)
        self._songs.ask_song(Path(last.value).parent if last is not None else Path.home())

    def ask_notes(self) -> None:
        """Ask for notes."""
        if not self.shelf.isVisible():
            self.show_shelf()
        self.shelf.ask_notes()

    def ask_recording(self) -> None:
        """Ask for a recording of a voice."""
        self.shelf.close_card()
        self._songs.ask_recording()

    def take(self, opened: Opened) -> None:
        """That is practised now."""
        self.shelf.close_card()
        self._opened = opened
        if opened.key:
            self.recent = with_recent(self.recent, opened.key)

    def sing_part(self, part: int) -> None:
        """Another voice of the same song, by its index."""
        if self._opened is not None:
            self._songs.open_part(self._opened, part)

    def _refuse(self, why: str, offer: Offer | None) -> None:
        if not self.shelf.isVisible():
            self.complained.emit(why)
        elif offer is not None and offer.kind == TYPED:
            self.shelf.ask_notes(offer.value, why)
        else:
            self.shelf.complain(why)


def _range_exercise() -> str:
    from ...practice.exercise.exercises import EXERCISES

    return next((exercise.id for exercise in EXERCISES if exercise.finds_range), "")
