"""What practice puts into the picture: bars, the voice over them, the line of now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from ...model.convert import hz_to_midi
from ...practice.sound.count_in import count_in
from ..plot.pitch_view import PitchView
from ..plot.roll import Voice
from ..viewmodel.history import PitchHistory
from ..viewmodel.practice_hits import Hits
from .bars import Bars
from .now import Now
from .sight import Sight

if TYPE_CHECKING:
    from ...practice.rehearsal.following import Sung
    from ...practice.rehearsal.outcome import Outcome
    from ...practice.rehearsal.rehearsal import Rehearsal

WITHOUT_COUNT = 1.0  # s before the first note that are seen where nothing is counted


class Showing:
    """The picture of one rehearsal; its seconds are those of the target."""

    def __init__(self, view: PitchView) -> None:
        self._view = view
        self.bars, self.now, self._sight = Bars(view), Now(view), Sight(view)
        self._history = PitchHistory()
        self._begin = -WITHOUT_COUNT
        self._keep()

    def _keep(self) -> None:
        """The live picture is there now."""
        view = self._view
        self._window, self._range, self._marks = (
            copy(view.time_window),
            copy(view.note_range),
            view.markers.to_list(),
        )

    def enter(self) -> None:
        """Take the place of the live picture."""
        view = self._view
        self._keep()
        view.forget_marks()
        view.roll.under.append(self.bars)
        view.roll.layers.append(self.now)
        self._sight.begin()

    def leave(self) -> None:
        """Go; the windows of time and notes are as they were before."""
        view = self._view
        view.roll.under.remove(self.bars)
        view.roll.layers.remove(self.now)
        self._sight.end()
        view.forget_marks()
        view.note_range.become(self._range)
        view.time_window.become(self._window)
        view.roll.lined = True
        view.roll.tiles.forget()

    def restore_marks(self) -> None:
        """The live picture is there again: so are its markers."""
        self._view.time_window.become(self._window)
        self._view.markers.take_list(self._marks)
        self._view.look()

    def show(self, rehearsal: Rehearsal) -> None:
        """Show the step at hand, nothing of it sung."""
        target, view = rehearsal.target, self._view
        counted = count_in(target, rehearsal.arrangement.count_in)
        self.now.beats, self.now.count = sum(beat.time < 0 for beat in counted), 0
        self._begin = min([beat.time for beat in counted] + [-WITHOUT_COUNT])
        self.bars.key = rehearsal.step.key
        self.bars.show(target, Hits(target, rehearsal.judging.tolerance_cents), rehearsal.step.hidden)
        self._history = PitchHistory()
        view.deselect()
        view.show_voices(Voice(self._history))
        view.lit.history = self._history
        self._sight.show(target, self._begin)
        self._sight.move(self._begin)
        self.now.position = math.nan
        view.roll.lined = not target.beats
        view.roll.tiles.forget()
        self.look_at_all(rehearsal)

    def follow(self) -> None:
        """Go with now from here on."""
        self._sight.follow()

    def take(self, sung: Sequence[Sung]) -> None:
        """Show what was sung."""
        known = [each for each in sung if not math.isnan(each.time)]
        if known and self.bars.hits is not None:
            self._history.extend([replace(each.frame, time=each.time) for each in known])
            changed = self.bars.hits.observe(known)
            if changed is not None:
                self._view.roll.tiles.forget_between(*changed)

    def move(self, rehearsal: Rehearsal, voice: float, seconds: float) -> None:
        """Show this moment; the voice has been at a MIDI number (NaN: silent) for so many seconds more."""
        position = rehearsal.position
        self.now.position = position = self._begin if math.isnan(position) else position
        self.now.count = min(rehearsal.count, self.now.beats)
        self._sight.keep_voice_in(voice, seconds)
        self._sight.move(position)
        if self.bars.reveal(position):
            self._view.roll.tiles.forget()
        self._view.refresh()

    def show_outcome(self, rehearsal: Rehearsal, outcome: Outcome) -> None:
        """Show the take as it was judged."""
        judging, a4 = outcome.judging, self._view.shown_music.a4
        self.bars.scores = outcome.score.notes
        tolerance, free = judging.tolerance_cents, judging.octave_free
        self.bars.hits = Hits.of(rehearsal.target, outcome.track, tolerance, a4, free)
        self._history = PitchHistory.of(outcome.track)
        self._view.show_voices(Voice(self._history))
        self.now.position = math.nan
        self.look_at_all(rehearsal)

    def look_at(self, outcome: Outcome, index: int) -> None:
        """Show one note of the take as large as it can be."""
        note, line = outcome.score.notes[index].target, outcome.track
        near = (line.time > note.start - 0.2) & (line.time < note.end + 0.2) & line.voiced
        self._sight.look_at(note, hz_to_midi(line.f0[near], self._view.shown_music.a4))

    def look_at_all(self, rehearsal: Rehearsal) -> None:
        """Show the whole take."""
        self._sight.look_at_all(rehearsal.target, self._begin)
