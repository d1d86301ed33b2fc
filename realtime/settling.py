"""Instant, then settled: a causal model gives every frame at once, a windowed one the same frame again, better, later.

Both hear the same log-mel, on one thread; where their mel windows reach differently far ahead, one of its own each. The
windowed network runs in slices of a few milliseconds, and who owns the thread says when: it asks `Settler.expected` how
long the next slice takes and calls `work` if that is free. So the instant frames wait for nothing but, now and then,
the rest of a slice that took longer than usual.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..model.config import N_MELS
from ..model.mel import SAMPLE_RATE, WINDOW
from ..model.registry import Model
from .chunker import Chunk, Chunker
from .decoder import FRAME_SECONDS, Decoder
from .frame import PitchFrame, Settings
from .layout import SETTLED, Layout
from .roles import Clock, Marks
from .tracker import StreamTracker, check, no_clock

if TYPE_CHECKING:
    from .windowed import WindowedStream

LATE_START = 2  # hops that may wait when a window begins; if more do, the newest is taken
ABANDONED = 4  # hops that may wait while a window is under way; if more do, it is given up
REMEMBERED = 16  # runs of a slice whose second longest is what it is expected to take: one hiccup counts for nothing
REFUSALS = 8  # of a slice in a row for which it forgets its longest run: it may have been a bad moment
REHEARSALS = 3  # of every window, before a stream begins

Floats = NDArray[np.float32]
Run = Generator[str, None, Floats]


class Settler:
    """The windowed half: hears log-mel, works when told to, gives settled frames in order.

    Args:
        model: a windowed one; its own thresholds decide the voicing.
        settings: of the session; what was chosen for the causal model is left out, the gate holds.
        clock: by which the slices are timed.
        layout: of the windows.
    """

    def __init__(self, model: Model, settings: Settings, clock: Clock = no_clock, layout: Layout = SETTLED) -> None:
        self.model, self.layout = model, layout
        self._clock = clock
        self._decoder = Decoder(model, settings.for_another_model())
        self._stream = _stream(model, layout)
        self._durations: dict[tuple[int, str], deque[float]] = {}
        self._unsettled = 0
        self.reset()

    def reset(self) -> None:
        """Forgets the stream, and counts what it leaves unsettled."""
        self._unsettled += self._stream.waiting
        self._stream.reset()
        self._decoder.reset()
        self._run: Run | None = None
        self._refused = 0  # times in a row
        self._slice = (0, "")  # frames of the window and name of the slice that comes next
        self.begun = math.nan
        """When the window was begun that gave the last frames; NaN without a clock."""
        self.marks = Marks()
        """Of the last frames."""

    @property
    def lookahead(self) -> float:
        """Seconds to the right of a window's last frame that it waits for, beside the mel's own."""
        return self.layout.lookahead * FRAME_SECONDS

    @property
    def expected(self) -> float | None:
        """Seconds that the next slice is expected to take; None if nothing waits for work."""
        if self._run is None and not self._begin():
            return None
        taken = self._durations.get(self._slice)
        return _expected(taken) if taken else 0.0

    def hear(self, chunk: Chunk) -> None:
        """Takes frames and computes nothing."""
        self._stream.hear(chunk.mel)
        self._decoder.hear(chunk)

    def set_gate(self, gate: float) -> None:
        """From the next frame on, frames of a level below `gate` (dBFS) are unvoiced."""
        self._decoder.gate = gate

    def keep_up(self) -> None:
        """Where too many hops wait, leaves out all but the newest; to be called now and then where sound is live."""
        hops = self._stream.hops
        if hops > (LATE_START if self._run is None else ABANDONED):
            self._leap(hops - 1)

    def refuse(self) -> None:
        """There was no time for the next slice; if that goes on, it gets a better chance."""
        self._refused += 1
        taken = self._durations.get(self._slice)
        if taken and self._refused % REFUSALS == 0 and len(taken) > 1:
            taken.remove(max(taken))

    def work(self) -> list[PitchFrame]:
        """Runs one slice of the window that is under way; the frames of the hop if it was the last."""
        if self._run is None and not self._begin():
            return []
        assert self._run is not None
        self._refused = 0
        started = self._clock()
        try:
            name = next(self._run)
        except StopIteration as done:
            self._note(started)
            return self._frames(done.value)
        self._note(started)
        self._slice = (self._slice[0], name)
        return []

    def finish(self) -> list[PitchFrame]:
        """All frames that still wait, now that no sound will come. Call `reset` before hearing again."""
        frames: list[PitchFrame] = []
        while self.expected is not None:
            frames += self.work()
        if self._stream.waiting:
            self._start(self._stream.slices(end=True))
            while self._run is not None:
                frames += self.work()
        return frames

    def warm_up(self) -> None:
        """Runs windows of every length a few times, so that every slice's time is known; resets the stream."""
        hop, size = self.layout.hop, self.layout.longest + self.layout.hop
        mel, windows = (np.zeros((hop, width), np.float32) for width in (N_MELS, WINDOW))
        silence = Chunk(0, mel, np.zeros(hop, np.float32), windows)
        for _ in range(REHEARSALS):
            for _ in range(0, size, hop):
                self.hear(silence)
                while self.expected is not None:
                    self.work()
            self.reset()
        self._unsettled = 0

    def take_unsettled(self) -> int:
        """How many frames were left out since this was last asked."""
        n, self._unsettled = self._unsettled, 0
        return n

    def _begin(self) -> bool:
        """Begins the next window, if there is one."""
        if not self._stream.hops:
            return False
        self._start(self._stream.slices())
        return True

    def _start(self, run: Run) -> None:
        self._begun = self._clock()
        self._run, self._slice = run, (self._stream.window, next(run))

    def _leap(self, hops: int) -> None:
        """Goes on `hops` later; what is under way is given up."""
        self._run = None
        n = self._stream.leap(hops)
        self._unsettled += n
        self._decoder.leap(n)

    def _note(self, started: float) -> None:
        seconds = self._clock() - started
        if not math.isnan(seconds):
            self._durations.setdefault(self._slice, deque(maxlen=REMEMBERED)).append(seconds)

    def _frames(self, salience: Floats) -> list[PitchFrame]:
        self._run = None
        inferred = self._clock()
        check(salience)
        frames = self._decoder.frames(salience)
        self.begun, self.marks = self._begun, Marks(inferred=inferred, decoded=self._clock())
        return frames


