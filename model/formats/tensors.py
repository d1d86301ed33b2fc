"""Tensors as files hold them: a shape now, values when asked for; and the checks that every format shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CheckpointError
from ..names import Shape

Array = NDArray[Any]
Weights = dict[str, NDArray[np.float32]]
LONGEST_NAME = 120  # characters of a foreign name in a message


@dataclass(frozen=True)
class Stored:
    """One tensor of a file; its values are read only once its name and shape have been found right."""

    shape: Shape
    read: Callable[[], Array]
    """May raise CheckpointError: the values are damaged or of a type that weights never have."""

    @classmethod
    def of(cls, value: Array) -> Stored:
        """Around an array in memory."""
        return cls(value.shape, lambda: value)


def approved(path: Path, expected: Mapping[str, Shape], tensors: Mapping[str, Stored]) -> Weights:
    """The values as contiguous, writable float32, if the tensors are exactly those that are expected.

    Raises:
        CheckpointError: a tensor is missing, superfluous, mis-shaped, not of floating point or not finite.
    """
    for name in sorted(expected.keys() | tensors.keys()):
        if name not in tensors:
            raise CheckpointError(f"{path}: tensor {shown(name)} is missing")
        if name not in expected:
            raise CheckpointError(f"{path}: tensor {shown(name)} does not belong to this network")
        if tensors[name].shape != expected[name]:
            raise CheckpointError(f"{path}: tensor {shown(name)} is {tensors[name].shape}, not {expected[name]}")
    return {name: _finite(path, name, tensors[name].read()) for name in expected}


def _finite(path: Path, name: str, value: Array) -> NDArray[np.float32]:
    if not np.issubdtype(value.dtype, np.floating):
        raise CheckpointError(f"{path}: tensor {shown(name)} holds {value.dtype} values, not floating-point ones")
    with np.errstate(over="ignore", invalid="ignore"):  # float64 beyond float32 becomes inf, which is refused
        value = np.require(value, np.float32, ["C", "W"])
    if not np.isfinite(value).all():
        raise CheckpointError(f"{path}: tensor {shown(name)} holds values that are not finite")
    return value


def shown(name: object) -> str:
    """A name out of a file, fit for one line of a message: no line breaks, no terminal controls, not endless."""
    text = str(name)
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"
