"""Files of `torch.save` (.pt, .pth) read without PyTorch: the zip archive, and the older run of pickles.

Neither runs what is pickled (`pickled.py`). Sizes are believed only as far as the file's own bytes bear them out.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial
from io import BufferedReader, BytesIO, FileIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..errors import CheckpointError
from .pickled import LONGEST_PICKLE, StorageRef, TensorRef, read_pickle
from .tensors import Array, Stored, shown

LEGACY = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."  # a pickle of PyTorch's magic number
NESTED = ("model", "state_dict", "weights", "weight", "model_state_dict", "net", "network", "generator")
"""Where training programs keep the state dict in a larger dict; the first that is there counts."""

LONGEST_DIRECTORY = 4 << 20  # bytes; 0.2 MB with an optimiser's state

_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError)

Storage = Callable[[StorageRef], bytes]


@contextmanager
def torch_tensors(path: Path) -> Iterator[dict[str, Stored]]:
    """The tensors of a state dict by name; they may be read until the block ends.

    Raises:
        CheckpointError: damaged, no state dict, or a pickle that asks for more than weights need.
    """
    with _Wary(FileIO(path)) as file:
        is_zip = file.read(2) == b"PK"
        file.seek(0)
        yield (_zipped if is_zip else _legacy)(path, file)


class _Wary(BufferedReader):
    """A file out of which little is read at once while an archive's directory is: each entry takes memory."""

    wary = True

    def read(self, size: int | None = -1, /) -> bytes:
        if self.wary and (size or 0) > LONGEST_DIRECTORY:
            raise zipfile.BadZipFile("a directory of more entries than any weights need")
        return super().read(size)


def _zipped(path: Path, file: _Wary) -> dict[str, Stored]:
    try:
        archive = zipfile.ZipFile(file)
        file.wary = False
        entries = {entry.filename: entry for entry in archive.infolist()}
    except _ZIP_ERRORS as error:
        raise CheckpointError(f"{path}: a damaged zip archive ({shown(error)}); fetch or save the file again") from None
    if sum(entry.file_size for entry in entries.values()) > path.stat().st_size:
        raise CheckpointError(f"{path}: claims to hold more than its own size; torch.save never compresses")
    pickles = [name for name in entries if name.count("/") == 1 and name.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise CheckpointError(f"{path}: a zip archive without one data.pkl, so not a file of torch.save")

    def read(name: str) -> bytes:
        if name not in entries:
            raise CheckpointError(f"{path}: lacks its entry {shown(name)}; fetch or save the file again")
        if entries[name].compress_type != zipfile.ZIP_STORED:
            raise CheckpointError(f"{path}: entry {shown(name)} is compressed, which torch.save never does")
        try:
            return archive.read(name)
        except _ZIP_ERRORS as error:
            text = f"{path}: entry {shown(name)} is damaged ({shown(error)}); fetch or save the file again"
            raise CheckpointError(text) from None

    root = pickles[0].removesuffix("data.pkl")
    if entries[pickles[0]].file_size > LONGEST_PICKLE:
        raise CheckpointError(f"{path}: its pickle is far larger than that of any weights")
    order = ">" if f"{root}byteorder" in entries and read(f"{root}byteorder") == b"big" else "<"
    found = read_pickle(path, BytesIO(read(pickles[0])))
    return _state_dict(path, found, lambda storage: read(f"{root}data/{storage.key}"), order)


def _legacy(path: Path, file: BinaryIO) -> dict[str, Stored]:
    head = BytesIO(file.read(LONGEST_PICKLE))
    if head.read(len(LEGACY)) != LEGACY:
        raise CheckpointError(
            f"{path}: a pickle, but not one of torch.save; not opened: save the model's state_dict() with torch.save"
        )
    read_pickle(path, head)  # protocol version
    read_pickle(path, head)  # sizes of C's types on the machine that wrote it; the data are little-endian everywhere
    storages: dict[str, StorageRef] = {}
    found = read_pickle(path, head, storages)
    keys = read_pickle(path, head)
    places = _places(path, file, head.tell(), keys, storages)

    def read(storage: StorageRef) -> bytes:
        if storage.key not in places:
            raise CheckpointError(f"{path}: lacks storage {shown(storage.key)}; fetch or save the file again")
        file.seek(places[storage.key])
        return file.read(storage.length * _itemsize(storage))

    return _state_dict(path, found, read, "<")


def _places(path: Path, file: BinaryIO, start: int, keys: Any, storages: Mapping[str, StorageRef]) -> dict[str, int]:
    """Where each storage's elements begin: they follow one another, the number of elements before each."""
    places: dict[str, int] = {}
    end = path.stat().st_size
    for key in keys if isinstance(keys, list) else []:
        if not isinstance(key, str) or key not in storages:
            raise CheckpointError(f"{path}: holds a storage that no tensor speaks of; fetch or save the file again")
        file.seek(start)
        length = int.from_bytes(file.read(8), "little")
        places[key], start = start + 8, start + 8 + length * _itemsize(storages[key])
        if length != storages[key].length or start > end:
            raise CheckpointError(f"{path}: truncated or damaged at storage {shown(key)}; fetch or save the file again")
    return places


def _state_dict(path: Path, found: Any, read: Storage, order: str) -> dict[str, Stored]:
    tensors = {key: value for key, value in _chosen(path, found).items() if isinstance(value, TensorRef)}
    used = Counter[StorageRef]()
    for tensor in tensors.values():
        used[tensor.storage] += tensor.size
    if any(size > storage.length for storage, size in used.items()):
        raise CheckpointError(f"{path}: its tensors overlap, as those of a state dict never do")
    cached = lru_cache(maxsize=1)(read)  # PyTorch keeps all of a GRU's weights in one storage
    return {
        str(name): Stored(tensor.shape, partial(_values, path, str(name), tensor, cached, order))
        for name, tensor in tensors.items()
    }


def _chosen(path: Path, found: Any) -> dict[Any, Any]:
    """The dict of tensors: a nested one under a usual name, or the whole, or the only one nested."""
    if not isinstance(found, dict):
        raise CheckpointError(f"{path}: holds a {type(found).__name__}, not a state dict of weights")
    nested = {key: value for key, value in found.items() if isinstance(value, dict) and _has_tensors(value)}
    for key in NESTED:
        if key in nested:
            return nested[key]
    if not nested or _has_tensors(found):
        return found
    if len(nested) > 1:
        some = ", ".join(shown(key) for key in list(nested)[:4])
        raise CheckpointError(f"{path}: holds several networks ({some}); save the state dict of the one that is meant")
    return next(iter(nested.values()))


def _has_tensors(found: dict[Any, Any]) -> bool:
    return any(isinstance(value, TensorRef) for value in found.values())


def _values(path: Path, name: str, tensor: TensorRef, read: Storage, order: str) -> Array:
    kind, storage = tensor.storage.kind, tensor.storage
    data = read(storage)
    if len(data) != storage.length * _itemsize(storage):
        raise CheckpointError(
            f"{path}: {len(data)} bytes for tensor {shown(name)}, not as many as it says; a damaged file"
        )
    if kind == "bf16":  # the upper half of a float32
        flat: Array = (np.frombuffer(data, f"{order}u2").astype(np.uint32) << 16).view(np.float32)
    else:
        flat = np.frombuffer(data, order + kind)
    strides = tuple(stride * flat.itemsize for stride in tensor.strides)
    return as_strided(flat[tensor.offset :], tensor.shape, strides, writeable=False)


def _itemsize(storage: StorageRef) -> int:
    return 2 if storage.kind == "bf16" else np.dtype(storage.kind).itemsize
