"""What a session tracks with: its models, loaded on the worker's thread, and the trackers made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.blas import cores
from .frame import Settings
from .roles import Source, Tracker

if TYPE_CHECKING:
    from ..model.registry import Model

TrackerFactory = Callable[..., Tracker]
"""Called with model, sample rate and settings, and where frames shall be settled the model for that."""


class Models:
    """The worker's, all of it, but that any thread may read `model` and `settle`."""

    def __init__(self, model: Model | str | Path, settle: Model | str | Path | None, factory: TrackerFactory) -> None:
        """Nothing is loaded yet."""
        self.model = model
        """Its name or path until it is loaded."""
        self.settle = settle
        """What settles, its name or path until it is loaded; None if nothing does."""
        self._factory = factory

    def load(self, tell: Callable[[str], None]) -> None:
        """Load those that are not, each told of first. LivepitchError where that is impossible."""
        self.model = self._loaded(self.model, tell)
        if not getattr(self.model, "causal", True):
            self.settle = None  # it is windowed itself
        if self.settle is not None:
            self.settle = self._loaded(self.settle, tell)

    def _loaded(self, model: Model | str | Path, tell: Callable[[str], None]) -> Model:
        if isinstance(model, (str, Path)):
            from ..model.registry import load_model

            tell(f"loading {model}")
            model = load_model(model)
        return model

    def may_hurry(self, source: Source) -> bool:
        """Whether its worker rests most of the time: a windowed model would keep every core from everything else."""
        light = getattr(self.model, "causal", False) and self.settle is None
        return source.live and light and cores() > 1

    def tracker(self, sample_rate: int, settings: Settings) -> Tracker:
        """A new tracker, warmed up."""
        settle = () if self.settle is None else (self.settle,)
        tracker = self._factory(self.model, sample_rate, settings, *settle)
        tracker.warm_up()
        return tracker

    def name(self, model: object) -> str:
        """Of one of them, for people."""
        return str(getattr(model, "name", model))
