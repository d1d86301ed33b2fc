"""How much of an ONNX file is structure: protobuf makes a hundred bytes of memory out of two, so it is measured before.

The file's fields are walked as they lie in it, without protobuf; what is not known is structure.
Source of the numbers: onnx.proto3 of ONNX, and the encoding of Protocol Buffers.
"""

from __future__ import annotations

LARGEST_STRUCTURE = 6 << 20  # bytes: names, nodes, their attributes, notes of the exporter; RMVPE's are 0.3 MB
EACH = 16  # bytes that a field counts beside its own: the smallest take the most memory
_GRAPH = {1: "node", 5: "tensor"}
_INSIDE = {"model": {7: "graph"}, "graph": _GRAPH, "node": {5: "attribute"}, "attribute": {5: "tensor"}}
_VALUES = (4, 9, 10)  # of a tensor: packed floats, raw bytes, packed doubles; they take the memory that they take here
_VARINT, _EIGHT, _MEASURED, _FOUR = 0, 1, 2, 5  # kinds of fields


def check_structure(data: bytes) -> None:
    """That a model's structure is not too large.

    Raises:
        ValueError: it is, or the file is damaged.
    """
    _walk(data, 0, len(data), "model", LARGEST_STRUCTURE)


def _walk(data: bytes, place: int, end: int, kind: str, room: int) -> int:
    """Walks one message; how much room is left after it."""
    while place < end:
        key, inner = _varint(data, place)
        after, number = _after(data, key & 7, inner), key >> 3
        if after > end:
            raise ValueError("truncated")
        if key & 7 == _MEASURED and number in _INSIDE.get(kind, ()):
            inner = _varint(data, inner)[1]
            room = _walk(data, inner, after, _INSIDE[kind][number], room)
        elif kind != "tensor" or key & 7 != _MEASURED or number not in _VALUES:
            room -= after - inner
        room -= inner - place + EACH
        if room < 0:
            raise ValueError("far more nodes or names than RMVPE has")
        place = after
    return room


def _after(data: bytes, wire: int, place: int) -> int:
    """Where a field ends that begins there."""
    if wire == _VARINT:
        return _varint(data, place)[1]
    if wire == _MEASURED:
        size, inner = _varint(data, place)
        return inner + size
    if wire in (_EIGHT, _FOUR):
        return place + (8 if wire == _EIGHT else 4)
    raise ValueError(f"a field of kind {wire}")


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """The number that stands there, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            raise ValueError("truncated")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise ValueError("an endless number")
