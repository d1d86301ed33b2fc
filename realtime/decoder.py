"""From salience to frames: pitches with voicing, and the levels that waited for them."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..model.config import N_BINS
from ..model.decode import decode, run_lengths
from ..model.mel import HOP, SAMPLE_RATE
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

    @classmethod
    def of(cls, model: Model, settings: Settings) -> Thresholds:
        """A threshold of the user's own brings its own release, in the checkpoint's proportion."""
        shipped = model.checkpoint
        threshold = shipped.threshold if settings.threshold is None else settings.threshold
        proportion = shipped.release / shipped.threshold if shipped.threshold else 1.0
        release = threshold * proportion if settings.release is None else settings.release
        return cls(threshold, min(release, threshold), shipped.hold, shipped.floor)

    def run_lengths(self, confidence: Floats, before: int = 0) -> NDArray[np.int64]:
        """For how many frames each has been voiced, 0 where it is not: the one rule of files and streams."""
        return run_lengths(confidence, self.threshold, self.release, self.hold, self.floor, before)


class Decoder:
    """Makes the frames of one stream, in order; `settled` is what they will say of themselves."""

    def __init__(self, thresholds: Thresholds, gate: float, settled: bool = True) -> None:
        self._thresholds, self._settled = thresholds, settled
        self.gate = gate
        """dBFS below which a frame is unvoiced; of the frames still to be given."""
        self.reset()

    def reset(self) -> None:
        """Forgets the stream."""
        self._waiting: deque[tuple[int, float]] = deque()  # (frame, level) whose salience is still to come
        self._run_length = 0  # of the last frame given out

    def warm_up(self) -> None:
        """Runs everything once; leaves no trace."""
        self._thresholds.run_lengths(decode(np.zeros((1, N_BINS), np.float32)).confidence)

    def hear(self, chunk: Chunk) -> None:
        """Notes frames whose salience will come."""
        self._waiting.extend((chunk.start + i, float(value)) for i, value in enumerate(chunk.level))

    def leap(self, n: int) -> None:
        """There will be no salience of the next `n` frames; the voicing after them begins afresh."""
        for _ in range(n):
            self._waiting.popleft()
        self._run_length = 0

    def frames(self, salience: Floats) -> list[PitchFrame]:
        """The next frames: salience (n, 360), n at least 1."""
        candidate, confidence = decode(salience)
        lengths = self._thresholds.run_lengths(confidence, self._run_length)
        self._run_length = int(lengths[-1])
        return [
            self._frame(*self._waiting.popleft(), float(candidate[i]), float(confidence[i]), bool(lengths[i]))
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
