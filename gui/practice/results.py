"""The result of the last take on its card, and its notes one by one in the picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...practice.scoring.result import TakeScore
from ..parts import Parts
from ..viewmodel.practice_words import place_name, verdict
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
        self.place: int | None = None
        """Index of the note that is looked at, else the one to work on first."""
        for action, text in (
            (actions.begin, "Again"),
            (actions.next, "Next step"),
            (actions.listen, "Listen to the take"),
        ):
            self.card.add_button(action, text, primary=action is actions.begin)
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
        self._score, self._title = outcome.score, title
        self._bleed = outcome.bleed.sentence or "" if outcome.bleed is not None else ""
        work = outcome.score.work_on
        self.place = work[0] if work else 0

    def show(self) -> None:
        """Show the card."""
        if self._score is not None:
            self.note.hide()
            self._scene.look_at_all()
            self.card.show_score(self._title, self._score, self._stage.music, self._bleed)

    def look(self, place: int) -> None:
        """Show a note in the picture."""
        if self._score is None:
            return
        self.place = min(max(place, 0), len(self._score.notes) - 1)
        note = self._score.notes[self.place]
        self.card.hide()
        self._scene.look_at(self.place)
        self.note.show_note(place_name(self.place, note, self._stage.music), verdict(note))
        self.note.back_button.setFocus()

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
