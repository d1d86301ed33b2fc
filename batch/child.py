"""A process that tracks one recording after another, with one model and its share of the processor's cores."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.blas import preload_blas
from ..realtime.engine.tasks import Do, Progress, serve_tasks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .work import Recipe, Work

PATIENCE = 30  # s of a processor for reading a file, and as much again for each of so many bytes
BYTES = 3_000_000
MEMORY = 1_000_000_000  # bytes beyond what is held already and what the sound itself may take


def main(descriptor: int) -> None:
    """Serve over an inherited socket until the other side hangs up."""
    preload_blas()  # before MLX
    serve_tasks(descriptor, _ready)


def _ready(recipe: Recipe) -> Do:
    from ..model.registry import SlowBlasWarning
    from .work import do, loaded_model

    warnings.simplefilter("ignore", SlowBlasWarning)  # told already, by the one that started this
    with suppress(Exception):  # each recording will say so
        loaded_model(recipe.model)

    def track(work: Work, progress: Progress) -> None:
        do(work, recipe, _read, progress)

    return track


def _read(path: Path) -> NDArray[np.float32]:
    """As `read_audio`. A decoder that crashes, or goes beyond all bounds, ends this process and no other."""
    from ..realtime.audio_file import read_audio

    with _bounded(path):
        return read_audio(path)


@contextmanager
def _bounded(path: Path) -> Iterator[None]:
    if os.name != "posix":
        yield
        return
    import resource

    from ..realtime.audio_file import DENSEST, WHOLE

    size = path.stat().st_size if path.is_file() else 0
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime + PATIENCE * (1 + size / BYTES)
    # Twice: the sound grows by being copied.
    held = _held() + MEMORY + 2 * 4 * max(WHOLE, DENSEST * size)
    bounds = {resource.RLIMIT_CPU: int(seconds), resource.RLIMIT_DATA: held}
    before = {kind: resource.getrlimit(kind) for kind in bounds}
    try:
        for kind, most in bounds.items():
            _bound(kind, most, before[kind][1])
        yield
    finally:
        for kind, (most, hard) in before.items():
            _bound(kind, most, hard)


def _bound(kind: int, most: int, hard: int) -> None:
    import resource

    with suppress(OSError, ValueError):  # a system without it, or with a lower one
        resource.setrlimit(kind, (most, hard))


def _held() -> int:
    """Bytes of memory that this process has to itself; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
