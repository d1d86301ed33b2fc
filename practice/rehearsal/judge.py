"""Judging a take from its recording: heard again as a whole, laid over the target by what the clocks said."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...model.registry import Model, load_model
from ...realtime.audio_file import read_recording
from ...realtime.recording.takes import take_files
from ..scoring.heard import hear
from ..scoring.judging import Judging
from ..scoring.result import TakeScore
from ..scoring.take import score_take
from ..sound.bleed import Bleed, bleed
from ..target.target import Target
from .accompanied import guide_settings
from .outcome import Outcome
from .recorded import Taken
from .time_map import TimeMap

MODEL = "rmvpe-small"
LEAD = 0.5  # s before the target's begin that are heard: the first note may come early
TAIL = 0.6  # s after its end


class Judge:
    """Judges takes in this process with one model, which is loaded when the first is. Any thread."""

    def __init__(self, model: Model | str | Path = MODEL) -> None:
        """model: its name or path, or itself."""
        self._model = model
        self._loading = threading.Lock()

    def __call__(self, taken: Taken, judging: Judging, progress: Callable[[float], None] | None = None) -> Outcome:
        """As `judge_take`. CheckpointError."""
        return judge_take(taken, judging, self.model, progress)

    @property
    def model(self) -> Model:
        """The model, loaded now if need be. CheckpointError."""
        with self._loading:
            if not isinstance(self._model, Model):
                self._model = load_model(self._model)
            return self._model


def judge_take(
    taken: Taken, judging: Judging, model: Model, progress: Callable[[float], None] | None = None
) -> Outcome:
    """The outcome of a take. Blocks for seconds; progress: told 0..1. AudioFileError."""
    audio, sample_rate = read_recording(take_files(taken.take)[0])
    target, times = taken.step.target, taken.times
    first = max(0, round((times.zero - LEAD) * sample_rate))
    last = round((times.recorded_at(target.duration) + TAIL) * sample_rate)
    heard = hear(audio[first:last], sample_rate, model, progress)
    times = times.shifted(first / sample_rate)
    asked = replace(
        judging,
        # Where nothing sounded, nobody could know to a tenth of a second when to begin.
        alignment="shift" if taken.arrangement.silent else "none",
        latency=0.0,
        a4=taken.arrangement.tuning.a4,
    )
    score = _in_target_seconds(score_take(times.recorded(target), heard, asked), target, times)
    track = replace(heard.track, time=times.target_at(heard.track.time))
    return Outcome(taken, asked, score, track, heard.level, _bleed(taken, audio, sample_rate))


def _in_target_seconds(score: TakeScore, target: Target, times: TimeMap) -> TakeScore:
    """The score of a take whose notes were scored where they were heard."""
    notes = (
        replace(
            note,
            target=asked,
            sung_start=times.target_at(note.sung_start),
            sung_end=times.target_at(note.sung_end),
        )
        for note, asked in zip(score.notes, target.notes, strict=True)
    )
    return replace(score, notes=tuple(notes))


def _bleed(taken: Taken, audio: NDArray[np.float32], sample_rate: int) -> Bleed | None:
    if taken.arrangement.silent:
        return None
    settings = guide_settings(taken.step, taken.arrangement)
    return bleed(audio, sample_rate, taken.step.target, settings, taken.times.zero, taken.times.rate, taken.changes)
