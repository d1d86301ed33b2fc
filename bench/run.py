"""One measured run: a session whose frames are counted on their way to whoever fetches them.

Threads: the session's own, and one that fetches frames and tells what was painted, the caller of `run` or the window's.
The figures belong to that one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..model.device import choose_backend
from ..model.errors import LivepitchError
from ..model.registry import Model
from ..realtime.counters import HOP
from ..realtime.engine.remote import RemoteSession
from ..realtime.frame import PitchFrame, Settings, StreamStats
from ..realtime.layout import Layout
from ..realtime.models import TrackerFactory
from ..realtime.recording.takes import Recording
from ..realtime.roles import Output, Source, Tracker
from ..realtime.sending import Sending
from ..realtime.session import Session, stream_tracker
from ..realtime.tuned import Tuned
from .load import Load
from .tally import Tally
from .trace import Trace

WARM_UP = 1.0  # s of sound that do not count: caches fill, the window opens, a sound server settles
POLL = 0.05  # s between fetches: fewer wake-ups than a wait for every frame, and no delay is measured after the outlet
LOOK = 1.0  # s between looks at the memory
LOSSES = ("xruns", "dropped", "skipped", "restarts")
SILENCE = 20.0  # s without a frame, once the model is ready, after which a run is given up


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    source: Source
    model: Model
    seconds: float
    """Of sound, after the warm-up."""
    settings: Settings = field(default_factory=Settings)
    backend: str | None = None
    """ "cpu" or "gpu"; None for what MLX takes by itself."""
    blocksize: int | None = None
    """Of the source, samples; None for a device's own choice. For the record only."""
    tuned: Tuned | None = None
    """What of the above `livepitch tune` found."""
    factory: TrackerFactory = stream_tracker


