"""An optimised BLAS for MLX on Linux, where MLX's own wheel brings the reference one (70 times slower)."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path

PACKAGE = "cmeel-openblas"
LIBRARY = "libopenblas.so"
VARIABLE = "LIVEPITCH_CORES"  # of the environment: how many cores to use at most
GPU_PACKAGES = ("mlx-cuda-12", "mlx-cuda-13")

_loaded: list[ctypes.CDLL] = []  # at most one; kept so that its threads can be set


@cache
def preload_blas() -> str | None:
    """Loads OpenBLAS so that MLX, imported after this, uses it; elsewhere than on Linux there is nothing to do.

    Returns:
        None when MLX will be fast, else one line that says what is missing and what to do.
    """
    if not sys.platform.startswith("linux"):
        return None
    if "mlx.core" in sys.modules:
        return "MLX was imported before livepitch, so it runs on its slow reference BLAS; import livepitch first"
    library = _library()
    if library is None:
        if any(_installed(package) for package in GPU_PACKAGES):
            return None  # the processor is not what will be used
        return f"no optimised BLAS: MLX runs many times slower; `pip install {PACKAGE}` mends it"
    try:
        # RTLD_GLOBAL: the cblas symbols must be found before those of MLX's own library.
        _loaded.append(ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL))
    except OSError as error:
        hint = "`apt install libgfortran5` mends it" if "libgfortran" in str(error) else f"reinstall {PACKAGE}"
        return f"the optimised BLAS cannot be loaded ({error}), so MLX runs many times slower; {hint}"
    return None


def use_cores(n: int | None) -> None:
    """Lets the preloaded BLAS use `n` threads, or all cores with None; the whole process is affected.

    One 10 ms step is too small to share, and threads that spin for work take the other cores from the window.
    """
    for library in _loaded:
        library.openblas_set_num_threads(max(1, n or cores()))


def _installed(package: str) -> bool:
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


def _library() -> Path | None:
    try:
        found = [file for file in files(PACKAGE) or [] if file.name.startswith(LIBRARY)]
    except PackageNotFoundError:
        return None
    paths = sorted(Path(str(file.locate())) for file in found)
    return next((path for path in paths if path.exists()), None)


def cores() -> int:
    """Processor cores that this process may use: those that the system lets it, and at most `VARIABLE` of them."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    most = os.environ.get(VARIABLE, "")
    return min(there, max(1, int(most))) if most.isdecimal() else there
