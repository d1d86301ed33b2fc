"""Practice: chosen from the shelf, sung on the stage, judged, done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ...practice.rehearsal.state import State
from ...practice.sound.bleed_watch import SENTENCE as GUIDE_HEARD
from ..look.wording import sentence
from ..parts import Parts
from ..sound.listening import Listening
from ..takes.errands import Errands
from ..takes.takes_room import TakesRoom
from ..viewmodel.messages import Rank
from ..viewmodel.practice_choices import Choices
from .actions import Actions
from .aside import Aside
from .cards import Cards
from .choosing import Choosing
from .controls import Controls
from .opening import Opened
from .results import Results
from .scene import PracticeScene
from .settings_card import SettingsCard
from .singing_range import SingingRange
from .songs import Songs
from .ways import Ways

if TYPE_CHECKING:
    from ...practice.rehearsal.outcome import Outcome
    from ...practice.rehearsal.rehearsal import Rehearsal

SAID = 20.0  # s
SAID_MEANWHILE = 5.0  # s: over notes, it may be
BREATH = 1500  # ms between two takes of a loop
HEADPHONES = "Wear headphones if you can: then the microphone hears you and not the guide."


class PracticeRoom(QObject):
    """What the user does about practising."""

    name = "practice"
    progress_wanted = pyqtSignal()
    """The user wants to see how earlier practice went."""
    _told = pyqtSignal(str)

    def __init__(self, parts: Parts, listening: Listening, takes: TakesRoom) -> None:
        super().__init__()
        self._parts, self._listening, self._takes = parts, listening, takes
        self._errands, self._files = Errands("livepitch-practice"), Errands("livepitch-songs")
        self.scene = PracticeScene(parts, listening, self._errands)
        self.ways, self.aside = Ways(parts, self.scene), Aside(self._errands, self._told.emit)
        self.songs = Songs(parts, self._files, self._errands, self.aside.rehearse)
        self.singer = SingingRange(parts, listening, self._files)
        self.choosing, self.settings = Choosing(parts, self.songs, self.singer), SettingsCard(parts.stage)
        self.actions = Actions(parts.menus, self, self.ways)
        self.results = Results(parts, self.scene, self.actions, self.progress_wanted.emit)
        parts.stage.add_middle(self.songs.card)
        self._cards, self._waits = self._stacked(), False  # what is practised waits for the singer's range
        self._repeat = QTimer(self)
        self._repeat.setSingleShot(True)
        self._repeat.timeout.connect(self.scene.begin)
        self._controls = Controls(self.scene.telling.strip, self.actions, self.settings)
        self._connect()
        self._offer()

    def _stacked(self) -> Cards:
        shelf, results, finding = self.choosing.shelf, self.results, self.singer.finding
        return Cards(
            [
                (shelf, shelf.close_card),
                (self.settings, self.settings.close_card),
                (results.card, results.card.close_card),
                (results.note, results.show),
                (self.songs.card, self.songs.cancel),
                (finding.card, finding.cancel),
            ]
        )

    def _connect(self) -> None:
        scene, settings, ways, singer = self.scene, self.settings, self.ways, self.singer
        self.songs.opened.connect(self._show)
        self.choosing.showing.connect(self._clear)
        self._told.connect(self._complain)
        for part in (scene, ways, singer, self.choosing):
            part.complained.connect(self._complain)
        scene.turned.connect(self._offer)
        scene.turned.connect(self._uncover)
        scene.judged.connect(self._show_outcome)
        scene.refused.connect(self._offer_silence)
        scene.bled.connect(self._tell_of_bleed)
        scene.entered.connect(self.aside.warm)
        scene.entered.connect(self._parts.stage.hint.hide)  # its keys, and its place, are needed
        scene.left.connect(self._left)
        ways.changed.connect(self._offer)
        ways.renewing.connect(self._forget_result)
        settings.changed.connect(lambda choices: ways.choose(replace(choices, heard_advice=ways.choices.heard_advice)))
        settings.part_chosen.connect(self.choosing.sing_part)
        settings.fit_asked.connect(self.fit)
        settings.range_asked.connect(singer.find)
        singer.fit_asked.connect(self.fit)
        singer.beginning.connect(self._make_room)
        singer.finding.cancelled.connect(self._come_back)
        self._takes.entering.connect(self.leave)

    # what is practised

    def open_named(self, name: str) -> None:
        """Practise an exercise by its id, or a file."""
        self.choosing.open_named(name)

    def _clear(self) -> None:
        self.results.close()
        self.settings.close_card()

    def _make_room(self) -> None:
        """The singer's range needs the stage."""
        self._waits = self.scene.on
        self.choosing.shelf.close_card()
        self.leave()
        self._takes.leave_for_practice()

    def _come_back(self) -> None:
        """The range was not wanted after all."""
        rehearsal = self.scene.rehearsal
        if self._waits and rehearsal is not None:
            self.scene.show(rehearsal)

    def _show(self, opened: Opened, rehearsal: Rehearsal) -> None:
        self._forget_result()
        self.singer.finding.close()
        self.choosing.take(opened)
        self._takes.leave_for_practice()
        self.ways.begin_anew()
        self.ways.prepare(rehearsal)
        self.scene.show(rehearsal)
        parts = [part.part or f"Part {number}" for number, part in enumerate(opened.parts, 1)]
        self.settings.show_parts(parts, opened.part)
        self.singer.advise(opened, rehearsal.target)

    # singing

    def begin(self) -> None:
        """Begin, or begin again; with nothing to sing, show the shelf."""
        rehearsal = self.scene.rehearsal
        if rehearsal is None:
            self.choosing.show_shelf()
            return
        if self._takes.recording.on:  # there is one recording at a time
            self._complain("A recording is under way: end it with Ctrl+R, then begin.")
            return
        self._repeat.stop()
        self.choosing.shelf.close_card()
        self.results.close()
        if not self.scene.on:
            self._takes.leave_for_practice()
            self.singer.finding.close()
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

    def _tell_of_bleed(self) -> None:
        """While the guide still sounds, so that something can be done before the take is sung."""
        banner = self._parts.stage.banner
        banner.withdraw("headphones")  # says the same
        banner.post("practice", f"{GUIDE_HEARD}.", Rank.OFFER, seconds=SAID_MEANWHILE)

    def end(self) -> None:
        """End the take: what was sung is judged."""
        self.scene.end()

    def fit(self) -> None:
        """Transpose what is sung into the singer's range."""
        self.ways.fit(self.singer.known())

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
        from ...realtime.recording.takes import take_files

        rehearsal = self.scene.rehearsal
        if rehearsal is not None and rehearsal.outcome is not None:
            self._takes.open(take_files(rehearsal.outcome.taken.take)[0])

    # cards and keys

    def show_settings(self) -> None:
        """Show how one practises, or hide it."""
        if self.settings.isVisible():
            self.settings.close_card()
            return
        self.settings.show_choices(self.ways.choices)
        self.settings.show_range(self.singer.title)
        self.settings.open_card()

    def entered(self) -> bool:
        """Whether there is something that Escape closes or ends."""
        return self._cards.open or self.scene.under_way or self._repeat.isActive()

    def cancel(self) -> None:
        """Close the topmost card; without any, the take under way ends unjudged."""
        if not self._cards.close_topmost():
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
        self.aside.rest()
        self._offer()

    def _offer(self) -> None:
        self._controls.show(self.scene, self.ways, self._listening)
        self._takes.recording.action.setEnabled(not self.scene.under_way)  # the take is one

    def _uncover(self) -> None:
        """Notes come now where a banner lies."""
        if self.scene.state is State.SINGING:
            for key in ("headphones", "practice"):
                self._parts.stage.banner.withdraw(key)

    def _complain(self, why: str) -> None:
        self._parts.stage.banner.post("practice", sentence(why), Rank.OFFER, seconds=SAID)

    # from one day to the next

    def remember(self) -> dict[str, Any]:
        """What was chosen, and what was practised lately."""
        return {**self.ways.choices.to_dict(), "recent": list(self.choosing.recent)}

    def recall(self, values: Mapping[str, Any]) -> None:
        """Choose and know that again; what is missing or bad stays as it is at first."""
        recent = values.get("recent")
        self.choosing.recent = [key for key in recent if isinstance(key, str)] if isinstance(recent, list) else []
        self.ways.choose(Choices.from_dict(values))

    def close(self) -> None:
        """End what is under way, and the threads; the live picture's windows are as they were."""
        self.songs.cancel()
        self.leave()
        self.singer.finding.close()
        for errands in (self._files, self._errands):
            errands.close()
        self.aside.close()