class MeasuredSession:
    """A session that counts its own frames and paints, from the end of the warm-up to `plan.seconds` later.

    Whatever shows a `Session` can show it. With `remote` its engine has a process of its own, as beside a live window.
    """

    def __init__(self, plan: Plan, trace: Trace | None = None, remote: bool = False) -> None:
        self.plan, self.tuned = plan, plan.tuned
        self.hop = frames_per_run(plan)
        self.tally = Tally(WARM_UP, WARM_UP + plan.seconds)
        self.tally.hop_seconds = self.hop * HOP
        self.load: Load | None = None
        """None until the warm-up is over."""
        self.failure: Exception | None = None
        """What kept it from starting."""
        self._trace, self._before = trace, StreamStats()
        self._latest = -math.inf  # time of the newest frame fetched, s of the stream
        self._fetched = math.inf  # instant of the last fetch that brought frames
        self._looked = -math.inf  # instant of the last look at the load
        self._remote = RemoteSession(plan.source, plan.model, plan.settings) if remote else None
        self.inner: Session | RemoteSession = self._remote or Session(
            plan.source, plan.model, plan.settings, tracker_factory=self._tracker
        )

    def _tracker(self, model: Any, sample_rate: int, settings: Settings) -> Tracker:
        """Called on the worker's thread: MLX's choice of a device may be each thread's own."""
        choose_backend(self.plan.backend)
        return self.plan.factory(model, sample_rate, settings)

    def start(self) -> None:
        """As of any session; a failure is kept, too."""
        try:
            self.inner.start()
        except Exception as error:
            self.failure = error
            raise

    def stop(self) -> None:
        """As of any session."""
        self.inner.stop()

    def __enter__(self) -> MeasuredSession:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def frames(self, limit: int | None = None) -> list[PitchFrame]:
        """As of any session; they are counted on the way."""
        warm = self.load is not None
        if not warm:
            before = self.stats
        frames = self.inner.frames(limit)
        self._note_arrival(frames)
        counted = self.tally.select(frames)
        if counted and not warm:
            # The counters of the fetch before: nothing lost since the first frame that counts is missed.
            self._before, self.load = before, Load(self._remote.pid if self._remote else None)
        self.tally.add(counted)
        if self._trace is not None:
            self._trace.add(counted)
        return frames

    def painted(self, frames: Sequence[PitchFrame], instant: float) -> None:
        """As of any session; they are counted on the way."""
        self.inner.painted(frames, instant)
        counted = self.tally.select(frames)
        self.tally.add_painted(counted, instant)
        if self._trace is not None:
            self._trace.add_painted(counted, instant)

    def _note_arrival(self, frames: Sequence[PitchFrame]) -> None:
        now = time.monotonic()
        if frames:
            self._latest, self._fetched = frames[-1].time, now
        elif math.isinf(self._fetched) and not math.isnan(self.latency):
            self._fetched = now  # the model is ready: from now on silence counts
        if self.load is not None and now - self._looked >= LOOK:
            self._looked = now
            self.load.look()

    @property
    def finished(self) -> bool:
        """Whether every frame that counts was fetched."""
        return self._latest >= self.tally.end

    @property
    def silent(self) -> bool:
        """Whether no frame has come for so long that none will."""
        return time.monotonic() - self._fetched > SILENCE

    @property
    def progress(self) -> float:
        """How much is done, 0..1."""
        return min(max(self._latest / self.tally.end, 0.0), 1.0)

    def losses(self) -> dict[str, int]:
        """What the session itself has counted since the end of the warm-up: `LOSSES`."""
        now, before = self.stats, self._before
        return {name: getattr(now, name) - getattr(before, name) for name in LOSSES}

    # As of any session:

    @property
    def source(self) -> Source:
        """What is listened to."""
        return self.inner.source

    @property
    def running(self) -> bool:
        """Whether more frames may come."""
        return self.inner.running

    @property
    def error(self) -> Exception | None:
        """What ended it, if anything did."""
        return self.inner.error

    @property
    def message(self) -> str | None:
        """One sentence for the user, if there is something to say now."""
        return self.inner.message

    @property
    def stats(self) -> StreamStats:
        """The counters since the start, warm-up included."""
        return self.inner.stats

    @property
    def settle(self) -> Model | str | Path | None:
        """None: nothing is settled."""
        return self.inner.settle

    @property
    def sample_rate(self) -> int:
        """Of the source, Hz; 0 until it is open."""
        return self.inner.sample_rate

    @property
    def latency(self) -> float:
        """Algorithmic latency in seconds; NaN until the model is loaded."""
        return self.inner.latency

    def adjust(self, *, gate: float | None = None, gain: float | None = None) -> None:
        """Another gate (dBFS), another gain (dB), from now on."""
        self.inner.adjust(gate=gate, gain=gain)

    def record(self, take: Path) -> None:
        """Begin to record."""
        self.inner.record(take)

    def end_recording(self) -> None:
        """End the recording, if there is one."""
        self.inner.end_recording()

    @property
    def recording(self) -> Recording | None:
        """The recording under way, or the last one."""
        return self.inner.recording

    def send(self, outputs: Sequence[Output]) -> None:
        """From now on send every frame to these outputs, too."""
        self.inner.send(outputs)

    @property
    def sending(self) -> tuple[Sending, ...]:
        """How it goes with each output."""
        return self.inner.sending


def frames_per_run(plan: Plan) -> int:
    """Frames that each run of the network gives."""
    return (plan.settings.hop or 1) if plan.model.causal else Layout.of(plan.settings).hop


def run(session: MeasuredSession, progress: Callable[[float], None] | None = None) -> bool:
    """Run a session to its end without a window; False where it was interrupted or its source ended before.

    Raises what ended the worker, and LivepitchError where nothing arrives.
    """
    with suppress(KeyboardInterrupt), session:
        while not session.finished:
            time.sleep(POLL)
            ended = not session.running  # asked first, since a last frame may come in between
            if not session.frames() and ended:
                break
            if session.silent:
                raise no_frames(session)
            if progress is not None:
                progress(session.progress)
    session.stop()
    return session.finished


def no_frames(session: MeasuredSession) -> LivepitchError:
    """Say that nothing comes, and why if the session knows."""
    reason = session.message or "check that it is not muted or in use"
    return LivepitchError(f"{session.source.name}: no pitch came for {SILENCE:.0f} s; {reason}")
