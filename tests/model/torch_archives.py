"""Files as `torch.save` writes them, put together by hand without PyTorch, and pickles that it would never write."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

LEGACY_HEAD = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + b"\x80\x02M\xe9\x03." + b"\x80\x02}."
"""Magic number, protocol version, sizes of C's types."""
KINDS = {
    "f2": "HalfStorage",
    "bf16": "BFloat16Storage",
    "f4": "FloatStorage",
    "f8": "DoubleStorage",
    "i8": "LongStorage",
}


def text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    data = value.to_bytes(9, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def name(full: str) -> bytes:
    module, _, attribute = full.rpartition(".")
    return f"c{module}\n{attribute}\n".encode()


def tuple_of(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def call(function: str, *arguments: bytes) -> bytes:
    return name(function) + tuple_of(*arguments) + b"R"


def dict_of(items: Mapping[str, bytes]) -> bytes:
    """An OrderedDict with `_metadata` in its state, as `state_dict()` gives."""
    pairs = b"".join(text(key) + value for key, value in items.items())
    state = b"}" + text("_metadata") + call("collections.OrderedDict") + b"s"
    return call("collections.OrderedDict") + b"(" + pairs + b"u" + state + b"b"


def storage(key: str, length: int, kind: str = "f4") -> bytes:
    return tuple_of(text("storage"), name(f"torch.{KINDS[kind]}"), text(key), text("cuda:0"), number(length)) + b"Q"


def tensor(stored: bytes, shape: tuple[int, ...], offset: int = 0, strides: tuple[int, ...] | None = None) -> bytes:
    if strides is None:
        strides = tuple(int(np.prod(shape[axis + 1 :])) for axis in range(len(shape)))
    sizes, steps = (tuple_of(*map(number, values)) for values in (shape, strides))
    hooks = call("collections.OrderedDict")
    return call("torch._utils._rebuild_tensor_v2", stored, number(offset), sizes, steps, b"\x89", hooks)


def pickled(body: bytes) -> bytes:
    return b"\x80\x02" + body + b"."


def raw(value: np.ndarray, kind: str, order: str = "<") -> bytes:
    if kind == "bf16":
        return (np.asarray(value, f"{order}f4").view(f"{order}u4") >> 16).astype(f"{order}u2").tobytes()
    return np.asarray(value, order + kind).tobytes()


def parts(weights: Mapping[str, np.ndarray], kind: str = "f4", order: str = "<") -> tuple[bytes, dict[str, bytes]]:
    """A state dict's pickle (without head and tail), and the storages by key."""
    stored = {str(key): raw(value, kind, order) for key, value in enumerate(weights.values())}
    tensors = {
        label: tensor(storage(str(key), value.size, kind), value.shape)
        for key, (label, value) in enumerate(weights.items())
    }
    return dict_of(tensors), stored


def write_zip(
    path: Path, body: bytes, storages: Mapping[str, bytes], order: str = "little", packed: bool = False
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", pickled(body))
        archive.writestr("archive/byteorder", order)
        for key, data in storages.items():
            archive.writestr(f"archive/data/{key}", data)
        archive.writestr("archive/version", "3\n")
    return path


def write_legacy(path: Path, body: bytes, storages: Mapping[str, bytes], itemsize: int = 4) -> Path:
    keys = b"](" + b"".join(map(text, storages)) + b"e"
    data = b"".join(struct.pack("<q", len(data) // itemsize) + data for data in storages.values())
    path.write_bytes(LEGACY_HEAD + pickled(body) + pickled(keys) + data)
    return path
