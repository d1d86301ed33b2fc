"""A recording on the stage: played with a moving cursor, sought, repeated."""

from __future__ import annotations

import time

from PyQt6.QtCore import QObject, pyqtSignal

from ...model.convert import hz_to_midi
from ...realtime.playing.player import Player
from ..parts import Parts
from ..plot.roll import Voice
from ..viewmodel.history import PitchHistory
from ..viewmodel.take import Hearing, Take
from ..viewmodel.take_playback import Loop, Plays, SilentPlayer
from .cursor import CursorLayer
from .errands import Errands
from .strip import Strip

FIRST_SECONDS = 30.0  # s that are shown of a longer recording
TEXT_EVERY = 0.1  # s; figures that change faster cannot be read


class TakeScene(QObject):
    """One recording, and perhaps a second one to compare it with."""

    shown = pyqtSignal()
    """Another recording, its pitch, or another second one."""
    turned = pyqtSignal()
    """It plays now, or rests."""
    left = pyqtSignal()
    """Something else has the stage."""
    complained = pyqtSignal(str)
    """It cannot be heard; one sentence."""

    def __init__(self, parts: Parts, player: Player, errands: Errands) -> None:
        super().__init__()
        self._parts, self._player, self._errands = parts, player, errands
        self.take: Take | None = None
        self.second: Take | None = None
        self.shift = 0.0
        """Seconds that the second one is shown later."""
        self.strip = Strip()
        self.strip.volume_changed.connect(self._set_volume)
        self._cursor = CursorLayer(parts.stage.view)
        self._silent = SilentPlayer(0.0)
        self._plays: Plays = player
        self._opened = False  # the player has this recording
        self._hearing: Hearing | None = None
        self._wanted = False  # to play
        self._starting = False  # it is about to; the device may take a while
        self._ticked = self._told = 0.0

    @property
    def on(self) -> bool:
        """Whether a recording has the stage."""
        return self.take is not None and self._parts.scenes.current is self

    @property
    def playing(self) -> bool:
        """Whether it plays, or is about to."""
        return self.on and self._wanted and (self._starting or self._plays.playing)

    @property
    def position(self) -> float:
        """Seconds of the recording that are heard now."""
        return self._cursor.position

    @property
    def loop(self) -> Loop:
        """What repeats."""
        return self._cursor.loop

    # what the user does

    def show(self, take: Take) -> None:
        """Take the stage with a recording, from its start."""
        self._end_playing()
        self.take, self.second = take, None
        self._cursor.loop, self._cursor.position = Loop(), 0.0
        self._parts.scenes.enter(self)
        audio, rate = take.audio, take.sample_rate
        self._silent = silent = SilentPlayer(take.duration)
        self._plays, self._opened = silent, False
        self._errands.run(lambda: self._player.open(audio, rate), lambda _: self._hand_over(silent))
        view = self._parts.stage.view
        view.forget_marks()
        if self._cursor not in view.roll.layers:
            view.roll.layers.append(self._cursor)
        view.time_window.advance(0.0, take.duration, 0.0)
        view.time_window.show(0.0, min(take.duration, FIRST_SECONDS))
        view.time_window.following = True
        self.strip.show_take(take.name)
        self._parts.stage.meter.heading.setText("Replay level")
        self._show_voices()
        self.turned.emit()

    def show_pitch(self, take: Take) -> None:
        """The pitch of what is on the stage is known, or known better."""
        if self.take is not None and take.path == self.take.path:
            self.take = take
            self._show_voices()

    def compare(self, take: Take | None, shift: float = 0.0) -> None:
        """Show a second recording over the first, or none any more."""
        self.second, self.shift = take, shift
        self._show_voices()

    def shift_second(self, seconds: float) -> None:
        """Show the second one later by so much."""
        self.shift = seconds
        self._show_voices()

    def toggle(self) -> None:
        """Play, or rest."""
        if self.take is None:
            return
        if self.playing:
            self._rest()
        else:
            self._play()
        self.turned.emit()

    def seek(self, seconds: float) -> None:
        """Go on from there, or stay there."""
        if self.take is not None:
            wanted = min(max(seconds, 0.0), self.take.duration)
            self._plays.seek(wanted)
            self._parts.stage.view.time_window.following = True
            self._show_moment(self._plays.position if self._loops else wanted)

    def press_loop(self) -> None:
        """Repeat what is selected; or set A, then B, at the cursor; once more ends it."""
        self._cursor.loop = self._cursor.loop.pressed(self.position, self._parts.stage.view.selection.bounds)
        whole = self._cursor.loop.whole or (None,)
        self._silent.loop(*whole)
        if self._opened:
            self._player.loop(*whole)
        self._show_moment(self._plays.position)
        self._parts.stage.view.refresh()  # the loop is seen all over
        self.turned.emit()

    def leave(self) -> None:
        """Another scene takes the stage."""
        self._end_playing()
        self.take = self.second = None
        view = self._parts.stage.view
        if self._cursor in view.roll.layers:
            view.roll.layers.remove(self._cursor)
        self.strip.hide()
        self._parts.stage.meter.heading.setText("Input level")
        self.left.emit()

    def close(self) -> None:
        """Give the device back."""
        self._errands.run(self._player.close)

    # how it plays

    def _hand_over(self, silent: SilentPlayer) -> None:
        """The player has the recording that `silent` stood for, and goes on with what was chosen meanwhile."""
        if silent is not self._silent:  # another one is shown by now
            return
        self._opened = True
        if self._cursor.loop.whole is not None:
            self._player.loop(*self._cursor.loop.whole)
        if self._plays is silent:
            self._player.seek(self.position)
            self._plays = self._player

    @property
    def _loops(self) -> bool:
        return self._cursor.loop.whole is not None

    def _play(self) -> None:
        player, at = self._player, self.position
        from_silence = self._plays is self._silent
        self._wanted = self._starting = True
        self._silent.pause()

        def begin() -> None:
            if from_silence:  # the device may be back
                player.seek(at)
            player.play()

        self._plays = player
        self._parts.stage.view.time_window.follow()
        self._errands.run(begin, lambda _: self._begun(), self._begun)
        self._ticked = time.monotonic()
        self._parts.scenes.move(self, True)

    def _begun(self, why: str = "") -> None:
        if self._starting:
            self._starting = False
            error = self._player.error
            if why or error is not None:
                self._go_silent(why or str(error))
            self.turned.emit()

    def _go_silent(self, why: str) -> None:
        self._plays = self._silent
        self._silent.seek(self.position)
        self._silent.play()
        self.complained.emit(f"Not heard, the cursor moves by itself: {why}")

    def _rest(self) -> None:
        self._wanted = self._starting = False
        self._silent.pause()
        self._errands.run(self._player.pause)  # after a start that may still be under way

    def _end_playing(self) -> None:
        if self.take is not None:
            self._rest()
            self._parts.scenes.move(self, False)

    def _set_volume(self, volume: float) -> None:
        self._player.volume = volume

    # what is seen

    def tick(self) -> None:
        """Show the moment that is heard."""
        if self.take is None:
            return
        if self._plays is self._player and not self._starting and (error := self._player.error) is not None:
            self._go_silent(str(error))
        if not self._starting:
            self._show_moment(self._plays.position)
        if not self.playing:
            self._parts.scenes.move(self, False)
            self.turned.emit()

    def _show_moment(self, position: float) -> None:
        take, hearing, stage = self.take, self._hearing, self._parts.stage
        if take is None or hearing is None:
            return
        clock = time.monotonic()
        passed, self._ticked = min(clock - self._ticked, 0.1), clock
        hearing.move(position)
        reading = hearing.note.read(position, stage.music)
        if stage.view.time_window.following:
            stage.view.note_range.follow(hz_to_midi(reading.hz, stage.music.a4), passed)
        stage.view.time_window.advance(0.0, take.duration, position)
        self._cursor.move(position)
        stage.show_moment(reading, hearing.loudness)
        if clock - self._told >= TEXT_EVERY or not self._plays.playing:
            self._told = clock
            self.strip.show_place(position, take.duration)

    def _show_voices(self) -> None:
        take, view = self.take, self._parts.stage.view
        if take is None:
            return
        voices = [Voice(take.history or PitchHistory())]
        if self.second is not None:
            voices.append(Voice(self.second.history or PitchHistory(), self.shift))
        view.show_voices(*voices)
        self._hearing = Hearing(take)
        if take.history is not None:
            view.note_range.find(hz_to_midi(take.history.f0, self._parts.stage.music.a4))
        self.strip.show_second("" if self.second is None else self.second.name)
        self.strip.show_shift(self.shift)
        self._show_moment(self.position)
        self.shown.emit()
