"""Scores of a pitch track against a reference, all from `mir_eval.melody` at 50 cents.

RPA: voiced reference frames whose best guess is right, called voiced or not. RCA: the same, octave errors
forgiven. VR: voiced frames called voiced. VFA: unvoiced frames called voiced (lower is better). OA: frames
that are right in both.

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


@dataclass(frozen=True)
class Estimate:
    """What a tracker says about one recording."""

    time: Floats
    """(n,) seconds, evenly spaced."""
    hz: Floats
    """(n,) best guess in every frame, voiced or not; 0 where there is none."""
    voiced: NDArray[np.bool_]
    """(n,)."""


@dataclass(frozen=True)
class Frames:
    """Reference and estimate at the same certain frames, as mir_eval's metrics take them."""

    ref_voicing: Floats
    ref_cents: Floats
    est_voicing: Floats
    est_cents: Floats

    def __len__(self) -> int:
        return len(self.ref_voicing)


def aligned(recording: Recording, estimate: Estimate) -> Frames:
    """The estimate at the reference's certain frames."""
    hz = np.nan_to_num(np.asarray(estimate.hz, np.float64))
    signed = np.where(estimate.voiced, hz, -hz)  # mir_eval: negative is "unvoiced, but if voiced, this"
    four = melody.to_cent_voicing(recording.time, recording.f0, np.asarray(estimate.time, np.float64), signed)
    # mir_eval puts a frame at time 0 before a reference that begins later.
    return Frames(*(np.asarray(column)[-len(recording.time) :][recording.certain] for column in four))


def pooled(clips: Iterable[Frames]) -> Frames:
    """The frames of many clips as if of one: scores of it weigh every frame alike."""
    columns = zip(*((f.ref_voicing, f.ref_cents, f.est_voicing, f.est_cents) for f in clips), strict=True)
    return Frames(*(np.concatenate(column) for column in columns))


METRICS: dict[str, Callable[[Frames], float]] = {
    "RPA": lambda f: melody.raw_pitch_accuracy(f.ref_voicing, f.ref_cents, f.est_voicing, f.est_cents),
    "RCA": lambda f: melody.raw_chroma_accuracy(f.ref_voicing, f.ref_cents, f.est_voicing, f.est_cents),
    "VR": lambda f: melody.voicing_recall(f.ref_voicing, f.est_voicing),
    "VFA": lambda f: melody.voicing_false_alarm(f.ref_voicing, f.est_voicing),
    "OA": lambda f: melody.overall_accuracy(f.ref_voicing, f.ref_cents, f.est_voicing, f.est_cents),
}
NEEDS_VOICED = ("RPA", "RCA", "VR")


def scored(frames: Frames) -> dict[str, float]:
    """Every metric as a share of 1; NaN where the reference has no frame that it is about."""
    any_voiced, all_voiced = bool(frames.ref_voicing.any()), bool(frames.ref_voicing.all())
    result = {}
    for name, metric in METRICS.items():
        about_nothing = (name in NEEDS_VOICED and not any_voiced) or (name == "VFA" and all_voiced)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a clip in which nothing is voiced is no mistake
            result[name] = math.nan if about_nothing or not len(frames) else float(metric(frames))
    return result


def clip_mean(clips: Iterable[Frames]) -> dict[str, float]:
    """Every metric's mean over the clips that have frames it is about: every clip weighs alike."""
    each = [scored(frames) for frames in clips]
    values = {name: [scores[name] for scores in each if not math.isnan(scores[name])] for name in METRICS}
    return {name: float(np.mean(numbers)) if numbers else math.nan for name, numbers in values.items()}
