"""What a take is judged against, however it was named on the command line."""

from __future__ import annotations

import os.path
from pathlib import Path
from typing import TYPE_CHECKING

from .practice_plan import chosen_range, exercise_named
from .terminal import UsageError, progress_bar

if TYPE_CHECKING:
    from ..model.registry import Model
    from ..practice.target.target import Target

AUDIO = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc", ".au", ".caf", ".w64"})


def target_named(what: str, part: str | None, model: Model, a4: float = 440.0) -> Target:
    """The target in a file of notes or a recording, the first step of an exercise, or typed notes.

    TargetError or AudioFileError for what cannot be read; UsageError for a part where there are none.
    """
    path = Path(what)
    if path.suffix.lower() in AUDIO:
        _refuse_part(what, part)
        return _recorded(path, model, a4)
    exercise = exercise_named(what)
    if exercise is not None and not os.path.exists(path):
        _refuse_part(what, part)
        return exercise.steps(chosen_range(None, None, "or give --transpose auto"))[0].target
    return written_target(what, part)


def written_target(what: str, part: str | None) -> Target:
    """The target in a file of notes, or typed notes. TargetError; UsageError for a part of typed notes."""
    path = Path(what)
    from ..practice.target.reading import KINDS, read_targets

    if os.path.exists(path) or path.suffix.lower() in KINDS or (len(path.parts) > 1 and " " not in what):
        return read_targets(path).part(part)
    from ..practice.target.typed import typed_target

    target = typed_target(what)
    _refuse_part(repr(what), part)
    return target


def _refuse_part(what: str, part: str | None) -> None:
    if part is not None:
        raise UsageError(f"--part is for files of several voices, and {what} has one")


def _recorded(path: Path, model: Model, a4: float) -> Target:
    """The notes that a recording's voice sings."""
    from ..practice.scoring.heard import hear
    from ..practice.segmentation import sung_notes
    from ..practice.target.from_pitch import target_from_notes
    from ..realtime.audio_file import SAMPLE_RATE
    from ..realtime.engine.apart import read_audio_apart

    with progress_bar(path.name) as progress:
        heard = hear(read_audio_apart(path), SAMPLE_RATE, model, progress)
    return target_from_notes(sung_notes(heard.track.time, heard.track.f0 * (440.0 / a4), heard.level), path.name)