class SettlingTracker(StreamTracker):
    """A `StreamTracker` whose frames are instant, `settled=False`, with a `settler` for who has time to spare.

    The settler's frames come from its `work` and `finish`; after `flush` that is all the rest of them.

    Args:
        model: causal.
        settled: windowed.
        sample_rate: of the blocks, Hz.
        settings: thresholds and hop of `model`, and the gate of both.
        clock: for the times of both.
    """

    _settled = False

    def __init__(
        self,
        model: Model,
        settled: Model,
        sample_rate: int = SAMPLE_RATE,
        settings: Settings | None = None,
        clock: Clock = no_clock,
    ) -> None:
        if not model.causal or settled.causal:
            raise ValueError(f"{settled.name} cannot settle {model.name}: that takes a windowed and a causal model")
        self.settler = Settler(settled, settings or Settings(), clock)
        super().__init__(model, sample_rate, settings, clock)

    def reset(self) -> None:
        """Starts a new stream for both; time begins at 0 again."""
        ahead, settled = (model.checkpoint.config.lookahead for model in (self.model, self.settler.model))
        self._later = None if settled == ahead else Chunker(self.sample_rate, settled)
        super().reset()

    @property
    def settled_latency(self) -> float:
        """Seconds from the centre of a window's last settled frame to the last sample that all of them may need."""
        return (self._later or self._chunker).latency + self.settler.lookahead

    def warm_up(self) -> None:
        """Runs both models for nothing, so that no frame is slow; resets the stream."""
        self.settler.warm_up()
        super().warm_up()
        self.settler.take_unsettled()

    def set_gate(self, gate: float) -> None:
        """For the frames of both."""
        super().set_gate(gate)
        self.settler.set_gate(gate)

    def skip(self, n: int) -> None:
        """`n` samples at `sample_rate` were lost, to both."""
        if self._later:
            self._later.skip(n)
        super().skip(n)

    def _restart(self) -> None:
        super()._restart()
        self.settler.reset()

    def _hear(self, samples: Floats) -> Chunk:
        chunk = super()._hear(samples)
        self.settler.hear(self._later.push(samples) if self._later else chunk)
        return chunk

    def _hear_rest(self) -> Chunk:
        chunk = super()._hear_rest()
        self.settler.hear(self._later.flush() if self._later else chunk)
        return chunk


def _expected(taken: deque[float]) -> float:
    return sorted(taken)[-2] if len(taken) > 2 else max(taken)


def _stream(model: Model, layout: Layout) -> WindowedStream:
    # MLX is loaded here, on the thread that runs it, and not when this module is imported.
    from ..model.rmvpe import RmvpeNetwork
    from .windowed import WindowedStream

    network = model.network()
    if not isinstance(network, RmvpeNetwork):
        raise ValueError(f"{model.name} is causal: it gives every frame once, there is nothing to settle")
    return WindowedStream(network, layout)
