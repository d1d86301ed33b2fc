"""How it is sung: tempo, key, what repeats, what is heard, how strictly it is judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from ...practice.rehearsal.state import UNDER_WAY, State
from ..parts import Parts
from ..viewmodel.practice_choices import FASTEST, SLOWEST, WIDEST, Choices
from ..viewmodel.practice_region import SLOWER, region, round_note, selected_notes
from .scene import PracticeScene

if TYPE_CHECKING:
    from ...practice.exercise.vocal_range import VocalRange
    from ...practice.rehearsal.arrangement import Arrangement
    from ...practice.rehearsal.rehearsal import Rehearsal

USUAL = "teacher"  # how strictly, where what is remembered is no more


class Ways(QObject):
    """What is changed while a take is sung holds for the next one; guide, metronome and volumes at once."""

    changed = pyqtSignal()
    """Something else is chosen."""
    renewing = pyqtSignal()
    """The step is about to be shown anew: a result on screen is out of date."""
    complained = pyqtSignal(str)

    def __init__(self, parts: Parts, scene: PracticeScene) -> None:
        super().__init__()
        self._parts, self._scene = parts, scene
        self.choices = Choices()
        self.silent = False
        """Nothing is to be heard, since nothing can be."""
        self.repeating = False
        self._before_bit = 100  # percent
        self._sounding: Arrangement | None = None  # how the last take was begun, or changed since
        self.begin_anew()
        scene.prepare = self.prepare
        scene.turned.connect(self._sound)  # something may have been changed while it began
        scene.telling.strip.tempo_changed.connect(self._set_tempo)
        scene.telling.strip.key_changed.connect(self._set_key)

    def begin_anew(self) -> None:
        """Something else is practised: as written, all of it, once."""
        self._tempo, self._key = 100, 0  # percent, semitones
        self._loop: tuple[float, float] | None = None  # seconds as written
        self.repeating = False

    @property
    def guide(self) -> bool:
        """Whether the notes sound."""
        rehearsal = self._scene.rehearsal
        if self.choices.guide is not None:
            return self.choices.guide
        return rehearsal is None or rehearsal.step.guide

    # tempo and key

    def change_tempo(self, percent: int) -> None:
        """So much faster, slower if negative."""
        self._set_tempo(min(max(self._tempo + percent, SLOWEST), FASTEST))

    def change_key(self, semitones: int) -> None:
        """So much higher, lower if negative."""
        self._set_key(min(max(self._key + semitones, -WIDEST), WIDEST))

    def as_written(self) -> None:
        """In the tempo and the key that are written."""
        self._tempo, self._key = 100, 0
        self._arrange()

    def fit(self, singer: VocalRange) -> None:
        """Transpose what is sung into the singer's range."""
        from ...practice.target.fitting import fitted

        rehearsal = self._scene.rehearsal
        if rehearsal is not None:
            target = rehearsal.steps[rehearsal.index].target
            self._set_key(min(max(fitted(target, singer.low, singer.high), -WIDEST), WIDEST))

    def _set_tempo(self, percent: int) -> None:
        self._tempo = percent
        self._arrange()

    def _set_key(self, semitones: int) -> None:
        self._key = semitones
        self._arrange()

    # what is heard, and how it is judged

    def choose(self, choices: Choices) -> None:
        """Take other choices; what is heard changes at once."""
        self.choices = choices
        self._sound()
        self.changed.emit()

    def _sound(self) -> None:
        """Have what sounds be as it is chosen now."""
        rehearsal = self._scene.rehearsal
        if rehearsal is not None and self._scene.state in UNDER_WAY and self._sounding != self._arrangement():
            self._sounding = self._arrangement()
            rehearsal.change_sound(self._sounding)

    def switch_guide(self, on: bool) -> None:
        """Whether the notes sound."""
        self.choose(replace(self.choices, guide=on))

    def switch_metronome(self, on: bool) -> None:
        """Whether the beats are clicked."""
        self.choose(replace(self.choices, metronome=on))

    def switch_octaves(self, on: bool) -> None:
        """Whether any octave will do."""
        self.choose(replace(self.choices, octave_free=on))

    # steps and what repeats

    def step(self, way: int) -> None:
        """Go to the next step (1) or the one before (-1), all of it."""
        self.repeating, self._loop = False, None
        self.renewing.emit()

        def go(rehearsal: Rehearsal) -> None:
            rehearsal.go(rehearsal.index + way)
            rehearsal.arrange(self._arrangement())

        self._scene.change(go)
        self.changed.emit()

    def switch_loop(self, on: bool) -> None:
        """Sing what is selected over and over, or all of it; off: all of it, once."""
        rehearsal, bounds = self._scene.rehearsal, self._parts.stage.view.selection.bounds
        self.repeating = on
        if rehearsal is not None and on:
            self._before_bit = self._tempo
            notes = selected_notes(rehearsal.target, *bounds) if bounds is not None else None
            if notes is not None:
                self._set_region(rehearsal, *notes)
                self._arrange()
            elif bounds is not None:
                self.complained.emit("No note is selected: all of it is repeated.")
        elif self._loop is not None:
            self._loop, self._tempo = None, self._before_bit
            self._arrange()
            if not self._scene.resting:
                self.complained.emit(f"From the next take on it is all of it again, at {self._tempo} %.")
        self.changed.emit()

    def take_bit(self, place: int) -> None:
        """A note and its neighbours over and over, slower."""
        rehearsal = self._scene.rehearsal
        if rehearsal is None:
            return
        if self._loop is None:
            self._before_bit = self._tempo
        self._set_region(rehearsal, *round_note(rehearsal.target, place))
        self._tempo = max(round(SLOWER * self._tempo), SLOWEST)
        self.repeating = True
        self._arrange()

    def _set_region(self, rehearsal: Rehearsal, first: int, last: int) -> None:
        arrangement = rehearsal.arrangement
        begin = arrangement.loop[0] if arrangement.loop is not None else 0.0
        self._loop = region(rehearsal.target, first, last, arrangement.tempo, begin)

    # what the rehearsal is told

    def retune(self, *_: object) -> None:
        """The notes lie elsewhere now; of a take that was judged, they lay where they lay."""
        if self._scene.on and self._scene.state is State.READY:
            self._arrange()

    def _arrange(self) -> None:
        """Have the picture show it so."""
        if self._scene.resting:
            self.renewing.emit()
        self._scene.change(lambda rehearsal: rehearsal.arrange(self._arrangement()))
        self.changed.emit()

    def prepare(self, rehearsal: Rehearsal) -> None:
        """Have the next take sung and judged so."""
        from ...practice.scoring.judging import LEVELS

        choices = self.choices
        judging = LEVELS.get(choices.strictness, LEVELS[USUAL])
        free = judging.octave_free or choices.octave_free
        rehearsal.judging = replace(judging, octave_free=free, a4=self._parts.stage.music.a4)
        self._sounding = self._arrangement()
        rehearsal.arrange(self._sounding)

    def _arrangement(self) -> Arrangement:
        from ...practice.rehearsal.arrangement import Arrangement

        choices = self.choices
        return Arrangement(
            tempo=self._tempo / 100,
            transposition=self._key,
            loop=self._loop,
            count_in=choices.count_in,
            guide=choices.guide,
            metronome=choices.metronome,
            guide_volume=choices.guide_volume / 100,
            metronome_volume=choices.metronome_volume / 100,
            timbre=choices.timbre,
            silent=self.silent,
            tuning=self._parts.stage.music.tuning,
        )
