"""The beats before a target begins, as its own beats go on backwards; or, where it has none, as its notes suggest."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..target.target import Beat, Target

BAR = 4  # beats, where nothing is known
TEMPO = 90.0  # per minute, where nothing is known
SLOWEST, FASTEST = 60.0, 120.0  # per minute, where only the notes tell
NEAR = 1e-6  # s: below, a beat is that of the begin


def count_in(target: Target, beats: int | None = None) -> tuple[Beat, ...]:
    """So many beats before 0; None for a bar, or two where a bar has fewer than three beats.

    More sound if the target's first beat comes after its begin: those between lie at 0 or later.
    """
    bar, period = bar_beats(target), beat_seconds(target)
    wanted = (bar if bar > 2 else 2 * bar) if beats is None else beats
    if not wanted:
        return ()
    anchor = target.beats[0].time if target.beats else 0.0
    first = next((number for number, beat in enumerate(target.beats) if beat.downbeat), 0)
    found: list[Beat] = []
    number, before = 0, 0
    while before < wanted:
        number += 1
        time = anchor - number * period
        before += time < -NEAR
        found.append(Beat(time, (-number - first) % bar == 0))
    return tuple(reversed(found))


def bar_beats(target: Target) -> int:
    """Beats of the first whole bar; 4 where the target does not tell."""
    downbeats = [number for number, beat in enumerate(target.beats) if beat.downbeat]
    return downbeats[1] - downbeats[0] if len(downbeats) > 1 else BAR


def beat_seconds(target: Target) -> float:
    """Seconds of the target's first beats; without any, from its notes; without those, of 90 in a minute."""
    if len(target.beats) > 1:
        times = [beat.time for beat in target.beats[: 2 * BAR + 1]]
        return float(np.median(np.diff(times))) if np.ptp(np.diff(times)) < NEAR else times[1] - times[0]
    starts = [note.start for note in target.notes[:64]]
    steps = [b - a for a, b in pairwise(starts) if b - a > NEAR]
    if not steps:
        return 60.0 / TEMPO
    period = float(np.median(steps))
    while period > 60.0 / SLOWEST:
        period /= 2
    while period < 60.0 / FASTEST:
        period *= 2
    return period
