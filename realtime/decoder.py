"""From salience to frames: pitches with voicing, and the levels that waited for them."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..model.config import N_BINS, N_MELS
from ..model.decode import decode, run_lengths
from ..model.mel import HOP, SAMPLE_RATE, WINDOW
from ..model.refine import Refiner, around
from ..model.registry import Model
from .chunker import Chunk
from .frame import PitchFrame, Settings

FRAME_SECONDS = HOP / SAMPLE_RATE

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Thresholds:
    """Voicing with hysteresis and hold: the user's values where given, else the checkpoint's."""

    threshold: float
    release: float
    hold: int
    floor: float
    again: float

    @classmethod
    def of(cls, model: Model, settings: Settings) -> Thresholds:
        """A threshold of the user's own brings its own release, in the checkpoint's proportion."""
        shipped = model.checkpoint
        threshold = shipped.threshold if settings.threshold is None else settings.threshold
        proportion = shipped.release / shipped.threshold if shipped.threshold else 1.0
        release = threshold * proportion if settings.release is None else settings.release
        return cls(threshold, min(release, threshold), shipped.hold, shipped.floor, shipped.again)

    def run_lengths(self, confidence: Floats, before: int = 0) -> NDArray[np.int64]:
        """For how many frames each has been voiced, at most 0 where it is not: the one rule of files and streams."""
        return run_lengths(confidence, self.threshold, self.release, self.hold, self.floor, self.again, before)


def refiner_of(model: Model, settings: Settings) -> Refiner | None:
    """What refines the pitches of a stream of this model, where its checkpoint and `settings` ask for it."""
    return Refiner() if model.checkpoint.refine and settings.refine else None


class Decoder:
    """Makes the frames of one stream of a model, in order; `settled` is what they will say of themselves."""

    def __init__(self, model: Model, settings: Settings, settled: bool = True) -> None:
        self._thresholds, self._settled = Thresholds.of(model, settings), settled
        self._refiner, self._ahead = refiner_of(model, settings), model.checkpoint.config.lookahead
        self.gate = settings.gate
        """dBFS below which a frame is unvoiced; of the frames still to be given."""
        self.reset()

    def reset(self) -> None:
        """Forgets the stream."""
        self._waiting: deque[tuple[int, float]] = deque()  # (frame, level) whose salience is still to come
        self._sounds: deque[Floats] = deque()  # round each of them, where they are refined
        self._begin()

    def _begin(self) -> None:
        self._run_length = 0  # of the last frame given out
        if self._refiner:
            self._refiner.reset()

    def warm_up(self) -> None:
        """Runs everything once; leaves no trace."""
        mel, windows = (np.zeros((1, width), np.float32) for width in (N_MELS, WINDOW))
        self.hear(Chunk(0, mel, np.zeros(1, np.float32), windows))
        self.frames(np.zeros((1, N_BINS), np.float32))
        self.reset()

    def hear(self, chunk: Chunk) -> None:
        """Notes frames whose salience will come."""
        self._waiting.extend((chunk.start + i, float(value)) for i, value in enumerate(chunk.level))
        if self._refiner:
            self._sounds.extend(around(chunk.windows, self._ahead))

    def leap(self, n: int) -> None:
        """There will be no salience of the next `n` frames; the voicing after them begins afresh."""
        for _ in range(n):
            self._waiting.popleft()
            if self._refiner:
                self._sounds.popleft()
        self._begin()

    def frames(self, salience: Floats) -> list[PitchFrame]:
        """The next frames: salience (n, 360), n at least 1."""
        candidate, confidence = decode(salience)
        if self._refiner:
            sounds = np.stack([self._sounds.popleft() for _ in range(len(salience))])
            candidate = self._refiner.refine(candidate, confidence, sounds)
        lengths = self._thresholds.run_lengths(confidence, self._run_length)
        self._run_length = int(lengths[-1])
        return [
            self._frame(*self._waiting.popleft(), float(candidate[i]), float(confidence[i]), bool(lengths[i] > 0))
            for i in range(len(salience))
        ]

    def _frame(self, index: int, level: float, candidate: float, confidence: float, heard: bool) -> PitchFrame:
        voiced = heard and level >= self.gate
        return PitchFrame(
            time=index * FRAME_SECONDS,
            f0=candidate if voiced else math.nan,
            confidence=confidence,
            level=level,
            candidate=candidate,
            settled=self._settled,
        )
