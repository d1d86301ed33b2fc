"""The search for the smallest block size and hop that a machine holds; how one is tried is the caller's to say.

Candidates come in the order of the delay that they add: the time of a block, and of the frames that wait for their hop
to fill. A short trial discards what clearly does not hold, a long one confirms the first that is left; if that fails,
the search goes on. A hop's frames are late together, so are those of a long block: such a group counts as one run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, isnan, nan

from ..realtime.counters import HOP
from ..realtime.frame import Percentiles
from ..realtime.pace import SHARE as BUSY
from .chance import allowed, plausible, upper_bound

BLOCKS = (64, 128, 256, 512, 1024, 2048)  # samples
STREAM_HOPS = (1, 2, 4, 8)  # frames per run of a causal network
QUICK, QUICKEST = 1 / 12, 2.0  # a short trial's part of a long one's time; s at least
FEWEST_RUNS = 4  # in any trial, however long a hop is


@dataclass(frozen=True)
class Candidate:
    """A setting that may be tried."""

    blocksize: int
    """Samples."""
    hop: int
    """Frames per run of the network."""
    sample_rate: int
    """Hz."""

    @property
    def block_seconds(self) -> float:
        """How long a block lasts."""
        return self.blocksize / self.sample_rate

    @property
    def hop_ms(self) -> float:
        """Milliseconds of sound between two runs of the network."""
        return 1e3 * self.hop * HOP

    @property
    def added(self) -> float:
        """Seconds by which the first sound of a block and of a hop waits for their last."""
        return self.block_seconds + (self.hop - 1) * HOP

    @property
    def group(self) -> int:
        """Frames that come out together, and are late together."""
        return max(self.hop, int(self.block_seconds / HOP))

    def runs(self, frames: int) -> int:
        """How many of its groups so many frames are."""
        return ceil(frames / self.group)


@dataclass(frozen=True)
class TrialResult:
    """What was counted while a candidate ran; the counters are those of `StreamStats`."""

    frames: int = 0
    late: int = 0
    xruns: int = 0
    dropped: int = 0
    skipped: int = 0
    restarts: int = 0
    rtf: float = nan
    compute_ms: float = nan
    """Median of one push."""
    sound_to_frame: Percentiles = field(default_factory=Percentiles)
    refused: str = ""
    """Why the device did not open so; the rest is nothing then."""


Trial = Callable[[Candidate, float, int], TrialResult]
"""Tries a candidate for so many seconds of sound; may end as soon as more frames are late, or sound was lost."""


@dataclass(frozen=True)
class Attempt:
    """A candidate that was tried, or passed over."""

    candidate: Candidate
    result: TrialResult | None
    """None where it was passed over."""
    fault: str
    """Why it does not hold; empty if it does."""
    confirming: bool = False


@dataclass(frozen=True)
class Search:
    """How a search went."""

    attempts: list[Attempt]
    found: Attempt | None
    """The confirming trial of the smallest setting that holds."""

    @property
    def surest(self) -> float:
        """The largest share of late frames that the confirming trial leaves possible; 1 without one."""
        if self.found is None or self.found.result is None:
            return 1.0
        candidate, result = self.found.candidate, self.found.result
        return upper_bound(candidate.runs(result.late), candidate.runs(result.frames))


def candidates(sample_rate: int, hops: Sequence[int], blocks: Sequence[int] = BLOCKS) -> list[Candidate]:
    """Every pair of a block size and a hop, the one that adds least delay first."""
    pairs = [Candidate(blocksize, hop, sample_rate) for blocksize in blocks for hop in hops]
    return sorted(pairs, key=lambda pair: (pair.added, pair.hop))


def search(
    offered: Sequence[Candidate],
    trial: Trial,
    seconds: float,
    report: Callable[[Attempt], None] = lambda attempt: None,
) -> Search:
    """The first of `offered` that holds, confirmed by `seconds` of sound; `report` is told of each attempt."""
    attempts: list[Attempt] = []
    for attempt in _attempts(offered, trial, seconds):
        attempts.append(attempt)
        report(attempt)
    last = attempts[-1] if attempts else None
    return Search(attempts, last if last is not None and last.confirming and not last.fault else None)


def _attempts(offered: Sequence[Candidate], trial: Trial, seconds: float) -> Iterator[Attempt]:
    hopeless: set[int] = set()  # hops at which the network takes longer than the sound
    for candidate in offered:
        if candidate.hop in hopeless and candidate.group == candidate.hop:
            # Only blocks longer than a hop would have it run less often.
            yield Attempt(candidate, None, "the network is too slow for this hop")
            continue
        quick = _attempt(candidate, trial, min(seconds, max(QUICKEST, QUICK * seconds)), plausible, False)
        # Not by RTF: a worker that lags runs the network for several hops at once, which hides that it is too slow.
        if quick.result is not None and candidate.group == candidate.hop and quick.result.compute_ms > candidate.hop_ms:
            hopeless.add(candidate.hop)
        yield quick
        if quick.fault:
            continue
        confirmed = _attempt(candidate, trial, seconds, allowed, True)
        yield confirmed
        if not confirmed.fault:
            return


def _attempt(
    candidate: Candidate, trial: Trial, seconds: float, limit: Callable[[int], int], confirming: bool
) -> Attempt:
    seconds = max(seconds, FEWEST_RUNS * candidate.hop * HOP)
    most_late = candidate.group * limit(candidate.runs(round(seconds / HOP)))
    result = trial(candidate, seconds, most_late)
    return Attempt(candidate, result, fault(result, most_late), confirming)


def fault(result: TrialResult, most_late: int) -> str:
    """Why this does not hold, in a few words; empty if it does."""
    if result.refused:
        return f"refused: {result.refused}"
    if lost := lost_sound(result):
        return f"lost sound: {lost}"
    if result.late > most_late:
        return f"{result.late} of {result.frames} frames late"
    if not result.frames:
        return "no sound came"
    if not isnan(result.rtf) and result.rtf > BUSY:
        return f"{100 * result.rtf:.0f} % of the time computing, which leaves nothing for the window"
    return ""


def lost_sound(result: TrialResult) -> str:
    """What was lost, as the counters name it; empty if nothing was."""
    names = ("xruns", "dropped", "skipped", "restarts")
    return ", ".join(f"{getattr(result, name)} {name}" for name in names if getattr(result, name))
