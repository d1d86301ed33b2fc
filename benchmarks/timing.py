"""What a tracker does in time: how soon it follows a voice that sets in, and how often its voicing flickers.

Onset. A voice of at least 100 ms that sets in after at least 60 ms without one. The reference's first
voiced frame is the onset. A tracker answers it with its first frame at or after it that is called
voiced and lies within 50 cents of the reference at that frame's time. A frame at time t comes out at t + L, where L is
the tracker's algorithmic latency: from a frame's centre to the last sample that it waits for. The delay is what lies
between the onset and that moment, in seconds of audio; computing comes on top. An onset is missed where no such frame
comes within 0.5 s, or before the voice ends.

Flicker. Voicing runs, voiced or unvoiced, shorter than 60 ms that the reference does not have, per second. The
reference has a run if it has one of the same kind, as short, that touches it. The first and the last run of a
recording, and runs that touch a frame that the reference is not certain of, do not count.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from recordings import Recording
from scores import RIGHT, Bools, Estimate, Floats

LONG, SILENT, PATIENCE = 0.1, 0.06, 0.5  # s
SHORT = 0.06  # s
EDGE = 1e-6  # s: times are sums of steps


@dataclass(frozen=True)
class Timing:
    """Of one recording, or of many."""

    delays: Floats
    """(k,) seconds, of the onsets that were found."""
    missed: int
    flickers: int
    seconds: float
    """That the reference is certain of."""

    def figures(self) -> dict[str, float]:
        """Seconds, a share of the onsets, and flickers per second; NaN where there were no onsets."""
        found, all_of_them = len(self.delays), len(self.delays) + self.missed
        return {
            "onset": float(np.median(self.delays)) if found else math.nan,
            "onset_p90": float(np.percentile(self.delays, 90)) if found else math.nan,
            "onsets": float(all_of_them),
            "missed": self.missed / all_of_them if all_of_them else math.nan,
            "flicker": self.flickers / self.seconds if self.seconds else math.nan,
        }


def timed(recording: Recording, estimate: Estimate, latency: float) -> Timing:
    """The onsets and flickers of one recording; `latency` in seconds."""
    found = onsets(recording)
    delays = [delay(recording, estimate, begin, end) for begin, end in found]
    answered = np.array([seconds + latency for seconds in delays if seconds is not None])
    sure = spacing(recording.time) * float(recording.certain.sum())
    return Timing(answered, delays.count(None), flickers(recording, estimate), sure)


def joined(parts: Iterable[Timing]) -> Timing:
    """Many recordings as one."""
    each = list(parts)
    delays = np.concatenate([part.delays for part in each]) if each else np.zeros(0)
    missed, flicker = sum(part.missed for part in each), sum(part.flickers for part in each)
    return Timing(delays, missed, flicker, float(sum(part.seconds for part in each)))


def runs(flags: Bools) -> Iterator[tuple[int, int, bool]]:
    """Stretches of equal flags: first index, index after the last, value."""
    if not len(flags):
        return
    edges = [0, *(np.flatnonzero(np.diff(flags.astype(np.int8))) + 1), len(flags)]
    for begin, end in pairwise(edges):
        yield int(begin), int(end), bool(flags[begin])


def spacing(time: Floats) -> float:
    """Seconds from one frame to the next."""
    return float(np.median(np.diff(time))) if len(time) > 1 else 0.0


def onsets(recording: Recording) -> list[tuple[int, int]]:
    """The reference's frames where voices set in, each with the frame after its voice's last."""
    step = spacing(recording.time)
    found = []
    for begin, end, sung in runs((recording.f0 > 0) & recording.certain):
        needed = math.ceil(SILENT / step - EDGE) if step else 1
        before = slice(begin - needed, begin)
        silent = begin >= needed and bool(np.all(recording.certain[before] & (recording.f0[before] == 0)))
        if sung and silent and (end - begin) * step >= LONG - EDGE:
            found.append((begin, end))
    return found


def delay(recording: Recording, estimate: Estimate, begin: int, end: int) -> float | None:
    """Seconds from the onset at the reference's frame `begin` to the first right frame; None where it is missed."""
    start = recording.time[begin]
    stop = min(recording.time[end - 1], start + PATIENCE)
    inside = (estimate.time >= start - EDGE) & (estimate.time <= stop + EDGE) & estimate.voiced & (estimate.hz > 0)
    times, hz = estimate.time[inside], estimate.hz[inside]
    truth = np.interp(times, recording.time[begin:end], 1200 * np.log2(recording.f0[begin:end]))
    right = np.abs(1200 * np.log2(hz) - truth) <= RIGHT
    return float(times[right][0] - start) if right.any() else None


def flickers(recording: Recording, estimate: Estimate) -> int:
    """Short runs of the estimate's voicing that the reference does not have."""
    step, ref_step = spacing(estimate.time), spacing(recording.time)
    # Every run as the seconds that its frames stand for.
    known = [
        (recording.time[a] - ref_step / 2, recording.time[b - 1] + ref_step / 2, sung)
        for a, b, sung in runs(recording.f0 > 0)
        if (b - a) * ref_step < SHORT - EDGE
    ]
    unsure = recording.time[~recording.certain]
    count = 0
    for begin, end, sung in list(runs(estimate.voiced))[1:-1]:
        first, last = estimate.time[begin] - step / 2, estimate.time[end - 1] + step / 2
        has = any(kind == sung and a <= last + EDGE and b >= first - EDGE for a, b, kind in known)
        doubtful = bool(np.any((unsure >= first - ref_step) & (unsure <= last + ref_step)))
        count += (end - begin) * step < SHORT - EDGE and not has and not doubtful
    return count
