"""Which model the next stream runs with, what settles its curve, and the settings that belong to them."""

from __future__ import annotations

import os.path
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...model.registry import Model
from ...realtime.frame import Settings

SETTLES = "rmvpe-small"  # unless the command line names another


@dataclass
class ChosenModel:
    """The user's choice, as it changes."""

    name: str = "stream"
    """A name or a path."""
    settings: Settings = field(default_factory=Settings)
    """Thresholds and windows in it are the first model's."""
    loaded: Model | None = None
    """The first model, where it is loaded already."""
    settle: Model | str | None = None
    """What settles the curve when it is to be settled; None for the usual one."""
    settling: bool = False

    def __post_init__(self) -> None:
        self._first = self.name
        self.settling = self.settling or self.settle is not None

    @property
    def remembered(self) -> str:
        """The name for another time: of a file with its folder, since that time may begin in another one."""
        path = Path(self.name)
        return str(path.resolve()) if os.path.isfile(path) else self.name

    def set_a4(self, a4: float) -> None:
        """Take another concert pitch, Hz."""
        self.settings = replace(self.settings, a4=a4)

    def adjust(self, *, gate: float | None = None, gain: float | None = None) -> None:
        """Take another gate (dBFS), another gain (dB)."""
        self.settings = self.settings.adjusted(gate, gain)

    def of_stream(self) -> tuple[Model | str, Settings, dict[str, Any]]:
        """Model, settings and options of the next session."""
        options = {"settle": self.settle or SETTLES} if self.settling else {}
        if self.name == self._first:
            return self.loaded or self.name, self.settings, options
        return self.name, self.settings.for_another_model(), options
