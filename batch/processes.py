"""Many recordings in several processes; what becomes of each is told in their order.

Threads: one for each process, "livepitch-batch", which hands it one recording after another. Whoever iterates is told.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from queue import SimpleQueue

from ..model.blas import cores
from ..model.errors import LivepitchError
from ..realtime.audio_file import FORMATS
from ..realtime.engine.apart import read_audio_apart
from ..realtime.engine.launch import NoEngineError
from ..realtime.engine.tasks import GoneError, TaskProcess
from .work import Recipe, Work, do

log = logging.getLogger(__name__)

CHILD = f"{__package__}.child"


@dataclass(frozen=True)
class Outcome:
    """What has become of a recording."""

    work: Work
    error: Exception | None
    """None if its files are written."""


def track_files(
    works: Sequence[Work], recipe: Recipe, jobs: int, progress: Callable[[float], None] | None = None
) -> Generator[Outcome]:
    """Track recordings in `jobs` processes, each with its share of the cores; each outcome as soon as its turn comes.

    The processes end with the iteration, however it ends, and with this process. Where none can be started, the work
    is done here.

    progress: told how many recordings are done, with the finished shares of those under way, on this thread.
    """
    pool = _Pool(works, recipe, max(1, min(jobs, len(works))))
    try:
        pool.start()
        yield from pool.outcomes(progress or (lambda _: None))
    except NoEngineError as problem:
        log.warning("recordings are tracked in this process: %s", problem)
        yield from (Outcome(work, _error_here(work, recipe)) for work in works)
    finally:
        pool.end()


def _error_here(work: Work, recipe: Recipe) -> Exception | None:
    try:
        do(work, recipe, read_audio_apart, None)
    except Exception as error:  # other recordings may be better
        return error
    return None


class _Pool:
    def __init__(self, works: Sequence[Work], recipe: Recipe, jobs: int) -> None:
        self._works, self._recipe, self._jobs = works, recipe, jobs
        self._numbers = count()  # `next` of it is one step of the interpreter: no number is taken twice
        self._told: SimpleQueue[tuple[int, float, Outcome | None]] = SimpleQueue()
        self._processes: set[TaskProcess] = set()
        self._over = False
        self._changing = threading.Lock()  # of the two before

    def start(self) -> None:
        """Start a process, to know that it can be done; the others start beside one another. NoEngineError."""
        given = [self._process(), *[None] * (self._jobs - 1)]
        for process in given:
            threading.Thread(target=self._give, args=(process,), name="livepitch-batch", daemon=True).start()

    def end(self) -> None:
        """Leave no process, whatever is under way."""
        with self._changing:
            self._over = True
        for process in self._processes:
            process.kill()

    def outcomes(self, progress: Callable[[float], None]) -> Iterator[Outcome]:
        """Each in its turn, whichever ends first."""
        turn, done = 0, 0
        early: dict[int, Outcome] = {}
        shares: dict[int, float] = {}
        while turn < len(self._works):
            number, share, outcome = self._told.get()
            shares[number] = share
            if outcome is not None:
                del shares[number]
                early[number] = outcome
                done += 1
            progress(done + sum(shares.values()))
            while turn in early:
                yield early.pop(turn)
                turn += 1

    def _give(self, process: TaskProcess | None) -> None:
        """Hand a process the recordings that nobody has taken yet; another one where it is gone."""
        for number in self._numbers:
            if number >= len(self._works) or self._over:
                return
            work, error = self._works[number], None
            try:
                process = process if process is not None and process.alive else self._process(process)
                process.do(work, partial(self._tell, number))
            except Exception as raised:  # of any type: it is what has become of this recording
                error = _broken(work, raised) if isinstance(raised, (GoneError, NoEngineError)) else raised
            self._told.put((number, 1.0, Outcome(work, error)))

    def _tell(self, number: int, share: float) -> None:
        self._told.put((number, share, None))

    def _process(self, gone: TaskProcess | None = None) -> TaskProcess:
        with self._changing:
            if self._over:
                raise NoEngineError("nobody waits for it")
            if gone is not None:
                self._processes.discard(gone)
            process = TaskProcess(CHILD, self._recipe, threads=max(1, cores() // self._jobs))
            self._processes.add(process)
            return process


def _broken(work: Work, how: Exception) -> LivepitchError:
    return LivepitchError(f"{work.path}: its process has ended ({how}); if it does so again, convert it to {FORMATS}")
