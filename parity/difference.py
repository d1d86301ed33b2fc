"""How far two results lie apart, gathered piece by piece; and the verdict on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Difference:
    """Largest and RMS difference between ours and PyTorch's, over any number of arrays."""

    def __init__(self) -> None:
        self.max = 0.0
        self.count = 0
        self._squares = 0.0  # of the differences
        self._reference = 0.0  # of PyTorch's values

    def add(self, ours: Array, reference: Array) -> None:
        """Takes in two arrays of one shape; a value of ours that is no number counts as infinitely far.

        Raises:
            ValueError: shapes differ.
        """
        if ours.shape != reference.shape:
            raise ValueError(f"shapes differ: {ours.shape} of ours, {reference.shape} of PyTorch's")
        if not ours.size:
            return
        apart = ours - reference
        largest = float(max(apart.max(), -apart.min()))
        self.max = max(self.max, math.inf if math.isnan(largest) else largest)
        self.count += apart.size
        self._squares += float(np.vdot(apart, apart))
        self._reference += float(np.vdot(reference, reference))

    @property
    def rms(self) -> float:
        """Root mean square of the differences."""
        return math.sqrt(self._squares / max(self.count, 1))

    @property
    def reference_rms(self) -> float:
        """Root mean square of PyTorch's values."""
        return math.sqrt(self._reference / max(self.count, 1))

    def relative(self) -> tuple[float, float]:
        """Largest and RMS difference, both divided by the RMS of PyTorch's values."""
        return _ratio(self.max, self.reference_rms), _ratio(self.rms, self.reference_rms)


def _ratio(difference: float, size: float) -> float:
    if difference == 0.0:
        return 0.0
    return difference / size if size > 0.0 else math.inf


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    group: str
    component: str
    max: float
    """Largest difference, or the number of differing frames."""
    rms: float | None
    """None where frames are counted."""
    bound: float | None
    """What `max` may be; None for a line that only informs."""
    unit: str
    detail: str = ""
    """The layer or clip in which the largest difference lies."""

    @property
    def passed(self) -> bool:
        """Whether `max` keeps its bound; a `max` that is no number does not."""
        return self.bound is None or self.max <= self.bound


def worst(differences: dict[str, Difference]) -> str:
    """The name of the one that lies furthest apart, relative to its size."""
    return max(differences, key=lambda name: differences[name].relative()[0])


@dataclass(frozen=True)
class Bounds:
    """What float32 rounding may cost.

    Intermediate activations have no unit, so their differences are divided by the RMS of PyTorch's activation, taken
    over all its values in all clips. On 12,105 frames of voices the largest was 2.8e-5 in a layer and 4.2e-5 in the
    network; BatchNorm's epsilon of 1e-3 instead of 1e-5, the smallest mistake tried, gives 3e-2 and 7e-2.
    """

    layer: float
    """Largest of one layer on PyTorch's own input."""
    network: float
    """Largest of an activation of the running network."""
    salience: float
    cents: float
    mel: float = 1e-5
    """Natural logarithm of the magnitude."""


BOUNDS = {
    "cpu": Bounds(layer=1e-4, network=2e-4, salience=1e-5, cents=0.004),
    # A GPU's libraries may choose convolutions that round more (Winograd's).
    "gpu": Bounds(layer=2e-4, network=5e-4, salience=1e-5, cents=0.01),
}
