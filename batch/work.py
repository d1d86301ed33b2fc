"""What is done with a recording: how it is tracked, and what is written of it where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..export.exporting import save
from ..export.formats import FORMATS
from ..export.options import Options
from ..export.sung import Sung
from ..realtime.audio_file import SAMPLE_RATE
from ..realtime.frame import Settings
from .recordings import title_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..model.registry import Model

Progress = Callable[[float], None]
Read = Callable[[Path], "NDArray[np.float32]"]


@dataclass(frozen=True)
class Recipe:
    """What is the same for all recordings. It travels to other processes."""

    model: str = "rmvpe-small"
    """A name, or a checkpoint's file."""
    stream: bool = False
    """Whether through the streaming tracker, exactly as live would."""
    settings: Settings = Settings()  # noqa: RUF009 # frozen
    options: Options = Options()  # noqa: RUF009


@dataclass(frozen=True)
class Work:
    """One recording, and the files that its pitch goes to."""

    path: Path
    places: tuple[tuple[Path, str], ...]
    """Each with the name of its format."""
    overwrite: bool = False
    """Whether files that are there already may be replaced."""


def do(work: Work, recipe: Recipe, read: Read, progress: Progress | None) -> None:
    """Track a recording, as `read` reads it, and write its files. LivepitchError, in one line that names the file."""
    sung = track(work.path, recipe, read, progress)
    for place, name in work.places:
        save(sung, place, FORMATS[name], recipe.options, overwrite=work.overwrite)


def track(path: Path, recipe: Recipe, read: Read, progress: Progress | None) -> Sung:
    """What is sung in a recording. LivepitchError."""
    model = loaded_model(recipe.model)
    from ..realtime.estimate import estimate, stream_track

    run = stream_track if recipe.stream else estimate
    found = run(read(path), model, SAMPLE_RATE, recipe.settings, progress)
    return Sung(found, title_of(path), path, model.name)


@lru_cache(maxsize=2)
def loaded_model(name: str) -> Model:
    """The model of this name or file, loaded once for each process. CheckpointError."""
    from ..model.registry import load_model

    return load_model(name)
