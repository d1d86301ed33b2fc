"""A source, a model and the one worker thread between them: `with Session(Microphone()) as session: ...`."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.device import VARIABLE, choose_backend
from .fetching import Fetching, usable
from .frame import PitchFrame, Settings, StreamStats
from .models import Models, TrackerFactory
from .recording.takes import Recording
from .roles import Output, Source, Tracker
from .sending import Senders, Sending
from .worker import Worker

if TYPE_CHECKING:
    from ..model.registry import Model

GLANCE = 0.25  # s between looks at whether a worker that shall end hangs


def stream_tracker(model: Model, sample_rate: int, settings: Settings, settle: Model | None = None) -> Tracker:
    """Make the tracker that a session uses unless told otherwise; called on the worker's thread."""
    if os.environ.get(VARIABLE):
        choose_backend()
    if settle is not None:
        from .settling import SettlingTracker

        return SettlingTracker(model, settle, sample_rate, settings, time.monotonic)
    from .tracker import StreamTracker

    return StreamTracker(model, sample_rate, settings, time.monotonic)


class Session(Fetching):
    """Runs a source through a model. It runs once; to run again, make a new one of the same source.

    With `settle` every frame comes twice: at once, `settled=False`, and again from the model named there, which is
    windowed and runs only while nothing else is to be done. The instant frames come in order of time and so do the
    settled ones, each after its instant one; some frames are never settled, see `stats.unsettled`.

    Threads: the caller's, which starts, stops and fetches; the worker's (`realtime/worker.py`), which owns
    source, model and tracker; the source's own, which only fills the ring. Every method may be called from
    any thread.
    """

    def __init__(
        self,
        source: Source,
        model: Model | str | Path = "stream",
        settings: Settings | None = None,
        *,
        settle: Model | str | Path | None = None,
        outputs: Sequence[Output] = (),
        tracker_factory: TrackerFactory = stream_tracker,
        clock: Callable[[], float] = time.monotonic,
        since: float | None = None,
    ) -> None:
        """Prepare; nothing is opened or loaded yet. A model's name or path is loaded by the worker.

        settle: a windowed model, such as "rmvpe-small"; left out of account where `model` is windowed itself.
        outputs: where frames are sent beside, from the start; see `send`.
        since: the instant by `clock` of second 0, where it goes on with a session that broke off: a source that cannot
        be opened is then waited for, as one is that was lost.
        tracker_factory, clock: what tracks and what tells the seconds, in place of the usual ones.
        """
        super().__init__()
        self.source = usable(source)
        self._senders, self._outputs = Senders(self._outlet), tuple(outputs)
        models = Models(model, settle, tracker_factory)
        self._worker = Worker(source, models, settings or Settings(), self._outlet, clock, since)
        self._opened = self._worker.opened
        # A daemon, so that a program which forgets `stop` can still end.
        self._thread = threading.Thread(target=self._worker.run, name="livepitch-worker", daemon=True)

    def _launch(self) -> bool:
        self._senders.send(self._outputs)
        return True

    def _end(self) -> None:
        self._worker.stop()
        if self._awaited():
            self._await_end()
        self._worker.recorder.close()  # the worker did, if it ever ran
        self._outlet.close()
        self._senders.wait()

    def _await_end(self) -> None:
        while self._thread.is_alive():
            self._thread.join(GLANCE)
            if self._thread.is_alive() and self.hanging:
                self._worker.abandon()
                return

    @property
    def hanging(self) -> bool:
        """Whether the worker does not come back from what it does: its model, or the source's driver."""
        return self._worker.watch.overdue

    def abandon(self) -> None:
        """Be done with a worker that hangs: what was heard until now goes on record; its thread is left to itself."""
        self._worker.abandon()

    def painted(self, frames: Sequence[PitchFrame], instant: float) -> None:
        """Tell that these frames were on screen at a `time.monotonic` instant, for `stats`; one thread only does."""
        self._worker.painted(frames, instant)

    def adjust(self, *, gate: float | None = None, gain: float | None = None) -> None:
        """From the next hop on, count what is below `gate` (dBFS) as unvoiced, hear everything with `gain` (dB) more.

        None leaves it as it is. ValueError as in `Settings`.
        """
        self._worker.adjust(gate, gain)

    def send(self, outputs: Sequence[Output]) -> None:
        """From now on send every frame to these outputs too; those no longer named are closed.

        They never delay the pitch: each has a thread of its own and loses the oldest frames where it is too slow. One
        that fails is opened again once a second; `sending` tells.
        """
        with self._starting:
            self._outputs = tuple(outputs)
            begun = self._thread.ident is not None
        if begun:
            self._senders.send(self._outputs)

    @property
    def sending(self) -> tuple[Sending, ...]:
        """How it goes with each output, in the order in which they were named."""
        return self._senders.sending

    def record(self, take: str | Path) -> None:
        """Begin to record sound and pitch into the files of a take (`take_files`), from the next 10 ms on.

        Returns at once; `recording` says how it goes. A file that is there already is never touched: that is an error
        of the recording, as is a full disk, and the stream goes on. One that is under way is completed first. The
        files grow as the sound comes: should the process be killed, they hold all but about the last half second.
        """
        self._worker.recorder.record(Path(take))

    def end_recording(self) -> None:
        """End the recording that is under way, if any; returns at once.

        Its files are complete when `recording.running` is False: as soon as its last sound has its pitch, or was
        settled, where something settles; two seconds later at most.
        """
        self._worker.recorder.end()

    @property
    def recording(self) -> Recording | None:
        """The recording under way, or the last one; None before any."""
        return self._worker.recorder.recording

    @property
    def error(self) -> Exception | None:
        """What ended the worker, if anything did."""
        return self._worker.error

    @property
    def message(self) -> str | None:
        """One sentence for the user, if there is something to say now."""
        if self.error is not None:
            return str(self.error)
        return f"{self.source.name}: livepitch hangs" if self.hanging else self._worker.message

    @property
    def stats(self) -> StreamStats:
        """The counters since the start."""
        return self._worker.stats()

    @property
    def model(self) -> Model | str | Path:
        """The model; its name or path until it is loaded."""
        return self._worker.models.model

    @property
    def settle(self) -> Model | str | Path | None:
        """The model that settles, its name or path until it is loaded; None if none does."""
        return self._worker.models.settle

    @property
    def sample_rate(self) -> int:
        """Of the source, Hz; 0 until it is open."""
        return self.source.sample_rate

    @property
    def latency(self) -> float:
        """Seconds from a frame's centre to the last sample that it needs; NaN until the model is loaded."""
        return self._worker.latency
