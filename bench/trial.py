"""One trial of `livepitch tune`: a real session with a candidate's block size and hop, ended once it has failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..model.registry import Model
from ..realtime.devices import DeviceError
from ..realtime.frame import Percentiles, Settings
from ..realtime.models import TrackerFactory
from ..realtime.roles import Source
from ..realtime.session import stream_tracker
from .run import POLL, MeasuredSession, Plan
from .tune import Candidate, TrialResult, lost_sound

STILL = 1.0  # s for which this program may not run at all before a trial says nothing about its setting
REPEATS = 3  # of such a trial
GLANCE = 0.25  # s between looks at the counters: a look costs a millisecond


@dataclass(frozen=True)
class Trials:
    """Tries candidates, each with a source and a session of its own."""

    make_source: Callable[[int], Source]
    """Of a block size in samples."""
    model: Model
    factory: TrackerFactory = stream_tracker
    settings: Settings = field(default_factory=Settings)
    trying: Callable[[str], None] = lambda text: None
    """Told what a trial is about to try."""

    def __call__(self, candidate: Candidate, seconds: float, most_late: int) -> TrialResult:
        """Count for `seconds` of sound after the warm-up, or until it has failed. Raises what ends a session.

        Once more, a few times, where the whole machine stood still meanwhile.
        """
        of = f"blocks of {candidate.blocksize} samples, hop {candidate.hop}"
        self.trying(f"trying {of}: {seconds:.0f} s of sound")
        for _ in range(1 + REPEATS):
            result, still = self._try(candidate, seconds, most_late)
            if still < STILL:
                break
            self.trying(f"once more, the machine stood still for {still:.1f} s: {of}")
        return result

    def _try(self, candidate: Candidate, seconds: float, most_late: int) -> tuple[TrialResult, float]:
        source = self.make_source(candidate.blocksize)
        settings = replace(self.settings, hop=candidate.hop)
        plan = Plan(source, self.model, seconds, settings, blocksize=candidate.blocksize, factory=self.factory)
        session = MeasuredSession(plan)
        try:
            with session:
                return _watch(session, most_late)
        except DeviceError as error:
            return TrialResult(refused=str(error)), 0.0


def _watch(session: MeasuredSession, most_late: int) -> tuple[TrialResult, float]:
    """What was counted, and the longest time in seconds that this thread wanted to run and was not let."""
    looked, still = time.monotonic(), 0.0
    while not (session.finished or session.silent):
        asleep = time.monotonic()
        time.sleep(POLL)
        still = max(still, time.monotonic() - asleep - POLL)
        ended = not session.running  # asked first, since a last frame may come in between
        if not session.frames() and ended:
            break
        if session.load is not None and (now := time.monotonic()) - looked >= GLANCE:
            looked, so_far = now, _result(session)
            if so_far.late > most_late or lost_sound(so_far):
                return so_far, still
    return _result(session), still


def _result(session: MeasuredSession) -> TrialResult:
    stats = session.tally.stats()
    delay, compute = (stats.stages.get(name, Percentiles()) for name in ("sound_to_frame", "compute"))
    lost = session.losses()
    counted = TrialResult(stats.frames, stats.late, lost["xruns"], lost["dropped"], lost["skipped"], lost["restarts"])
    return replace(counted, rtf=stats.rtf, compute_ms=compute.p50, sound_to_frame=delay)
