"""Pickles of weights, read as data: a small machine that knows what a state dict needs, and imports and calls nothing.

`pickle.Unpickler` with a `find_class` of one's own still runs what it is given (attributes set by BUILD, memory filled
by a memo index). Here an instruction outside the few below ends the reading, and so does a name other than those of
four functions, which are our own, and of PyTorch's storages, which are tokens.
"""

from __future__ import annotations

import math
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from ..errors import CheckpointError
from .tensors import shown

LONGEST_PICKLE = 2 << 20  # bytes; that of the full model is 0.1 MB, with an optimiser's state 0.5 MB

MOST_AXES = 8

STORAGES = {
    "HalfStorage": "f2",
    "BFloat16Storage": "bf16",
    "FloatStorage": "f4",
    "DoubleStorage": "f8",
    "LongStorage": "i8",
    "IntStorage": "i4",
    "ShortStorage": "i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "u1",
}
"""PyTorch's kinds of storage -> type of their elements."""


@dataclass(frozen=True)
class Named:
    """A name that a pickle mentions: a token, never the thing itself."""

    name: str


@dataclass(frozen=True)
class StorageRef:
    """A run of elements that lies elsewhere in the file."""

    kind: str
    """Type of the elements, a value of `STORAGES`."""
    key: str
    length: int
    """Elements, as the pickle claims."""


@dataclass(frozen=True)
class TensorRef:
    """A view of a storage, in elements; found to lie within the length that the storage claims."""

    storage: StorageRef
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)


class UnsafePickleError(CheckpointError):
    """A pickle that asks for more than weights need; nothing of it was run."""


def read_pickle(path: Path, stream: BytesIO, storages: dict[str, StorageRef] | None = None) -> Any:
    """The object that a pickle describes: dicts, lists, tuples, plain values and `TensorRef`.

    Reads from the stream's position to the pickle's end; what storages it mentions goes into `storages` by key.

    Raises:
        CheckpointError: damaged, or asking for something that weights never need.
    """
    machine = _Machine(path, {} if storages is None else storages)
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            machine.step(opcode.name, argument)
        return machine.stack.pop()
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, AssertionError) as error:
        raise CheckpointError(f"{path}: its pickle is damaged ({shown(error)}); fetch or save the file again") from None


class _Machine:
    def __init__(self, path: Path, storages: dict[str, StorageRef]) -> None:
        self.path = path
        self.storages = storages
        self.stack: list[Any] = []
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}

    def step(self, name: str, argument: Any) -> None:
        if name in _PUSH:
            self.stack.append(_PUSH[name](argument))
        elif name in _ACTIONS:
            _ACTIONS[name](self, argument)
        elif name not in ("PROTO", "FRAME", "STOP"):
            raise UnsafePickleError(
                f"{self.path}: its pickle uses the instruction {name}, which weights never need; refused"
            )

    def mark(self, _: Any) -> None:
        self._marks.append(self.stack)
        self.stack = []

    def since_mark(self) -> list[Any]:
        items, self.stack = self.stack, self._marks.pop()
        return items

    def drop(self, _: Any) -> None:
        if self.stack:
            self.stack.pop()
        else:
            self.since_mark()

    def drop_since_mark(self, _: Any) -> None:
        self.since_mark()

    def memoize(self, index: int | None) -> None:
        self._memo[len(self._memo) if index is None else index] = self.stack[-1]

    def recall(self, index: int) -> None:
        self.stack.append(self._memo[index])

    def tuple_of(self, count: int | None) -> None:
        items = self.since_mark() if count is None else [self.stack.pop() for _ in range(count)][::-1]
        self.stack.append(tuple(items))

    def append(self, items: list[Any]) -> None:
        _expect(self.stack[-1], list).extend(items)

    def set_items(self, items: list[Any]) -> None:
        target = _expect(self.stack[-1], dict)
        if len(items) % 2:
            raise ValueError("a key without a value")
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[_key(key)] = value

    def name(self, _: Any, full: str | None = None) -> None:
        if full is None:
            attribute, module = self.stack.pop(), self.stack.pop()
            full = f"{_expect(module, str)} {_expect(attribute, str)}"
        name = full.replace(" ", ".")
        if name not in _CALLS and name not in _TYPES:
            self.refuse(name)
        self.stack.append(Named(name))

    def call(self, _: Any) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if not isinstance(function, Named) or function.name not in _CALLS:
            self.refuse(function.name if isinstance(function, Named) else type(function).__name__)
        self.stack.append(_CALLS[function.name](*_expect(arguments, tuple)))

    def set_state(self, _: Any) -> None:
        self.stack.pop()  # versions of modules, in the OrderedDict that `state_dict()` gives
        _expect(self.stack[-1], dict)

    def persistent(self, _: Any) -> None:
        storage = _storage(self.stack.pop())
        self.storages.setdefault(storage.key, storage)
        self.stack.append(storage)

    def refuse(self, name: str) -> None:
        raise UnsafePickleError(
            f"{self.path}: its pickle asks to run {shown(name)}; a checkpoint of weights never does; "
            "refused without running it"
        )


