"""One tracker on one sound in real time, and what it then said how long after the onset.

Blocks are handed over when their last sample would have been captured, by a deadline counted from the beginning: a
tracker that is slow gets the next ones late, and its frames count as late as they are. livepitch runs as an
application runs it, with a source thread, its worker and a reader; the others are called on the thread that paces,
the quickest way there is for them.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import soxr
from numpy.typing import NDArray
from racers import Racer, Stamped
from recordings import SAMPLE_RATE, Audio, Recording
from scores import RIGHT, Bools, Estimate
from timing import delay, onsets

from livepitch.realtime.paced import PacedSource
from livepitch.realtime.session import Session

GIVEN_UP = 2.0  # s behind the sound at which a recording is broken off: what was not answered by then is missed
TAIL = 0.5  # s of silence after a recording, so that trackers that wait can still answer
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """What a tracker gave out, frame by frame; times in seconds since the sound began to play."""

    time: Floats
    """(n,) by the tracker's own stamps, or as `moved` has put them right."""
    hz: Floats
    """(n,) 0 where unvoiced."""
    voiced: Bools
    """(n,)."""
    instant: Floats
    """(n,) by wall clock."""
    computed: Floats
    """(blocks,) seconds that the tracker worked on a block."""
    behind: float
    """Seconds after it was due that the latest block was taken up: a tracker that cannot keep up falls behind."""
    cpu: float
    """Seconds of processor time of the whole process."""

    def moved(self, seconds: float) -> Run:
        """The same with its stamps earlier."""
        return replace(self, time=self.time - seconds)


class ArraySource(PacedSource):
    """Plays samples from memory in real time."""

    def __init__(self, audio: Audio, rate: int, blocksize: int) -> None:
        super().__init__(True, rate)
        self.name, self._audio, self._size = "recording", audio, blocksize

    def _blocks(self) -> Iterator[Audio]:
        return (self._audio[at : at + self._size] for at in range(0, len(self._audio), self._size))


def sound_for(racer: Racer, recording: Recording) -> Audio:
    """The recording as the tracker wants it, and silence after it: float32 (n,)."""
    audio = np.concatenate((recording.voice, np.zeros(round(TAIL * SAMPLE_RATE), np.float32)))
    if racer.rate == SAMPLE_RATE:
        return audio
    return np.asarray(soxr.resample(audio, SAMPLE_RATE, racer.rate, quality="VHQ"), np.float32)


def raced(racer: Racer, audio: Audio) -> Run:
    """The tracker on `audio` in real time."""
    gc.collect()
    gc.freeze()  # as livepitch's worker does for itself: nobody pays for the others' objects
    try:
        return engine(racer, audio) if racer.model else pushed(racer, audio)
    finally:
        gc.unfreeze()


def pushed(
    racer: Racer,
    audio: Audio,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Run:
    """A tracker that is called with each block as it comes."""
    push, size, cpu = racer.stream(), racer.blocksize, time.process_time()
    given: list[tuple[Stamped, float]] = []
    computed, behind = [], 0.0
    begin = clock()
    for stop in range(size, len(audio) + 1, size):
        if (wait := begin + stop / racer.rate - clock()) > 0:
            sleep(wait)
        begun = clock()
        behind = max(behind, begun - begin - stop / racer.rate)
        if behind > GIVEN_UP:
            break
        frames = push(audio[stop - size : stop])
        done = clock()
        computed.append(done - begun)
        given += [(frame, done - begin) for frame in frames]
    return _run(given, computed, behind, time.process_time() - cpu)


def engine(racer: Racer, audio: Audio) -> Run:
    """livepitch as a program uses it; the instant is that at which the program has the frame in its hands."""
    given: list[tuple[Stamped, float]] = []
    computed, behind, cpu = [], 0.0, time.process_time()
    with Session(ArraySource(audio, racer.rate, racer.blocksize), racer.model) as session:
        for frame in session:
            begin = frame.captured - frame.time  # paced: the same for every frame
            given.append(((frame.time, frame.f0 if frame.voiced else 0.0, frame.voiced), time.monotonic() - begin))
            computed.append(frame.emitted - frame.begun)
            behind = max(behind, frame.begun - frame.complete)
    return _run(given, computed, behind, time.process_time() - cpu)


def _run(given: list[tuple[Stamped, float]], computed: list[float], behind: float, cpu: float) -> Run:
    table = np.array([(*frame, instant) for frame, instant in given], np.float64).reshape(-1, 4)
    voiced = (table[:, 2] > 0) & (table[:, 1] > 0)
    hz = np.where(voiced, table[:, 1], 0.0)
    return Run(table[:, 0], hz, voiced, table[:, 3], np.array(computed), behind, cpu)


def answers(recording: Recording, run: Run) -> list[float | None]:
    """For each onset the seconds from its sound to the first right frame in hand; None where it was missed."""
    found: list[float | None] = []
    for begin, end in onsets(recording):
        after = delay(recording, Estimate(run.time, run.hz, run.voiced), begin, end)
        if after is None:
            found.append(None)
        else:
            start = float(recording.time[begin])
            found.append(float(run.instant[np.argmin(np.abs(run.time - start - after))]) - start)
    return found


def shares(recording: Recording, run: Run) -> tuple[int, int, int, int]:
    """Frames on silence, those of them called voiced; frames on the voice, those of them voiced and right.

    By the reference's nearest frame, where it is certain.
    """
    at = np.clip(np.searchsorted(_middles(recording.time), run.time), 0, len(recording.time) - 1)
    sure = recording.certain[at] & (run.time >= 0) & (run.time <= recording.time[-1])
    truth = recording.f0[at]
    silent, sung = sure & (truth == 0), sure & (truth > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = run.voiced & (np.abs(1200 * np.log2(run.hz / truth)) <= RIGHT)
    return int(silent.sum()), int((silent & run.voiced).sum()), int(sung.sum()), int((sung & right).sum())


def _middles(time: Floats) -> Floats:
    return (time[1:] + time[:-1]) / 2
