"""A recorded voice as something to sing along with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...model.registry import Model
from ...realtime.engine.apart import read_recording_apart
from ..scoring.heard import hear
from ..segmentation import sung_notes
from ..target.from_pitch import target_from_notes
from ..target.target import Target


def reference_target(path: Path, model: Model, progress: Callable[[float], None] | None = None) -> Target:
    """The notes of a voice in a recording; progress: told 0..1. AudioFileError, TargetError where nobody sings."""
    audio, sample_rate = read_recording_apart(path)
    heard = hear(audio, sample_rate, model, progress)
    return target_from_notes(sung_notes(heard.track.time, heard.track.f0, heard.level), path.stem)