def _expect(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(f"a {type(value).__name__} in place of a {kind.__name__}")
    return value


def _key(key: Any) -> str | int:
    if type(key) is str:
        return key
    if type(key) is int and 0 <= key < 1 << 32:  # larger ones can be made to collide, nested tuples hash for ever
        return key
    raise TypeError(f"a {type(key).__name__} as a key")


def _storage(identity: Any) -> StorageRef:
    if len(_expect(identity, tuple)) not in (5, 6):
        raise TypeError("a persistent id that is not a tensor's storage")
    tag, kind, key, _, length = identity[:5]
    if tag != "storage" or not isinstance(kind, Named) or kind.name not in _TYPES:
        raise TypeError("a persistent id that is not a tensor's storage")
    if any(extra is not None for extra in identity[5:]):
        raise TypeError("a view of a storage, as only very old versions of PyTorch save")
    return StorageRef(STORAGES[kind.name.removeprefix("torch.")], _expect(key, str), _count(length))


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> TensorRef:
    if len(_expect(shape, tuple)) != len(_expect(strides, tuple)) or len(shape) > MOST_AXES:
        raise ValueError(f"a tensor of {len(shape)} axes with {len(strides)} strides")
    shape, strides = (tuple(map(_count, sizes)) for sizes in (shape, strides))
    tensor = TensorRef(_expect(storage, StorageRef), _count(offset), shape, strides)
    last = tensor.offset + sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True))
    if tensor.size and (last >= storage.length or tensor.size > storage.length):
        raise ValueError("a tensor that reaches beyond its storage")
    return tensor


def _count(value: Any) -> int:
    if not 0 <= _expect(value, int) < 1 << 48:
        raise ValueError("a size out of all bounds")
    return int(value)


_CALLS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": lambda: {},
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": lambda tensor, *_: _expect(tensor, TensorRef),
    "torch.Size": lambda sizes: _expect(sizes, tuple),
}
_TYPES = {f"torch.{kind}" for kind in STORAGES}

_ARGUMENTS = (
    "BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINSTRING SHORT_BINSTRING "
    "BINBYTES SHORT_BINBYTES"
)
_PUSH: dict[str, Callable[[Any], Any]] = {
    "NONE": lambda _: None,
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    **dict.fromkeys(_ARGUMENTS.split(), lambda argument: argument),
    "EMPTY_DICT": lambda _: {},
    "EMPTY_LIST": lambda _: [],
    "EMPTY_TUPLE": lambda _: (),
}
_ACTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    "MARK": _Machine.mark,
    "POP": _Machine.drop,
    "POP_MARK": _Machine.drop_since_mark,
    "MEMOIZE": _Machine.memoize,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _Machine.memoize),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Machine.recall),
    "TUPLE": lambda machine, _: machine.tuple_of(None),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "APPEND": lambda machine, _: machine.append([machine.stack.pop()]),
    "APPENDS": lambda machine, _: machine.append(machine.since_mark()),
    "SETITEM": lambda machine, _: machine.set_items([machine.stack.pop(), machine.stack.pop()][::-1]),
    "SETITEMS": lambda machine, _: machine.set_items(machine.since_mark()),
    "GLOBAL": lambda machine, argument: machine.name(None, argument),
    "STACK_GLOBAL": _Machine.name,
    "REDUCE": _Machine.call,
    "BUILD": _Machine.set_state,
    "BINPERSID": _Machine.persistent,
}
