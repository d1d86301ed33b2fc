"""Models by name or path: weights that any number of streams share, and the networks that run them."""

from __future__ import annotations

import os
import threading
import warnings
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .blas import preload_blas
from .checkpoint import Checkpoint, read_checkpoint
from .config import CausalConfig
from .errors import CheckpointError
from .published import RELEASES, cache_folder

if TYPE_CHECKING:
    from .causal import CausalNetwork
    from .rmvpe import RmvpeNetwork

FOLDER = Path(__file__).parent / "checkpoints"
BUNDLED = {
    "stream": "causal, exact streaming at 28 ms lookahead; the default for live",
    "rmvpe-small": "RMVPE as published, narrower; sees the whole file, or windows when live",
}


class SlowBlasWarning(RuntimeWarning):
    """MLX runs, but many times slower than it could; the text says what to do."""


class Model:
    """A checkpoint, and its network built once for each thread that runs it.

    Weights are numpy arrays until `network` is called: MLX streams belong to threads, so a network must be built
    on the thread that runs it.
    """

    def __init__(self, checkpoint: Checkpoint, half: bool = False, origin: str | Path | None = None) -> None:
        """Make a model of a checkpoint; `origin` is what `load_model` read it from, if it was."""
        if half and checkpoint.causal:
            raise ValueError(f"{checkpoint.name} is causal: half=True is for RMVPE")
        self.checkpoint = checkpoint
        self.half = half
        self._origin = origin
        self._built = threading.local()

    def __repr__(self) -> str:
        return f"Model({self.name!r}, {self.checkpoint.config})"

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process it travels as what it was loaded from, and is loaded there; as a whole if it was not."""
        if self._origin is None:
            return Model, (self.checkpoint, self.half)
        return load_model, (self._origin, self.half)

    @property
    def name(self) -> str:
        """As it is shown to people."""
        return self.checkpoint.name

    @property
    def causal(self) -> bool:
        """Whether it streams exactly, one frame at a time."""
        return self.checkpoint.causal

    @cached_property
    def parameters(self) -> int:
        """Number of trained values."""
        return sum(value.size for name, value in self.checkpoint.weights.items() if "running_" not in name)

    @cached_property
    def fits_half(self) -> bool:
        """Whether 16 bits hold its convolutions and matrices exactly, as where they were published so."""
        matrices = (value for value in self.checkpoint.weights.values() if value.ndim > 1)
        with np.errstate(over="ignore"):
            return all(np.array_equal(value, value.astype(np.float16)) for value in matrices)

    def network(self) -> CausalNetwork | RmvpeNetwork:
        """The MLX network of this thread.

        RuntimeError in a process that was forked from one that had used a model: MLX would hang there.
        """
        if _first_process() != os.getpid():
            raise RuntimeError(
                "a process that is forked from one that has used a model cannot use one itself: start it by "
                'multiprocessing.get_context("spawn")'
            )
        if not hasattr(self._built, "network"):
            self._built.network = _build(self.checkpoint, self.half)
        network: CausalNetwork | RmvpeNetwork = self._built.network
        return network


def loaded(model: Model) -> Model:
    """The same. TypeError for the name of one, as a `Session` takes it: loaded at every call, it would cost seconds."""
    if isinstance(model, (str, os.PathLike)):
        raise TypeError(f"model must be loaded, once: load_model({str(model)!r}) gives it")
    return model


@cache
def _first_process() -> int:
    """Where a network was first asked for; a process that is forked from it inherits the answer."""
    return os.getpid()


def _build(checkpoint: Checkpoint, half: bool) -> CausalNetwork | RmvpeNetwork:
    problem = preload_blas()  # must come before MLX
    if problem:
        warnings.warn(problem, SlowBlasWarning, stacklevel=3)
    if isinstance(checkpoint.config, CausalConfig):
        from .causal import CausalNetwork

        return CausalNetwork(checkpoint.config, checkpoint.weights)
    from .rmvpe import RmvpeNetwork

    return RmvpeNetwork(checkpoint.config, checkpoint.weights, half)


@dataclass(frozen=True)
class ModelInfo:
    """One line of `livepitch weights list`."""

    name: str
    bundled: bool
    path: Path
    """Where it is, or would be."""
    size: int
    """Bytes."""
    description: str
    available: bool = True
    """False for a model that is still to be fetched."""


def list_models() -> list[ModelInfo]:
    """The models that `load_model` knows by name, those to be fetched last."""
    return [*(_bundled(name) for name in BUNDLED), *(_released(name) for name in RELEASES)]


def _bundled(name: str) -> ModelInfo:
    path = FOLDER / f"{name}.safetensors"
    return ModelInfo(name, True, path, path.stat().st_size if path.exists() else 0, BUNDLED[name])


def _released(name: str) -> ModelInfo:
    release, folder = RELEASES[name], cache_folder()
    fetched, first = release.fetched(folder), release.files[0]
    path, size = (fetched, fetched.stat().st_size) if fetched else (folder / first.name, first.size)
    return ModelInfo(name, False, path, size, release.description, available=fetched is not None)


def load_model(name_or_path: str | Path = "stream", half: bool = False) -> Model:
    """A model by name, or a checkpoint by path; weights only, shared by any number of streams.

    Args:
        name_or_path: a name of `list_models`, or a file.
        half: RMVPE's U-Net in 16-bit floats: faster on a GPU, slower elsewhere, and no longer PyTorch's numbers.

    Raises:
        CheckpointError: unknown name, a model not fetched yet, or a file that is no checkpoint.
        ValueError: `half` for a causal model.
    """
    return Model(_checkpoint_of(name_or_path), half, name_or_path)


def _checkpoint_of(name_or_path: str | Path) -> Checkpoint:
    name = str(name_or_path)
    if name in BUNDLED:
        return read_checkpoint(_bundled(name).path)
    if name in RELEASES:
        return _read_fetched(_released(name))
    path = Path(name_or_path)
    if not path.exists() and path.suffix == "" and path.name == name:
        known = ", ".join([*BUNDLED, *RELEASES])
        raise CheckpointError(f"{name}: no such model; choose one of {known}, or give a file's path")
    return read_checkpoint(path)


def _read_fetched(info: ModelInfo) -> Checkpoint:
    if not info.available:
        raise CheckpointError(f"{info.name}: not fetched yet; `livepitch weights fetch {info.name}` does it")
    try:
        return replace(read_checkpoint(info.path), name=info.name)
    except CheckpointError as error:
        raise CheckpointError(f"{error}; `livepitch weights fetch {info.name}` brings it anew") from None
