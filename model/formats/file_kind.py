"""What a file of weights is, by its first bytes rather than its suffix."""

from __future__ import annotations

from pathlib import Path

from ..errors import CheckpointError

_LONGEST_HEADER = 10_000_000  # bytes, of safetensors; RMVPE's has 0.1 MB, and each takes ten of memory
_NOT_WEIGHTS = {
    b"version https://git-lfs": "a pointer of Git LFS, not the file itself; fetch the file that it points to",
    b"<!doctype html": "a web page, not a checkpoint; fetch the file itself",
    b"<html": "a web page, not a checkpoint; fetch the file itself",
}


def file_kind(path: Path) -> str:
    """`safetensors`, `torch` or `onnx`; the suffix decides only where the first bytes could be anything.

    Raises:
        CheckpointError: none of them.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        raise CheckpointError(f"{path}: an empty file")
    for start, what in _NOT_WEIGHTS.items():
        if head.lstrip()[: len(start)].lower() == start:
            raise CheckpointError(f"{path}: {what}")
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= _LONGEST_HEADER:
        return "safetensors"
    if head.startswith(b"PK\x03\x04") or (head[0] == 0x80 and head[1:2] in (b"\2", b"\3", b"\4", b"\5")):
        return "torch"
    if head[0] == 0x08:  # the first field of a model in ONNX: the version of its format
        return "onnx"
    raise CheckpointError(f"{path}: not a checkpoint: neither safetensors, nor of torch.save (.pt, .pth), nor ONNX")
