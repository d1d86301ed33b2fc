"""A session whose engine runs in a process of its own, so that no drawing ever keeps it from the interpreter.

A paint holds Python's interpreter lock for milliseconds; the worker and PortAudio's callback of the same process wait
for it, and a frame that takes 4 ms alone takes 15 at times. Beside a window they get a process to themselves.
"""

from __future__ import annotations

import logging
import math
import pickle
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ...model.errors import LivepitchError
from ..counters import STAGES, WAYS, Counters, added
from ..fetching import Fetching
from ..frame import PitchFrame, Settings, StreamStats
from ..inlet import Inlet
from ..priority import claim
from ..recording.takes import Recording
from ..roles import Output, Source
from ..sending import Sending
from ..tuned import tuned
from ..watch import HangingError
from ..worker import NOTICE
from .asked import Asked
from .engines import GRACE, Engines
from .wire import Distant, EngineError, Kind, News, Order, Request, pack_outputs, unpack_frames

if TYPE_CHECKING:
    from ...model.registry import Model

log = logging.getLogger(__name__)

ATTEMPTS = 3  # engines that are started if none ever gives a frame
GLANCE = 0.25  # s between looks at whether an engine that was killed is gone


class RemoteSession(Fetching):
    """What a `Session` is, run in another process. It runs once; to run again, make a new one of the same source.

    Source and models travel as what they were made from: a device's name, a path. The given objects stay unopened
    here; `source` tells what the other process opened. A source that cannot be pickled, or a program that cannot start
    a Python, has its engine in this process, and `message` says so for a moment.

    An engine that dies, is killed or hangs once it had opened an `endless` source, a microphone, is started again, for
    as long as that takes. The session runs on: so does its time, what was ordered holds, a recording goes on in a take
    of its own (`next_part`), the counters add up, `generation` counts the engines and `message` tells of it.

    Threads: the caller's; "livepitch-engine-reader", which takes what the engine sends, sees it end and starts another.
    Every method may be called from any thread.
    """

    def __init__(
        self,
        source: Source,
        model: Model | str | Path = "stream",
        settings: Settings | None = None,
        *,
        settle: Model | str | Path | None = None,
        outputs: Sequence[Output] = (),
        backend: str | None = None,
    ) -> None:
        """Prepare; nothing is started, opened or loaded yet. The arguments are those of a `Session`.

        outputs: opened there. backend: where MLX runs there, "cpu" or "gpu"; None for what it takes by itself.
        """
        super().__init__()
        self.model = model
        self._error: Exception | None = None
        self._request = Request(source, model, settings or Settings(), settle, backend)
        self._settings = self._request.settings
        self._engines, self._asked = Engines(self._request), Asked()
        self._past = StreamStats()  # of the engines before the present one
        self._frames = 0  # that the present one gave
        self._since: float | None = None  # the instant of second 0, by the newest frame
        self._news = News(source.name, source.sample_rate, math.nan, settle is not None)
        self._source = Distant(source, lambda: self._news)
        self._notice = ("", -math.inf)
        self._drawn = Counters(Inlet(time.monotonic))  # of what happens here: `draw` and `sound_to_paint` alone
        self._thread = threading.Thread(target=self._read, name="livepitch-engine-reader", daemon=True)
        self._noting = threading.Lock()
        self._failure: Exception | None = None  # what the engine said it ended with
        self._outputs: bytes | None = None  # what it shall send to, pickled
        if outputs:
            self.send(outputs)

    def _launch(self) -> bool:
        if not self._engines.launch():
            return False
        if self._engines.reason is not None:
            self._say(f"the engine has no process of its own ({self._engines.reason}): drawing may delay it")
        return True

    def _end(self) -> None:
        """End the engine, kill it if it does not end by itself."""
        self._outlet.end()
        self._engines.stop()
        if self._awaited():
            self._thread.join(GRACE)
            while self._thread.is_alive():
                self._engines.kill()
                self._thread.join(GLANCE)

    def _read(self) -> None:
        claim()  # it works for microseconds, and frames should not lie in a socket meanwhile
        try:
            while self._lives_on(self._engines.listen(self._take)):
                pass
        except Exception as error:
            log.exception("the engine's reader failed")
            self._error = error
            self._engines.kill()
        self._engines.close()
        self._outlet.close()
        self._opened.set()

    def _lives_on(self, how: str | None) -> bool:
        """The engine ended, `how` if without a word: whether there is another one."""
        failure = self._failure if how is None else EngineError(f"the engine ended unexpectedly ({how}): start again")
        if failure is None or self._stopped:
            return False
        if not self._may_go_on(failure):
            log.error("%s", failure)
            self._error = failure
            return False
        self._fold(f"the engine failed ({failure})" if how is None else f"the engine ended unexpectedly ({how})")
        return self._engines.relaunch(self._anew)

    def _may_go_on(self, failure: Exception) -> bool:
        engine = self._engines.engine
        if not self._opened.is_set() or engine is None or engine.pid is None:
            return False
        if not getattr(self._request.source, "endless", False):
            return False
        if isinstance(failure, LivepitchError) and not isinstance(failure, (EngineError, HangingError)):
            return False  # the user can mend it, another engine cannot
        return self._since is not None or self._engines.generation + 1 < ATTEMPTS

    def _fold(self, what: str) -> None:
        """Note what the engine that is gone has done; the next one begins with nothing."""
        log.warning("%s; it is started again", what)
        self._asked.break_off()
        part = self._asked.going_on
        recorded = f"; the recording goes on as {part.name}" if part is not None else ""
        self._notice = (f"{what} and was started again{recorded}", math.inf)
        there = self._news.stats
        there = replace(there, frames=max(there.frames, self._frames), restarts=there.restarts + 1)
        self._frames, self._failure = 0, None
        with self._noting:
            self._past = added(self._past, there)
            self._news = replace(self._news, message=None, stats=StreamStats(), recording=None)

    def _anew(self) -> Request:
        """What the next engine shall run."""
        take = self._asked.going_on
        orders: tuple[Order, ...] = ((Kind.RECORD, pickle.dumps(take)),) if take is not None else ()
        if self._outputs is not None:
            orders = (*orders, (Kind.SEND, self._outputs))
        since = self._since if self._since is not None else time.monotonic()
        return replace(self._request, settings=self._settings, orders=orders, since=since)

    def _take(self, kind: Kind, data: bytes) -> bool:
        """Take a message; whether it was the last."""
        if kind is Kind.FRAMES:
            self._take_frames(unpack_frames(data))
        elif kind is Kind.NEWS:
            news: News = pickle.loads(data)
            self._asked.tell(news.recording)
            self._news = news
        elif kind is Kind.OPENED:
            self._opened.set()
            if self._engines.generation:
                self._say(self._notice[0])
        elif kind is Kind.END:
            self._failure = pickle.loads(data)
        return kind is Kind.END

    def _take_frames(self, frames: list[PitchFrame]) -> None:
        newest, settles = frames[-1], self._news.settles
        self._frames += sum(not (frame.settled and settles) for frame in frames)
        if not math.isnan(newest.captured):
            self._since = newest.captured - newest.time
        self._outlet.put(frames, wait=not self._request.source.live)

    def _say(self, sentence: str) -> None:
        self._notice = (sentence, time.monotonic() + NOTICE)

    def adjust(self, *, gate: float | None = None, gain: float | None = None) -> None:
        """As `Session.adjust`."""
        with self._noting:
            self._settings = self._settings.adjusted(gate, gain)  # a ValueError is raised here, not there
        self._engines.order(Kind.ADJUST, pickle.dumps((gate, gain)))

    def send(self, outputs: Sequence[Output]) -> None:
        """As `Session.send`; they are opened where the engine runs. ValueError for one that cannot be pickled."""
        self._outputs = pack_outputs(outputs)
        self._engines.order(Kind.SEND, self._outputs)

    @property
    def sending(self) -> tuple[Sending, ...]:
        """How it goes with each output, as of a quarter of a second ago."""
        return self._news.sending

    def record(self, take: str | Path) -> None:
        """As `Session.record`, into files as this process would name them."""
        take = Path(take).absolute()
        self._asked.record(take)
        self._engines.order(Kind.RECORD, pickle.dumps(take))

    def end_recording(self) -> None:
        """As `Session.end_recording`."""
        self._asked.rest()
        self._engines.order(Kind.REST)

    @property
    def recording(self) -> Recording | None:
        """The recording under way, or the last one, as of a quarter of a second ago; None before any.

        Where an engine failed it is the newest of its `parts`.
        """
        return self._asked.latest(over=self._opened.is_set() and not self.running)

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """All parts of it, in their order."""
        latest = self.recording
        return latest.parts if latest is not None else ()

    def painted(self, frames: Sequence[PitchFrame], instant: float) -> None:
        """Tell that these frames were on screen at a `time.monotonic` instant, for `stats`; one thread only does."""
        first = [frame for frame in frames if not frame.settled] if self._news.settles else frames
        self._drawn.add_painted(first, instant)

    @property
    def source(self) -> Source:
        """The source; its name and rate are those of what the engine has opened."""
        return cast(Source, self._source)

    @property
    def pid(self) -> int | None:
        """Of the engine's process; None while there is none, or it has none of its own."""
        engine = self._engines.engine
        return engine.pid if engine is not None else None

    @property
    def generation(self) -> int:
        """How many engines of this session have failed and were started again."""
        return self._engines.generation

    @property
    def error(self) -> Exception | None:
        """What ended the engine, if anything did."""
        return self._error

    @property
    def message(self) -> str | None:
        """One sentence for the user, if there is something to say now."""
        if self.error is not None:
            return str(self.error)
        sentence, until = self._notice
        if self._news.message is not None and math.isfinite(until) and self._engines.generation:
            return self._news.message  # how things stand now
        return sentence if time.monotonic() < until else self._news.message

    @property
    def stats(self) -> StreamStats:
        """The counters since the start; what the engine counts is a quarter of a second old, until it has ended."""
        with self._noting:
            there = added(self._past, self._news.stats)
        stages = {**there.stages, **self._drawn.stats(0).stages}
        ordered = {name: stages[name] for name in (*STAGES, *WAYS) if name in stages}
        return replace(there, unread=there.unread + self._outlet.unread, stages=ordered)

    @property
    def settle(self) -> Model | str | Path | None:
        """The model that settles, as it was given; None if none does."""
        return self._request.settle if self._news.settles else None

    @property
    def sample_rate(self) -> int:
        """Of the source, Hz; 0 until it is open."""
        return self._news.sample_rate

    @property
    def latency(self) -> float:
        """Seconds from a frame's centre to the last sample that it needs; NaN until the model is loaded."""
        return self._news.latency


def tuned_remote_session(
    source: Source, model: Model | str | Path = "stream", settings: Settings | None = None, **options: Any
) -> RemoteSession:
    """A remote session with these `options` that opens `source` with what `livepitch tune` found."""
    return tuned(RemoteSession, source, model, settings, **options)
