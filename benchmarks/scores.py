"""Scores of a pitch track against a reference, frame by frame; what is about time is in `timing.py`.

From `mir_eval.melody`, at 50 cents. RPA: voiced reference frames whose best guess is right, called voiced or not.
RCA: the same, octave errors forgiven. VR: voiced frames called voiced. VFA: unvoiced frames called voiced (lower is
better). OA: frames that are right in both.

Of the errors:
    octave      voiced reference frames whose best guess lies within 50 cents of one or two octaves off
    gross       frames voiced in both that are off by more than 20 %
    fine        median absolute error in cents of the voiced reference frames whose best guess is right
    fine_std    standard deviation in cents of the same
    steady      RPA of steady frames alone: voiced and certain for 50 ms to either side, moving by at most 50 cents
    steady_said the same, called voiced as well

A tracker's best guess is interpolated linearly in cents at the reference's times, as mir_eval does. Frames
that the reference is not certain of count for nothing.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from mir_eval import melody
from numpy.typing import NDArray
from recordings import Recording

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RIGHT = 50.0  # cents
GROSS = 0.2  # of the reference's frequency
AROUND, MOVEMENT = 0.05, 50.0  # s to either side, cents: what a steady frame may do


@dataclass(frozen=True)
class Estimate:
    """What a tracker says about one recording."""

    time: Floats
    """(n,) seconds, evenly spaced."""
    hz: Floats
    """(n,) best guess in every frame, voiced or not; 0 where there is none."""
    voiced: Bools
    """(n,)."""


@dataclass(frozen=True)
class Frames:
    """Reference and estimate at the same certain frames, as mir_eval's metrics take them."""

    ref_voicing: Floats
    ref_cents: Floats
    est_voicing: Floats
    est_cents: Floats
    steady: Bools

    def __len__(self) -> int:
        return len(self.ref_voicing)

    @property
    def error(self) -> Floats:
        """Cents (n,) that the best guess is off; NaN where there is no guess or nothing is voiced."""
        known = (self.ref_voicing > 0) & (self.est_cents > 0)
        return np.where(known, self.est_cents - self.ref_cents, np.nan)


def aligned(recording: Recording, estimate: Estimate) -> Frames:
    """The estimate at the reference's certain frames."""
    hz = np.nan_to_num(np.asarray(estimate.hz, np.float64))
    signed = np.where(estimate.voiced, hz, -hz)  # mir_eval: negative is "unvoiced, but if voiced, this"
    four = melody.to_cent_voicing(recording.time, recording.f0, np.asarray(estimate.time, np.float64), signed)
    # mir_eval puts a frame at time 0 before a reference that begins later.
    columns = (np.asarray(column)[-len(recording.time) :] for column in four)
    return Frames(*(column[recording.certain] for column in columns), steady(recording)[recording.certain])


def steady(recording: Recording) -> Bools:
    """The reference's frames `(m,)` that lie well inside a voice whose pitch moves slowly."""
    sung = (recording.f0 > 0) & recording.certain
    cents = 1200 * np.log2(np.where(sung, recording.f0, 1.0))
    first = np.searchsorted(recording.time, recording.time - AROUND - 1e-9)
    last = np.searchsorted(recording.time, recording.time + AROUND + 1e-9)
    begin, end = recording.time[0] + AROUND - 1e-9, recording.time[-1] - AROUND + 1e-9
    inside = (recording.time >= begin) & (recording.time <= end)
    found = [sung[a:b].all() and np.ptp(cents[a:b]) <= MOVEMENT for a, b in zip(first, last, strict=True)]
    return np.asarray(found, bool) & inside


def pooled(clips: Iterable[Frames]) -> Frames:
    """The frames of many clips as if of one: scores of it weigh every frame alike."""
    columns = zip(*((f.ref_voicing, f.ref_cents, f.est_voicing, f.est_cents, f.steady) for f in clips), strict=True)
    return Frames(*(np.concatenate(column) for column in columns))


def _mir_eval(metric: Callable[..., float]) -> Callable[[Frames], float]:
    return lambda f: float(metric(f.ref_voicing, f.ref_cents, f.est_voicing, f.est_cents))


def _octave(frames: Frames) -> float:
    off = np.abs(frames.error)  # NaN compares as False
    near = (np.abs(off - 1200) <= RIGHT) | (np.abs(off - 2400) <= RIGHT)
    return float(near.sum() / (frames.ref_voicing > 0).sum())


def _gross(frames: Frames) -> float:
    both = frames.error[(frames.est_voicing > 0) & ~np.isnan(frames.error)]
    return float(np.mean(np.abs(2 ** (both / 1200) - 1) > GROSS)) if len(both) else math.nan


def _right(frames: Frames) -> Floats:
    return frames.error[np.abs(frames.error) <= RIGHT]


def _steady(frames: Frames, said: bool) -> float:
    right = np.abs(frames.error) <= RIGHT
    return float(np.mean((right & (frames.est_voicing > 0) if said else right)[frames.steady]))


METRICS: dict[str, Callable[[Frames], float]] = {
    "RPA": _mir_eval(melody.raw_pitch_accuracy),
    "RCA": _mir_eval(melody.raw_chroma_accuracy),
    "VR": lambda f: float(melody.voicing_recall(f.ref_voicing, f.est_voicing)),
    "VFA": lambda f: float(melody.voicing_false_alarm(f.ref_voicing, f.est_voicing)),
    "OA": _mir_eval(melody.overall_accuracy),
    "octave": _octave,
    "gross": _gross,
    "fine": lambda f: float(np.median(np.abs(_right(f)))),
    "fine_std": lambda f: float(np.std(_right(f))),
    "steady": lambda f: _steady(f, said=False),
    "steady_said": lambda f: _steady(f, said=True),
}
SHARES = ("RPA", "RCA", "VR", "VFA", "OA", "octave", "gross", "steady", "steady_said")
"""What is a share of 1; the others are cents."""
NEEDS_VOICED = ("RPA", "RCA", "VR", "octave")


def scored(frames: Frames) -> dict[str, float]:
    """Every metric: a share of 1 or cents; NaN where the reference has no frame that it is about."""
    about_nothing = {
        "VFA": bool(frames.ref_voicing.all()),
        **dict.fromkeys(NEEDS_VOICED, not frames.ref_voicing.any()),
        **dict.fromkeys(("fine", "fine_std"), not len(_right(frames))),
        **dict.fromkeys(("steady", "steady_said"), not frames.steady.any()),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a clip in which nothing is voiced is no mistake
        return {
            name: math.nan if about_nothing.get(name) or not len(frames) else metric(frames)
            for name, metric in METRICS.items()
        }


def clip_mean(clips: Iterable[Frames]) -> dict[str, float]:
    """Every metric's mean over the clips that have frames it is about: every clip weighs alike."""
    each = [scored(frames) for frames in clips]
    values = {name: [scores[name] for scores in each if not math.isnan(scores[name])] for name in METRICS}
    return {name: float(np.mean(numbers)) if numbers else math.nan for name, numbers in values.items()}
