"""Practice: chosen from the shelf, sung on the stage, judged, done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ..look.wording import sentence
from ..parts import Parts
from ..sound.listening import Listening
from ..takes.errands import Errands
from ..takes.takes_room import TakesRoom
from ..viewmodel.messages import Rank
from ..viewmodel.practice_choices import Choices
from ..viewmodel.practice_offers import (
    ASK_NOTES,
    ASK_RECORDING,
    ASK_SONG,
    EXERCISE,
    FILE,
    TYPED,
    Offer,
    of_key,
    offers,
    with_recent,
)
from .actions import Actions
from .opening import Opened, offer_named
from .range_finding import RangeFinding
from .results import Results
from .scene import PracticeScene
from .settings_card import SettingsCard
from .shelf import Shelf
from .songs import Songs, rehearsal_of
from .ways import Ways

if TYPE_CHECKING:
    from ...practice.exercise.vocal_range import VocalRange
    from ...practice.rehearsal.outcome import Outcome
    from ...practice.rehearsal.rehearsal import Rehearsal

SAID = 20.0  # s
BREATH = 1500  # ms between two takes of a loop
HEADPHONES = "Wear headphones if you can: then the microphone hears you and not the guide."


class PracticeRoom(QObject):
    """What the user does about practising."""

    name = "practice"
    progress_wanted = pyqtSignal()
    """The user wants to see how earlier practice went."""

    def __init__(self, parts: Parts, listening: Listening, takes: TakesRoom) -> None:
        super().__init__()
        self._parts, self._listening, self._takes = parts, listening, takes
        self._errands, self._files = Errands("livepitch-practice"), Errands("livepitch-songs")
        self._recent: list[str] = []
        self._opened: Opened | None = None
        self._singer: VocalRange | None = None
        self.scene = PracticeScene(parts, listening, self._errands)
        self.ways = Ways(parts, self.scene)
        self.songs = Songs(parts, self._files, rehearsal_of)
        self.shelf, self.settings = Shelf(parts.stage), SettingsCard(parts.stage)
        self.finding = RangeFinding(parts, listening)
        self.actions = Actions(parts.menus, self, self.ways)
        self.results = Results(parts, self.scene, self.actions, self.progress_wanted.emit)
        parts.stage.add_middle(self.songs.card)
        self._repeat = QTimer(self)
        self._repeat.setSingleShot(True)
        self._repeat.timeout.connect(self.scene.begin)
        self._fill_strip()
        self._connect()
        self._offer()

    def _fill_strip(self) -> None:
        strip, actions = self.scene.telling.strip, self.actions
        steps = (actions.previous, "◀"), (actions.next, "▶")
        self.step_buttons = [strip.add(0, action, text) for action, text in steps]
        self.begin_button = strip.add(0, actions.begin, "Begin", primary=True)
        for action, text in ((actions.guide, "Guide"), (actions.metronome, "Beat"), (actions.loop, "Loop")):
            strip.add(1, action, text)
        strip.add_room(1)
        for action, text in ((actions.settings, "More …"), (actions.shelf, "Shelf"), (actions.leave, "Close")):
            strip.add(1, action, text)

    def _connect(self) -> None:
        scene, settings, ways = self.scene, self.settings, self.ways
        self.shelf.chosen.connect(self.open)
        self.songs.opened.connect(self._show)
        self.songs.refused.connect(self._refuse)
        scene.turned.connect(self._offer)
        scene.judged.connect(self._show_outcome)
        scene.complained.connect(self._complain)
        scene.refused.connect(self._offer_silence)
        scene.left.connect(self._left)
        ways.changed.connect(self._offer)
        ways.renewing.connect(self._forget_result)
        ways.complained.connect(self._complain)
        settings.changed.connect(lambda choices: ways.choose(replace(choices, heard_advice=ways.choices.heard_advice)))
        settings.part_chosen.connect(self._sing_part)
        settings.fit_asked.connect(self.fit)
        settings.range_asked.connect(self.find_range)
        self.finding.found.connect(self._take_range)
        self._takes.entering.connect(self.leave)

    # what there is to practise

    def show_shelf(self) -> None:
        """Show everything there is to sing, or hide it again."""
        if self.shelf.isVisible():
            self.shelf.close_card()
            return
        self.results.close()
        self.settings.close_card()
        self.shelf.offer(offers(self._recent))

    def open_named(self, name: str) -> None:
        """Practise an exercise by its id, or a file."""
        self.open(offer_named(name))

    def open(self, offer: Offer) -> None:
        """Practise what was chosen; what only asks for something asks."""
        asks = {ASK_SONG: self.ask_song, ASK_NOTES: self.ask_notes, ASK_RECORDING: self.ask_recording}
        if offer.kind in asks:
            asks[offer.kind]()
        elif offer.kind == EXERCISE and offer.value == _range_exercise():
            self.find_range()
        else:
            self.songs.open(offer, self._range)

    def ask_song(self) -> None:
        """Ask for a file of notes."""
        self.shelf.close_card()
        last = next((of_key(key) for key in self._recent if key.startswith(FILE)), None)
        self.songs.ask_song(Path(last.value).parent if last is not None else Path.home())

    def ask_notes(self) -> None:
        """Ask for notes."""
        if not self.shelf.isVisible():
            self.show_shelf()
        self.shelf.ask_notes()

    def ask_recording(self) -> None:
        """Ask for a recording of a voice."""
        self.shelf.close_card()
        self.songs.ask_recording()

    def _sing_part(self, part: int) -> None:
        if self._opened is not None:
            self.songs.open_part(self._opened, part)

    def _refuse(self, why: str, offer: Offer | None) -> None:
        if not self.shelf.isVisible():
            self._complain(why)
        elif offer is not None and offer.kind == TYPED:
            self.shelf.ask_notes(offer.value, why)
        else:
            self.shelf.complain(why)

    def _show(self, opened: Opened, rehearsal: Rehearsal) -> None:
        self.shelf.close_card()
        self._forget_result()
        self.finding.close()
        self._opened = opened
        if opened.key:
            self._recent = with_recent(self._recent, opened.key)
        self._takes.leave_for_practice()
        self.ways.begin_anew()
        self.ways.prepare(rehearsal)
        self.scene.show(rehearsal)
        parts = [part.part or f"Part {number}" for number, part in enumerate(opened.parts, 1)]
        self.settings.show_parts(parts, opened.part)
        self._offer_fit(opened, rehearsal)

    def _offer_fit(self, opened: Opened, rehearsal: Rehearsal) -> None:
        """Of a song that leaves the singer's known range."""
        (low, high), singer = rehearsal.target.range, self._singer
        if singer is not None and opened.parts and (low < singer.low or high > singer.high):
            text = f"This leaves your range, {singer.title}."
            self._parts.stage.banner.post("practice", text, Rank.OFFER, seconds=SAID, button="Fit it", act=self.fit)

    # singing

    def begin(self) -> None:
        """Begin, or begin again; with nothing to sing, show the shelf."""
        rehearsal = self.scene.rehearsal
        if rehearsal is None:
            self.show_shelf()
            return
        if self._takes.recording.on:  # there is one recording at a time
            self._complain("A recording is under way: end it with Ctrl+R, then begin.")
            return
        self._repeat.stop()
        self.shelf.close_card()
        self.results.close()
        if not self.scene.on:
            self._takes.leave_for_practice()
            self.finding.close()
            self.scene.show(rehearsal)
        self._advise()
        self.scene.begin()

    def _advise(self) -> None:
        """Once, where something is to be heard."""
        choices = self.ways.choices
        if not choices.heard_advice and (self.ways.guide or choices.metronome):
            self.ways.choose(replace(choices, heard_advice=True))
            self._parts.stage.banner.post("headphones", HEADPHONES, Rank.OFFER, seconds=SAID)

    def _offer_silence(self, why: str) -> None:
        """No device plays the guide: say so, and offer to sing without."""

        def sing_without() -> None:
            self.ways.silent = True
            self.begin()

        banner = self._parts.stage.banner
        banner.withdraw("headphones")
        banner.post("practice", sentence(why), Rank.SKIPPED, button="Sing without sound", act=sing_without)

    def end(self) -> None:
        """End the take: what was sung is judged."""
        self.scene.end()

    def fit(self) -> None:
        """Transpose what is sung into the singer's range."""
        self.ways.fit(self._range())

    def practise_bit(self) -> None:
        """The note that is looked at and its neighbours over and over, slower."""
        place = self.results.place
        if place is not None:
            self.ways.take_bit(place)
            self.begin()

    # what came of it

    def _show_outcome(self, outcome: Outcome) -> None:
        self.results.take(outcome, self.scene.telling.strip.name.toolTip())
        if self.ways.repeating:
            self._repeat.start(BREATH)
        else:
            self.results.show()

    def _forget_result(self) -> None:
        self._repeat.stop()
        self.results.forget()

    def listen(self) -> None:
        """Open the take among the recordings."""
        from ...realtime.takes import take_files

        rehearsal = self.scene.rehearsal
        if rehearsal is not None and rehearsal.outcome is not None:
            self._takes.open(take_files(rehearsal.outcome.taken.take)[0])

    # the singer

    def find_range(self) -> None:
        """Lead the singer to the ends of their range."""
        self.shelf.close_card()
        self.leave()
        self._takes.leave_for_practice()
        self.finding.begin()

    def _take_range(self, found: VocalRange) -> None:
        self._singer = found
        self._files.run(lambda: _keep_range(found), failed=self._complain)
        self._parts.stage.banner.post("practice", f"Your range is {found.title}.", Rank.OFFER, seconds=SAID)
        self.show_shelf()

    def _range(self) -> VocalRange:
        """Of the singer, as found or remembered; a usual one before that. Any thread."""
        from ...practice.rehearsal.singer import UNKNOWN, remembered_range

        self._singer = self._singer or remembered_range()
        return self._singer or UNKNOWN

    # cards and keys

    def show_settings(self) -> None:
        """Show how one practises, or hide it."""
        if self.settings.isVisible():
            self.settings.close_card()
            return
        self.settings.show_choices(self.ways.choices)
        self.settings.show_range(self._range().title)
        self.settings.open_card()

    @property
    def _cards(self) -> list[tuple[Any, Callable[[], object]]]:
        """What lies over the picture, the topmost first, and how each is closed."""
        return [
            (self.shelf, self.shelf.close_card),
            (self.settings, self.settings.close_card),
            (self.results.card, self.results.card.close_card),
            (self.results.note, self.results.show),
            (self.songs.card, self.songs.cancel),
            (self.finding.card, self.finding.close),
        ]

    def entered(self) -> bool:
        """Whether there is something that Escape closes or ends."""
        return any(card.isVisible() for card, _ in self._cards) or self.scene.under_way or self._repeat.isActive()

    def cancel(self) -> None:
        """Close the topmost card; without any, the take under way ends unjudged."""
        close = next((close for card, close in self._cards if card.isVisible()), None)
        if close is not None:
            close()
        else:
            self._repeat.stop()
            self.scene.drop()

    def leave(self) -> None:
        """Show the live picture again."""
        self._repeat.stop()
        self.results.close()
        self.settings.close_card()
        self.scene.close()

    def _left(self) -> None:
        self._repeat.stop()
        self.results.close()
        self._parts.stage.banner.withdraw("practice")
        self._offer()

    def _offer(self) -> None:
        scene, ways, actions = self.scene, self.ways, self.actions
        rehearsal = scene.rehearsal
        judged = rehearsal is not None and rehearsal.outcome is not None
        place, last = (0, 0) if rehearsal is None else (rehearsal.index, len(rehearsal.steps) - 1)
        actions.offer(scene.on, scene.resting, scene.under_way, judged, place > 0, place < last)
        actions.check(ways.guide, ways.choices.metronome, ways.repeating, ways.choices.octave_free)
        self._takes.recording.action.setEnabled(not scene.under_way)  # the take is one
        for button in self.step_buttons:
            button.setVisible(last > 0)
        self.begin_button.setText("Again" if scene.under_way or judged else "Begin")
        if self.settings.isVisible():
            self.settings.show_choices(ways.choices)
        if scene.on:
            self._listening.show_verb("End" if scene.under_way else "Begin", scene.under_way, " singing")

    def _complain(self, why: str) -> None:
        self._parts.stage.banner.post("practice", sentence(why), Rank.OFFER, seconds=SAID)

    # from one day to the next

    def remember(self) -> dict[str, Any]:
        """What was chosen, and what was practised lately."""
        return {**self.ways.choices.to_dict(), "recent": list(self._recent)}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Choose and know that again; what is missing or bad stays as it is at first."""
        recent = values.get("recent")
        self._recent = [key for key in recent if isinstance(key, str)] if isinstance(recent, list) else []
        self.ways.choose(Choices.from_dict(values))

    def close(self) -> None:
        """End what is under way, and the threads; the live picture's windows are as they were."""
        self.songs.cancel()
        self.leave()
        self.finding.close()
        for errands in (self._files, self._errands):
            errands.close()


def _range_exercise() -> str:
    from ...practice.exercise.exercises import EXERCISES

    return next((exercise.id for exercise in EXERCISES if exercise.finds_range), "")


def _keep_range(found: VocalRange) -> None:
    """For the next practice, and among what was practised."""
    from ...practice.progress.store import Progress
    from ...practice.rehearsal.singer import remember_range

    remember_range(found)
    Progress().add_range(found.low, found.high, datetime.now())
