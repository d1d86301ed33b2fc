"""A singer for pictures: hears no guide, sings what is asked for in time, and not all of it well."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np

from livepitch.gui.practice.opening import Opened
from livepitch.practice.exercise.step import Step
from livepitch.practice.rehearsal.accompanied import Silence
from livepitch.practice.rehearsal.arrangement import Arrangement
from livepitch.practice.rehearsal.rehearsal import Rehearsal
from livepitch.realtime.paced import PacedSource
from livepitch.realtime.ring import Floats

RATE, BLOCK = 48_000, 480  # Hz, samples
FLAT = {2: -0.38, 3: -0.14, 6: -0.24}  # semitones, by place of the note
LATE = {7: 0.16}  # s
HISS = 1e-4
HARMONICS = (1.0, 0.7, 0.5, 0.35, 0.2, 0.1)


class MadeUpSinger(PacedSource):
    """A source whose voice follows the clock of a practice."""

    def __init__(self) -> None:
        super().__init__(True, RATE)
        self.name = "microphone"
        self._clock: Silence | None = None
        self._step: Step | None = None

    def rehearse(self, opened: Opened) -> Rehearsal:
        """A rehearsal that this singer hears; nothing of it is remembered."""
        return Rehearsal(opened.steps, name=opened.name, accompany=self._follow)

    def _follow(self, step: Step, arrangement: Arrangement, _input: str) -> Silence:
        self._step, self._clock = step, Silence(step, arrangement)
        return self._clock

    def look_up(self) -> tuple[str, int]:
        """Name and rate (Hz)."""
        return self.name, self.sample_rate

    def suggest_blocksize(self, _samples: int | None) -> bool:
        """It keeps its own."""
        return False

    @property
    def blocksize(self) -> int:
        """Samples."""
        return BLOCK

    def _blocks(self) -> Iterator[Floats]:
        hiss = np.random.default_rng(1)  # else the microphone would seem to be muted
        begun, phase, loud, number = time.monotonic(), 0.0, 0.0, 0
        while True:
            midi = self._midi(begun + number * BLOCK / RATE)
            hz = 440.0 * 2 ** ((midi - 69) / 12) if not math.isnan(midi) else 220.0
            wanted = 0.0 if math.isnan(midi) else 0.12
            turns = phase + np.arange(BLOCK) * math.tau * hz / RATE
            envelope = np.linspace(loud, wanted, BLOCK)
            voice = sum(share * np.sin(place * turns) for place, share in enumerate(HARMONICS, 1))
            yield (envelope * voice + HISS * hiss.standard_normal(BLOCK)).astype(np.float32)
            phase, loud, number = (turns[-1] + math.tau * hz / RATE) % math.tau, wanted, number + 1

    def _midi(self, instant: float) -> float:
        """What is sung at a monotonic instant; NaN for silence."""
        clock, step = self._clock, self._step
        second = clock.position_at(instant) if clock is not None else math.nan
        if step is None or math.isnan(second):
            return math.nan
        for place, note in enumerate(step.target.notes):
            start = note.start + LATE.get(place, 0.0)
            if note.pitched and start <= second < note.end - 0.03:
                scoop = -0.7 * math.exp(-(second - start) / 0.05)
                swing = 0.28 * math.sin(math.tau * 5.6 * second) if second - start > 0.5 else 0.0
                return note.midi_at(second) + FLAT.get(place, 0.02) + scoop + swing
        return math.nan
