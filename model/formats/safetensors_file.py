"""Files of safetensors: their tensors, and the texts in their header."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize, safe_open

from ..errors import CheckpointError
from .tensors import Array, Stored, shown

_DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4"}  # that may stand beside bfloat16
LARGEST_WIDENED = (
    1 << 30
)  # bytes of a file that holds bfloat16, which is read as a whole; the full network's has 0.2 GB
_ERRORS = (SafetensorError, TypeError, ValueError, KeyError, AttributeError)


@contextmanager
def safetensors_tensors(path: Path) -> Iterator[tuple[dict[str, str], dict[str, Stored]]]:
    """The header's texts, and the tensors by name, which may be read until the block ends; bfloat16 comes as float32.

    Raises:
        CheckpointError: damaged, or of another format.
    """
    try:
        file: Any = safe_open(path, framework="numpy")
        metadata = file.metadata() or {}
        slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
        if any(held.get_dtype() == "BF16" for held in slices.values()):
            tensors = _widened(path)
        else:
            tensors = {
                name: Stored(tuple(s.get_shape()), partial(_read, path, file, name)) for name, s in slices.items()
            }
    except _ERRORS as error:
        raise CheckpointError(f"{path}: not a safetensors checkpoint ({shown(error)})") from None
    with file:
        yield metadata, tensors


def _read(path: Path, file: Any, name: str) -> Array:
    try:
        value: Array = file.get_tensor(name)
    except _ERRORS as error:
        raise CheckpointError(f"{path}: tensor {shown(name)} cannot be read ({shown(error)})") from None
    return value


def _widened(path: Path) -> dict[str, Stored]:
    """All tensors of a file that holds bfloat16, which numpy lacks: it is the upper half of a float32."""
    if path.stat().st_size > LARGEST_WIDENED:
        raise CheckpointError(f"{path}: larger than any network of bfloat16 that livepitch knows")
    tensors = {}
    for name, held in deserialize(path.read_bytes()):  # type: ignore[no-untyped-call]
        if held["dtype"] == "BF16":
            flat: Array = (np.frombuffer(held["data"], "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            flat = np.frombuffer(held["data"], _DTYPES[held["dtype"]])
        tensors[name] = Stored.of(flat.reshape(held["shape"]))
    return tensors
