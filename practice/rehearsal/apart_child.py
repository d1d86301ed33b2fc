"""The process of an `Apart`: has the model ready, and does one task after another."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...model.blas import preload_blas
from ...realtime.engine.tasks import Do, serve_tasks

if TYPE_CHECKING:
    from ...model.registry import Model

WARMING = 16_000  # samples that are heard before the first take: what a network needs once is there then


def main(descriptor: int) -> None:
    """Serve over an inherited socket until the other side hangs up."""
    preload_blas()  # before MLX
    serve_tasks(descriptor, _ready)


def _ready(name: str) -> Do:
    """Load the model of this name, for the tasks that come."""
    model = _Warm(name)

    def do(task: Any, progress: Callable[[float], None]) -> Any:
        return task(model.get(), progress)

    return do


class _Warm:
    """The model, or why there is none."""

    def __init__(self, name: str) -> None:
        from ...model.registry import SlowBlasWarning, load_model

        warnings.simplefilter("ignore", SlowBlasWarning)  # a session's engine has told it
        self._name, self._model = name, None
        try:
            self._model = load_model(name)
            _hear_silence(self._model)
        except Exception:  # whoever asks for something is told
            self._model = None

    def get(self) -> Model:
        """The model; what keeps it from being loaded is raised."""
        from ...model.registry import load_model

        return self._model or load_model(self._name)


def _hear_silence(model: Model) -> None:
    import numpy as np

    from ..scoring.heard import hear

    hear(np.zeros(WARMING, np.float32), WARMING, model)
