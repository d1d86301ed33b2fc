"""The result of the last take on its card, and its notes one by one in the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ...practice.music import Music
from ...practice.scales import CHROMATIC
from ...practice.scoring.result import TakeScore
from ..parts import Parts
from ..viewmodel.practice_words import place_name, spelt, verdict
from .actions import Actions
from .note_card import NoteCard
from .result_card import ResultCard
from .scene import PracticeScene

if TYPE_CHECKING:
    from ...practice.rehearsal.outcome import Outcome


class Results:
    """Card and picture, one at a time."""

    def __init__(self, parts: Parts, scene: PracticeScene, actions: Actions, progress: Callable[[], object]) -> None:
        """progress: shows how earlier practice went."""
        self._stage, self._scene = parts.stage, scene
        self.card, self.note = ResultCard(parts.stage, parts.stage.view), NoteCard()
        parts.stage.add_notice(self.note)
        self._score: TakeScore | None = None
        self._title = self._bleed = ""
        self._key = CHROMATIC  # of the step that was sung
        self.place: int | None = None
        """Index of the note that is looked at, else the one to work on first."""
        for action, text in (
            (actions.begin, "Again"),
            (actions.bit, "Practise the first"),
            (actions.next, "Next step"),
            (actions.listen, "Listen to the take"),
        ):
            self.card.add_button(action, text, action is actions.begin, action is actions.bit)
        self.card.add_progress(progress)
        self.card.add_close()
        for action, text in ((actions.note_before, "◀"), (actions.note_next, "▶"), (actions.bit, "Practise this bit")):
            self.note.add(action, text)
        self.note.add_back()
        self.note.back.connect(self.show)
        self.card.wanted.connect(self.look)

    def take(self, outcome: Outcome, title: str) -> None:
        """Another take was judged."""
        self.forget()
        self._score, self._title, self._key = outcome.score, title, outcome.taken.step.key
        self._bleed = "\n".join(_said(outcome))
        work = outcome.score.work_on
        self.place = work[0] if work else 0

    @property
    def _music(self) -> Music:
        return spelt(self._stage.music, self._key)

    def show(self) -> None:
        """Show the card."""
        if self._score is not None:
            self.note.hide()
            self._look_at(None)
            self.card.show_score(self._title, self._score, self._music, self._bleed)

    def look(self, place: int) -> None:
        """Show a note in the picture."""
        if self._score is None:
            return
        self.place = min(max(place, 0), len(self._score.notes) - 1)
        note = self._score.notes[self.place]
        self.card.hide()
        self._stage.banner.withdraw("practice")  # it would lie over the note
        self._look_at(self.place)
        self.note.show_note(place_name(self.place, note, self._music), verdict(note))
        self.note.back_button.setFocus()

    def _look_at(self, place: int | None) -> None:
        """Of the take: one note, or all of it."""
        rehearsal, showing = self._scene.rehearsal, self._scene.showing
        if rehearsal is None or rehearsal.outcome is None or not self._scene.on:
            return
        if place is None:
            showing.look_at_all(rehearsal)
        else:
            showing.look_at(rehearsal.outcome, place)

    def look_further(self, way: int) -> None:
        """Show the next note, or the one before."""
        if self.place is not None:
            self.look(self.place + way if self.note.isVisible() else self.place)

    def close(self) -> None:
        """Hide both; the result is kept."""
        self.card.hide()
        self.note.hide()

    def forget(self) -> None:
        """Something else is sung."""
        self.close()
        self._score, self.place = None, None


def _said(outcome: Outcome) -> Iterator[str]:
    """What is to be known of the sound of a take."""
    if outcome.bleed is not None and outcome.bleed.sentence is not None:
        yield outcome.bleed.sentence
    if outcome.taken.changes:
        yield "Guide or metronome were changed while you sang"
