"""Models by name or path: weights that any number of streams share, and the networks that run them."""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .blas import preload_blas
from .checkpoint import Checkpoint, read_checkpoint
from .config import CausalConfig
from .errors import CheckpointError

if TYPE_CHECKING:
    from .causal import CausalNetwork
    from .rmvpe import RmvpeNetwork

FOLDER = Path(__file__).parent / "checkpoints"
BUNDLED = {
    "stream": "causal, exact streaming at 32 ms lookahead; the default for live",
    "rmvpe-small": "RMVPE as published, narrower; sees the whole file, or windows when live",
}


class SlowBlasWarning(RuntimeWarning):
    """MLX runs, but many times slower than it could; the text says what to do."""


class Model:
    """A checkpoint, and its network built once for each thread that runs it.

    Weights are numpy arrays until `network` is called: MLX streams belong to threads, so a network must be built
    on the thread that runs it.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._built = threading.local()

    def __repr__(self) -> str:
        return f"Model({self.name!r}, {self.checkpoint.config})"

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

    def network(self) -> CausalNetwork | RmvpeNetwork:
        """The MLX network of this thread."""
        if not hasattr(self._built, "network"):
            self._built.network = _build(self.checkpoint)
        network: CausalNetwork | RmvpeNetwork = self._built.network
        return network


def _build(checkpoint: Checkpoint) -> CausalNetwork | RmvpeNetwork:
    problem = preload_blas()  # must come before MLX
    if problem:
        warnings.warn(problem, SlowBlasWarning, stacklevel=3)
    if isinstance(checkpoint.config, CausalConfig):
        from .causal import CausalNetwork

        return CausalNetwork(checkpoint.config, checkpoint.weights)
    from .rmvpe import RmvpeNetwork

    return RmvpeNetwork(checkpoint.config, checkpoint.weights)


@dataclass(frozen=True)
class ModelInfo:
    """One line of `livepitch weights list`."""

    name: str
    bundled: bool
    path: Path
    size: int
    """Bytes."""
    description: str


def list_models() -> list[ModelInfo]:
    """The models that `load_model` knows by name."""
    return [
        ModelInfo(name, True, path, path.stat().st_size if path.exists() else 0, description)
        for name, description in BUNDLED.items()
        for path in (FOLDER / f"{name}.safetensors",)
    ]


def load_model(name_or_path: str | Path = "stream") -> Model:
    """A bundled model by name, or a checkpoint by path; weights only, shared by any number of streams.

    Raises:
        CheckpointError: unknown name, or a file that is no checkpoint.
    """
    if str(name_or_path) in BUNDLED:
        return Model(read_checkpoint(FOLDER / f"{name_or_path}.safetensors"))
    path = Path(name_or_path)
    if not path.exists() and path.suffix == "" and path.name == str(name_or_path):
        known = ", ".join(BUNDLED)
        raise CheckpointError(f"{name_or_path}: no such model; choose one of {known}, or give a file's path")
    return Model(read_checkpoint(path))
