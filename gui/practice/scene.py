"""Practice on the stage: bars that come towards now, the voice over them, the course of a take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from ...model.convert import hz_to_midi
from ...practice.rehearsal.state import AT_REST, UNDER_WAY, State
from ...realtime.frame import PitchFrame
from ..look.wording import sentence
from ..parts import Parts
from ..sound.listening import Listening
from ..sound.transport import State as Transport
from ..takes.errands import Errands
from ..viewmodel.history import FRAMES_PER_SECOND
from ..viewmodel.live import Live
from ..viewmodel.practice_reading import AskedNote
from ..viewmodel.practice_words import spelt
from .showing import Showing
from .telling import Telling
from .waiting import Waiting

if TYPE_CHECKING:
    from ...practice.rehearsal.outcome import Outcome
    from ...practice.rehearsal.rehearsal import Rehearsal

TEXT_EVERY = 0.1  # s; what changes faster cannot be read


class PracticeScene(QObject):
    """Shows one rehearsal; a guest of the live scene, whose stream it hears."""

    turned = pyqtSignal()
    """Another state, another step, or another way to sing it."""
    judged = pyqtSignal(object)
    """The `Outcome` of a take."""
    complained = pyqtSignal(str)
    """Something does not work; one sentence."""
    bled = pyqtSignal()
    """The microphone hears the guide; once in a take."""
    refused = pyqtSignal(str)
    """A take could not begin; one sentence."""
    entered = pyqtSignal()
    """It has the stage now."""
    left = pyqtSignal()
    """Something else has the stage."""

    def __init__(self, parts: Parts, listening: Listening, errands: Errands) -> None:
        super().__init__()
        self._parts, self._listening, self._errands = parts, listening, errands
        self.rehearsal: Rehearsal | None = None
        self.prepare: Callable[[Rehearsal], object] = lambda rehearsal: rehearsal.again()
        """Makes a resting rehearsal READY for a take."""
        self.showing, self.telling = Showing(parts.stage.view), Telling(parts)
        self._waiting, self._asked = Waiting(errands, lambda: self.rehearsal), AskedNote()
        self._wanted = False  # to begin as soon as a stream runs
        self._bled = False  # said in this take
        self._state = State.READY
        self._told = 0.0
        self._progress = 0.0
        listening.started.connect(self._begin_wanted)
        listening.transport.changed.connect(self._look)
        listening.transport.failed.connect(lambda _: self._give_up())
        parts.scenes.changed.connect(self._leave_for_another)

    @property
    def on(self) -> bool:
        """Whether it has the stage."""
        return self._listening.guest is self

    @property
    def state(self) -> State:
        """Of the rehearsal."""
        return State.READY if self.rehearsal is None else self.rehearsal.state

    @property
    def under_way(self) -> bool:
        """Whether a take is being sung, or about to be."""
        return self._wanted or self.state in UNDER_WAY

    @property
    def resting(self) -> bool:
        """Whether steps and settings can be changed."""
        return not self._waiting.busy and not self._wanted and self.state in AT_REST

    # what the user does

    def show(self, rehearsal: Rehearsal) -> None:
        """Take the stage with a rehearsal."""
        before, self.rehearsal = self.rehearsal, rehearsal
        if before is not None and before is not rehearsal:
            self._waiting.busy = self._wanted = False
            self._errands.run(before.close)  # after what is under way with it
        if not self.on:
            self._parts.scenes.enter(self._listening)
            self._listening.guest = self
            self._parts.stage.welcome.hide()
            self.showing.enter()
            self.entered.emit()
        self.renew()

    def renew(self) -> None:
        """Show the step at hand, nothing of it sung."""
        rehearsal = self.rehearsal
        if rehearsal is not None and self.on:
            self._state = rehearsal.state
            self.showing.show(rehearsal)
            self.telling.show(rehearsal)
            self.turned.emit()

    def toggle(self) -> None:
        """Begin, or end what is sung."""
        self.end() if self.under_way else self.begin()

    def begin(self) -> None:
        """Begin the step, once more if it was sung; listens first, if need be."""
        rehearsal = self.rehearsal
        if rehearsal is None or self._waiting.busy or not self.on:
            return
        if self.state in UNDER_WAY:
            self._run(rehearsal.drop, lambda _: self._begin_anew())
        else:
            self._begin_anew()

    def _begin_anew(self) -> None:
        rehearsal, stream = self.rehearsal, self._listening.transport.stream
        if rehearsal is None:
            return
        self.prepare(rehearsal)
        self.renew()
        if stream is None:
            self._wanted = True
            self._listening.start()
            self._parts.stage.welcome.hide()
            self.telling.say("One moment, the microphone is being opened …")
            self.turned.emit()
            return
        self._bled = False
        self.showing.follow()
        self._run(lambda: rehearsal.begin(stream), refused=self.refused.emit)

    def _begin_wanted(self) -> None:
        if self._wanted and self.on:
            self._wanted = False
            self._begin_anew()

    def _give_up(self) -> None:
        """The stream could not start, which the live scene says."""
        if self._wanted:
            self._wanted = False
            self._listening.telling.rest()
            self.renew()

    def end(self) -> None:
        """End the take: what was sung so far is judged."""
        if self._wanted:
            self._wanted = False
            self.renew()
        elif self.rehearsal is not None and not self._waiting.busy:
            self.rehearsal.end()
            self._look()

    def drop(self) -> None:
        """End the take, and leave it unjudged."""
        if self._wanted:
            self.end()
        elif self.rehearsal is not None and self.state in UNDER_WAY and not self._waiting.busy:
            self._run(self.rehearsal.drop, lambda _: self.renew())

    def change(self, change: Callable[[Rehearsal], object]) -> None:
        """Do something to a resting rehearsal, such as go to another step; `complained` says why it cannot be done."""
        if self.rehearsal is None or not self.resting:
            return
        try:
            change(self.rehearsal)
        except ValueError as error:
            self.complained.emit(sentence(str(error)))
        self.renew()

    # what is heard

    def advance(self, live: Live, frames: Sequence[PitchFrame], clock: float, passed: float) -> None:
        """As `Guest`."""
        rehearsal = self.rehearsal
        if rehearsal is None:
            return
        sung = rehearsal.observe(frames)
        self.showing.take(sung)
        self._asked.observe(sung)
        rehearsal.tick()
        if rehearsal.state in UNDER_WAY and rehearsal.guide_heard and not self._bled:
            self._bled = True
            self.bled.emit()
        music = self._parts.stage.music
        if rehearsal.state in UNDER_WAY:
            voice = hz_to_midi(live.history.recent_f0(), music.a4)
            self.showing.move(rehearsal, voice, len(frames) / FRAMES_PER_SECOND)
        if clock - self._told >= TEXT_EVERY:
            self._told = clock
            self._tell(rehearsal)
        nearest = live.note.read(clock, music)
        asked = (
            self._asked.reading(nearest, spelt(music, rehearsal.step.key)) if self.state is State.SINGING else nearest
        )
        self._parts.stage.show_moment(asked, live.loudness, nearest)
        self._look()

    def _tell(self, rehearsal: Rehearsal) -> None:
        self.telling.tell(rehearsal, self.showing.now.position, self.showing.bars.hits, self._progress)

    def _look(self) -> None:
        """See whether the rehearsal has gone on."""
        rehearsal = self.rehearsal
        if rehearsal is None or self._waiting.busy:
            return
        if rehearsal.state in UNDER_WAY and self._listening.transport.state is Transport.STOPPED:
            rehearsal.tick()  # it hears that the stream has ended
        if rehearsal.state is self._state:
            return
        self._state = rehearsal.state
        if self._state is State.JUDGING:
            self._judge(rehearsal)
        self.turned.emit()

    def _judge(self, rehearsal: Rehearsal) -> None:
        self._progress, self.showing.now.count = 0.0, 0
        self._tell(rehearsal)

        def report(share: float) -> None:
            self._progress = share  # a float is replaced whole; it is read ten times a second

        self._run(lambda: rehearsal.judge(report), self._show_outcome)

    def _show_outcome(self, outcome: Outcome | None) -> None:
        rehearsal = self.rehearsal
        if rehearsal is None or not self.on:
            return
        if rehearsal.problem:
            self.complained.emit(sentence(rehearsal.problem))
        if outcome is None:
            self.renew()
            return
        self._state = rehearsal.state
        self.showing.show_outcome(rehearsal, outcome)
        self._tell(rehearsal)
        self.judged.emit(outcome)

    def _run(
        self,
        work: Callable[[], object],
        then: Callable[..., object] = lambda _: None,
        refused: Callable[[str], object] | None = None,
    ) -> None:
        """Do what may wait on the other thread; the rehearsal is left alone until it is done."""

        def done(result: object) -> None:
            then(result)
            self._look()
            self.turned.emit()

        def failed(why: str) -> None:
            (refused or self.complained.emit)(why)
            self.renew()

        self._waiting.run(work, done, failed)
        self.turned.emit()

    # coming and going

    def close(self) -> None:
        """Give the stage back to the live picture."""
        if self.on:
            self._go()
            self._listening.come_back()
            self.showing.restore_marks()

    def _leave_for_another(self) -> None:
        if self.on and self._parts.scenes.current is not self._listening:
            self._go()

    def _go(self) -> None:
        self._listening.guest, self._wanted = None, False
        self.showing.leave()
        self.telling.hide()
        rehearsal = self.rehearsal
        if rehearsal is not None:
            self._errands.run(rehearsal.close, lambda _: self._look())
        self.left.emit()
