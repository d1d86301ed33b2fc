"""Samples in, pitch frames out: the one synchronous object that live, files, benchmarks and tests all run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..model.mel import SAMPLE_RATE
from ..model.registry import Model, loaded
from .chunker import Chunk, Chunker, mono_samples
from .decoder import FRAME_SECONDS, Decoder
from .frame import PitchFrame, Settings
from .layout import Layout
from .roles import Clock, Marks

if TYPE_CHECKING:
    from .exact import ExactStream
    from .windowed import WindowedStream

LOUDEST = 1e4  # 80 dB above full scale; larger samples, from a broken driver, would become infinite when squared

Floats = NDArray[np.float32]


def no_clock() -> float:
    """The clock of whoever does not want to know the time."""
    return math.nan


class StreamTracker:
    """Tracks the pitch of a stream of audio blocks. No thread, no device.

    Args:
        model: weights; several trackers may share them.
        sample_rate: of the blocks, Hz.
        settings: thresholds, hop and, for windowed models, context and lookahead.
        clock: for `marks`, which say when a push came how far; what is given out does not depend on it.
    """

    _settled = True  # what its frames say of themselves

    def __init__(
        self,
        model: Model,
        sample_rate: int = SAMPLE_RATE,
        settings: Settings | None = None,
        clock: Clock = no_clock,
    ) -> None:
        self.model, self.sample_rate = loaded(model), sample_rate
        self.settings = settings or Settings()
        self._clock = clock
        self.marks = Marks()
        """Instants of the last push or flush."""
        self._decoder = Decoder(model, self.settings, self._settled)
        self._stream = _stream(model, self.settings)
        self.reset()

    def reset(self) -> None:
        """Starts a new stream; time begins at 0 again."""
        self._chunker = Chunker(self.sample_rate, self.model.checkpoint.config.lookahead)
        self._restart()

    def _restart(self) -> None:
        self._stream.reset()
        self._decoder.reset()

    @property
    def latency(self) -> float:
        """Algorithmic latency: seconds from a frame's centre to the last sample that it may need."""
        return self._chunker.latency + self._stream.lookahead * FRAME_SECONDS

    @property
    def hop_seconds(self) -> float:
        """Seconds of sound between two runs of the network."""
        return self._stream.hop * FRAME_SECONDS

    def push(self, block: Floats) -> list[PitchFrame]:
        """Takes float32 (n,) mono samples at `sample_rate`; returns the frames that are now known, in order.

        Raises:
            ValueError: a block that is not one-dimensional, or of whole numbers.
            FloatingPointError: the network gives no numbers; what it remembers is not to be used any more.
        """
        samples = mono_samples(block, "a block")
        if len(samples) and not np.abs(samples).max() <= LOUDEST:  # NaN, too
            samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0).clip(-LOUDEST, LOUDEST)
        chunk = self._hear(samples)
        heard = self._clock()
        return self._frames(chunk, self._stream.push(chunk.mel), heard)

    def flush(self) -> list[PitchFrame]:
        """Ends the stream: the frames that still waited for audio. Call `reset` before pushing again."""
        chunk = self._hear_rest()
        heard = self._clock()
        return self._frames(chunk, np.concatenate((self._stream.push(chunk.mel), self._stream.flush())), heard)

    def set_gate(self, gate: float) -> None:
        """From the next frame on, frames of a level below `gate` (dBFS) are unvoiced."""
        self._decoder.gate = gate

    def skip(self, n: int) -> None:
        """`n` samples at `sample_rate` were lost: time goes on, everything else starts afresh."""
        self._chunker.skip(n)
        self._restart()

    def warm_up(self) -> None:
        """Runs everything once, so that the first real frame is not slow; resets the stream."""
        self._stream.warm_up()
        self.push(np.zeros(self.sample_rate // 5, np.float32))  # loads the mel bands' library, too
        self._decoder.warm_up()
        self.reset()

    def _hear(self, samples: Floats) -> Chunk:
        return self._chunker.push(samples)

    def _hear_rest(self) -> Chunk:
        return self._chunker.flush()

    def _frames(self, chunk: Chunk, salience: Floats, heard: float) -> list[PitchFrame]:
        inferred = self._clock()
        self._decoder.hear(chunk)
        if not len(salience):
            self.marks = Marks(heard, inferred, inferred)
            return []
        check(salience)
        frames = self._decoder.frames(salience)
        self.marks = Marks(heard, inferred, self._clock())
        return frames


def check(salience: Floats) -> None:
    """FloatingPointError unless these are numbers: what a network remembers is then none either, for ever."""
    if not np.isfinite(salience).all():
        raise FloatingPointError("the network gives no numbers")


def _stream(model: Model, settings: Settings) -> ExactStream | WindowedStream:
    network = model.network()
    # MLX is loaded here, on the thread that runs it, and not when this module is imported.
    from ..model.causal import CausalNetwork
    from .exact import ExactStream
    from .windowed import WindowedStream

    if isinstance(network, CausalNetwork):
        return ExactStream(network, settings.hop or 1)
    return WindowedStream(network, Layout.of(settings))
