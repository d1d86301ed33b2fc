"""A singer before the window: a clock that the test moves, a guide that goes by it, a voice that sings along."""

import math

import numpy as np
import soundfile
from PyQt6.QtGui import QKeySequence
from PyQt6.QtTest import QTest

from livepitch.gui.sound.transport import State as Transport
from livepitch.practice.rehearsal.outcome import Outcome
from livepitch.practice.rehearsal.rehearsal import Rehearsal
from livepitch.practice.rehearsal.state import State
from livepitch.practice.scoring.heard import Heard
from livepitch.practice.scoring.take import score_take
from livepitch.realtime.frame import PitchTrack
from livepitch.realtime.recording.takes import Recording, take_files

from ..practice.rehearsing import Clock, FakeGuide
from .conftest import make_frame

RATE = 16_000


def hz(midi):
    return 440.0 * 2 ** ((midi - 69) / 12)


class Singer:
    """Sings into the window's stream; `voice(second, asked)` is its MIDI number, NaN for silence."""

    def __init__(self, window, studio, qtbot, folder):
        self.window, self.studio, self.qtbot, self.folder = window, studio, qtbot, folder
        self.room, self.scene, self.view = window.practice, window.practice.scene, window.stage.view
        self.clock, self.guides, self.line = Clock(), [], {}
        self.kept = []
        self.keep = self.kept.append
        self.refuse = None
        studio.prepare = self._prepare
        self.room.songs.rehearse = self._rehearse
        qtbot.waitActive(window).__enter__()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)

    def _prepare(self, stream):
        def record(take):
            stream.recording = Recording(take, start=self.clock.now - 900.0)

        def end():
            sound, _ = take_files(stream.recording.path)
            sound.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(sound, np.zeros(RATE, np.float32), RATE)
            stream.recording = Recording(stream.recording.path, 1.0, running=False, start=stream.recording.start)

        stream.record, stream.end_recording = record, end

    def _rehearse(self, opened):
        def accompany(step, arrangement, input_name):
            if self.refuse is not None and not arrangement.silent:
                raise self.refuse
            self.guides.append((step, arrangement))
            self.playing = FakeGuide(self.clock)
            return self.playing

        return Rehearsal(
            opened.steps,
            name=opened.name,
            folder=self.folder,
            keep=lambda outcome: self.keep(outcome),
            judge=self._judge,
            accompany=accompany,
            clock=self.clock,
        )

    def _judge(self, taken, judging, progress=None):
        """By the real scoring, of the line that was sung."""
        time = np.array(sorted(self.line))
        f0 = np.array([self.line[each] for each in time], np.float32)
        voiced = np.isfinite(f0)
        sure = np.full(len(time), 0.9, np.float32)
        track = PitchTrack(time, f0, voiced, sure, f0)
        level = np.where(voiced, -20.0, -90.0).astype(np.float32)
        score = score_take(taken.step.target, Heard(track, level), judging)
        return Outcome(taken, judging, score, track, level)

    # by keys

    def press(self, keys, widget=None):
        for combination in QKeySequence(keys):
            QTest.keyClick(widget or self.window, combination.key(), combination.keyboardModifiers())

    def type(self, text):
        QTest.keyClicks(self.window.focusWidget(), text)

    def practise(self, words):
        """Find something on the shelf and take it."""
        self.press("F3")
        self.type(words)
        self.press("Return", self.window.focusWidget())
        self.qtbot.waitUntil(lambda: self.scene.on)
        self.window.scenes.timer.stop()

    def practise_notes(self, text):
        self.press("Ctrl+H, T")
        self.type(text)
        before = self.scene.rehearsal
        self.press("Return", self.window.focusWidget())
        self.qtbot.waitUntil(lambda: self.scene.on and self.scene.rehearsal is not before)

    def begin(self):
        """Press the key, and wait until something is counted."""
        self.press("F4")
        self.wait_for(State.COUNT_IN)

    def wait_for(self, state):
        def so():
            self.window.scenes.timer.stop()
            if self.window.listening.transport.state is Transport.RUNNING:
                self.window.listening.tick()
            return self.scene.state is state and not self.scene._waiting.busy

        self.qtbot.waitUntil(so, timeout=20_000)

    # by voice

    def sing(self, seconds, voice=lambda second, asked: asked):
        """Let the clock go on while it sings what is asked, or what `voice` makes of it."""
        rehearsal = self.scene.rehearsal
        for _ in range(round(seconds / 0.05)):
            frames = []
            for _ in range(5):
                second = rehearsal.position
                note = rehearsal.target.note_at(second)
                asked = note.midi_at(second) if note is not None and note.pitched else math.nan
                f0 = hz(voice(second, asked))
                if not math.isnan(second):
                    self.line[round(second, 3)] = f0
                frames.append(make_frame(self.clock.now - 900.0, f0, captured=self.clock.now))
                self.clock.now = round(self.clock.now + 0.01, 2)
            self.studio.stream.ready = frames
            self.window.listening.tick()

    def sing_all(self, voice=lambda second, asked: asked):
        """From the count-in to the result."""
        self.line = {}
        self.begin()
        self.sing(2.0 + self.scene.rehearsal.target.duration + 0.7, voice)
        self.wait_for(State.RESULT)

    # what is seen

    def paint(self):
        self.view.viewport().grab()
        return self.view.roll.scale_on_screen

    @property
    def prompt(self):
        return self.scene.telling.prompt

    @property
    def strip(self):
        return self.scene.telling.strip

    @property
    def card(self):
        return self.room.results.card
