"""A practice without devices: a clock that a test moves on, a guide and a stream that go by it, a take made by hand."""

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import soundfile

from livepitch.practice.exercise.step import Step
from livepitch.practice.rehearsal.accompanied import guide_settings
from livepitch.practice.rehearsal.arrangement import song_step
from livepitch.practice.rehearsal.rehearsal import Rehearsal
from livepitch.practice.sound.changes import Change
from livepitch.practice.target.target import Beat, Target, TargetNote
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.recording.takes import Recording, take_files

RATE = 16_000
A3, B3, C4 = 57.0, 59.0, 60.0


def song(*midis: float, length: float = 1.0, name: str = "song") -> Target:
    notes = tuple(TargetNote(i * length, (i + 1) * length, midi) for i, midi in enumerate(midis))
    beats = tuple(Beat(0.5 * i, i % 4 == 0) for i in range(round(2 * length * len(midis))))
    return Target(name, notes, beats)


def step(*midis: float, **changes: object) -> Step:
    return replace(song_step(song(*midis)), **changes)  # type: ignore[arg-type]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class FakeGuide:
    """Counts in two seconds by the clock."""

    def __init__(self, clock: Clock, offset: float = 0.0) -> None:
        self.clock, self.offset, self.error, self.sounds, self.torn = clock, offset, None, False, 0
        self.changes = ()

    def start(self) -> None:
        self.begun, self.sounds = self.clock.now, True

    def stop(self) -> None:
        self.sounds = False

    def change(self, step, arrangement) -> None:
        settings = replace(guide_settings(step, arrangement), count_in_beats=None)  # is over
        if not self.changes or settings != self.changes[-1].settings:
            self.changes = (*self.changes, Change(self.position_at(self.clock.now), settings))

    def position_at(self, instant: float) -> float:
        return round(instant - self.begun - 2.0, 6)


class FakeStream:
    """A session whose seconds are those of the clock since 900; what is "sung" is written when a recording ends."""

    source = SimpleNamespace(name="Headset")

    def __init__(self, clock: Clock) -> None:
        self.clock, self.running, self.recording = clock, True, None
        self.sung = np.zeros(0, np.float32)

    def record(self, take) -> None:
        self.recording = Recording(take, start=self.clock.now - 900.0)

    def end_recording(self) -> None:
        sound, _ = take_files(self.recording.path)
        sound.parent.mkdir(parents=True, exist_ok=True)
        size = round((self.clock.now - 900.0 - self.recording.start) * RATE)
        audio = np.zeros(size, np.float32)
        audio[: len(self.sung)] = self.sung[:size]
        soundfile.write(sound, audio, RATE, subtype="PCM_24")
        self.recording = replace(self.recording, seconds=size / RATE, running=False)

    def frames(self, seconds: float, hz: float = math.nan) -> list[PitchFrame]:
        """The frames of so many seconds from now on; the clock goes on meanwhile."""
        frames = []
        for _ in range(round(100 * seconds)):
            time = round(self.clock.now - 900.0, 2)
            frames.append(PitchFrame(time, hz, 0.9, -20.0, captured=self.clock.now))
            self.clock.now = round(self.clock.now + 0.01, 2)
        return frames


class Practice:
    """A rehearsal of two steps with everything round it made by hand."""

    def __init__(self, folder: Path, *steps, **changes) -> None:
        self.clock = Clock()
        self.stream, self.guide = FakeStream(self.clock), FakeGuide(self.clock)
        self.asked, self.kept = [], []
        self.rehearsal = Rehearsal(
            steps or (step(A3, B3), step(C4)),
            folder=folder,
            judge=self.judge,
            accompany=lambda step, arrangement, name: self.guide,
            clock=self.clock,
            **{"keep": self.kept.append, **changes},
        )

    def judge(self, taken, judging, progress):
        self.asked.append((taken, judging))
        return SimpleNamespace(taken=taken, zero=taken.times.zero)

    def sing(self, seconds: float, hz: float = math.nan):
        """Let time pass, as a driver does; what was sung in it."""
        sung = []
        for _ in range(round(10 * seconds)):
            sung += self.rehearsal.observe(self.stream.frames(0.1, hz))
            self.rehearsal.tick()
        return sung
