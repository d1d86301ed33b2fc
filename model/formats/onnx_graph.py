"""ONNX graphs: who makes a value, who takes it, and what the constants among them hold. Knows no network."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import CheckpointError
from .onnx_size import check_structure
from .tensors import Array, shown

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

PASSING = ("Identity", "Cast", "Dropout")
"""Operators that hand their input on unchanged, as far as a network's structure goes."""
DEEPEST = 16  # operators between a stored tensor and the place where it is used
LARGEST = 4 << 30  # bytes of all constants; those of the full network are 0.4 GB
LARGEST_FILE = 1 << 30  # bytes without what lies in other files; protobuf takes as many again
SPARE, SHARE = 64 << 20, 3  # constants may take so many bytes, and so many times what the files themselves hold


def load_graph(path: Path) -> Graph:
    """The graph of an ONNX file; tensors that it keeps in another file beside it are read when asked for.

    Raises:
        CheckpointError: damaged, or the `onnx` package is missing.
    """
    try:
        import onnx
    except ImportError as error:
        raise CheckpointError(f"{path}: reading ONNX needs the package `onnx` ({error}); pip install onnx") from None
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise CheckpointError(f"{path}: larger than an ONNX file of RMVPE; another network")
    try:
        data = path.read_bytes()
        check_structure(data)
        model = onnx.load_model_from_string(data, format="protobuf")
    except OSError:
        raise
    except Exception as error:  # protobuf's errors are no ValueError
        raise CheckpointError(f"{path}: not an ONNX file, or a damaged one ({shown(error)})") from None
    return Graph(path, model, size)


class Graph:
    """The main graph of a model."""

    def __init__(self, path: Path, model: ModelProto, size: int) -> None:
        self.path = path
        self.nodes = list(model.graph.node)
        self._stored = {tensor.name: tensor for tensor in model.graph.initializer}
        self._makers = {output: node for node in self.nodes for output in node.output if output}
        self._takers: dict[str, list[NodeProto]] = defaultdict(list)
        for node in self.nodes:
            for value in dict.fromkeys(node.input):
                self._takers[value].append(node)
        self._constants: dict[str, Array | None] = {}
        self._held, self._borne = 0, size  # bytes: of constants, and of the files that bear them out

    def origin(self, value: str) -> str:
        """Where `value` comes from, before the nodes that only pass it on."""
        for _ in self.nodes:
            node = self._makers.get(value)
            if node is None or node.op_type not in PASSING or not node.input:
                break
            value = node.input[0]
        return value

    def maker(self, value: str) -> NodeProto | None:
        """The node that `value` comes out of, beyond those that only pass it on; None for inputs and stored tensors."""
        return self._makers.get(self.origin(value))

    def takers(self, value: str) -> list[NodeProto]:
        """The nodes that `value` goes into, beyond those that only pass it on; a shape's computation is none."""
        found, waiting, seen = list[Any](), [value], {value}
        while waiting:
            for node in self._takers[waiting.pop()]:
                if node.op_type not in PASSING:
                    found += [node] if node.op_type != "Shape" else []
                elif node.output and node.output[0] not in seen:
                    seen.add(node.output[0])
                    waiting.append(node.output[0])
        return found

    def constant(self, value: str, depth: int = 0) -> Array | None:
        """What `value` holds if it depends on no input: stored, or made of stored tensors by reshaping; else None."""
        if value not in self._constants and depth < DEEPEST:
            self._constants[value] = None  # while it is being computed: a graph must have no circles
            self._constants[value] = self._computed(value, depth)
        return self._constants.get(value)

    def _computed(self, value: str, depth: int) -> Array | None:
        if value in self._stored:
            return self._array(self._stored[value])
        node = self._makers.get(value)
        if node is None:
            return None
        if node.op_type == "Constant":
            return self._literal(node)
        if node.op_type not in _RESHAPING:
            return None
        inputs = [self.constant(name, depth + 1) if name else None for name in node.input]
        if any(name and held is None for name, held in zip(node.input, inputs, strict=True)) or inputs[0] is None:
            return None
        self._make_room(sum(held.nbytes for held in inputs if held is not None))
        array: Array = _RESHAPING[node.op_type](inputs, attributes(node))
        return array

    def _literal(self, node: NodeProto) -> Array | None:
        held = attributes(node)
        if "value" in held:
            return self._array(held["value"])
        plain = [held[name] for name in ("value_int", "value_ints", "value_float", "value_floats") if name in held]
        return np.asarray(plain[0]) if plain else None

    def _array(self, tensor: TensorProto) -> Array:
        import onnx
        from onnx import external_data_helper, numpy_helper

        label = f"{self.path}: tensor {shown(tensor.name)}"
        kept = onnx.TensorProto
        itemsize: dict[int, int] = {
            kept.FLOAT: 4,
            kept.FLOAT16: 2,
            kept.BFLOAT16: 2,
            kept.DOUBLE: 8,
            kept.INT64: 8,
            kept.INT32: 4,
        }
        if tensor.data_type not in itemsize:
            raise CheckpointError(f"{label} is of type {tensor.data_type}, which RMVPE never has; a quantised network?")
        size = math.prod(tensor.dims) * itemsize[tensor.data_type]
        if min(tensor.dims, default=0) < 0 or size > LARGEST:
            raise CheckpointError(f"{label} says it has the shape {tuple(tensor.dims[:8])}; a damaged file")
        try:
            if external_data_helper.uses_external_data(tensor):
                self._borne += size  # so much is read, or the file is too short
                self._make_room(0)
                tensor = _sized(tensor, size)
                external_data_helper.load_external_data_for_tensor(tensor, str(self.path.parent))
            array = numpy_helper.to_array(tensor)
        except (OSError, ValueError, TypeError, OverflowError, AttributeError, onnx.checker.ValidationError) as error:
            raise CheckpointError(f"{label} cannot be read ({shown(error)})") from None
        self._make_room(array.nbytes)
        return array.astype(np.float32) if array.dtype.itemsize == 2 else array

    def _make_room(self, size: int) -> None:
        self._held += size
        # A handful of concatenations can fill any memory.
        if max(self._held, self._borne) > LARGEST or self._held > SPARE + SHARE * self._borne:
            raise CheckpointError(f"{self.path}: its constants are larger than RMVPE's; another network")


def _sized(tensor: TensorProto, size: int) -> TensorProto:
    """A tensor in another file of which so many bytes will be read, whatever it says itself, or does not."""
    copy = type(tensor)()
    copy.CopyFrom(tensor)
    kept = [entry for entry in tensor.external_data if entry.key != "length"]
    del copy.external_data[:]
    copy.external_data.extend(kept)
    copy.external_data.add(key="length", value=str(size))
    return copy


def attributes(node: NodeProto) -> dict[str, Any]:
    """A node's attributes as Python values; texts as bytes."""
    from onnx import helper

    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def _ints(inputs: list[Array | None], index: int, held: dict[str, Any], name: str) -> list[int] | None:
    """A list of integers that newer operator sets take as an input and older ones as an attribute."""
    value = inputs[index] if len(inputs) > index else held.get(name)
    return None if value is None else [int(n) for n in np.asarray(value).ravel()]


def _sliced(inputs: list[Any], held: dict[str, Any]) -> Array:
    data: Array = inputs[0]
    starts, ends = _ints(inputs, 1, held, "starts") or [], _ints(inputs, 2, held, "ends") or []
    axes = _ints(inputs, 3, held, "axes") or list(range(len(starts)))
    steps = _ints(inputs, 4, held, "steps") or [1] * len(starts)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        which: list[slice] = [slice(None)] * data.ndim
        which[axis] = slice(start, end, step)
        data = data[tuple(which)]
    return data


def _squeezed(inputs: list[Any], held: dict[str, Any]) -> Array:
    axes = _ints(inputs, 1, held, "axes")
    squeezed: Array = np.squeeze(inputs[0], None if axes is None else tuple(axes))
    return squeezed


_RESHAPING: dict[str, Any] = {
    "Identity": lambda inputs, _: inputs[0],
    "Cast": lambda inputs, _: inputs[0],  # between kinds of floating point; all end as float32
    "Transpose": lambda inputs, held: np.transpose(inputs[0], held.get("perm")),
    "Unsqueeze": lambda inputs, held: np.expand_dims(inputs[0], tuple(_ints(inputs, 1, held, "axes") or ())),
    "Squeeze": _squeezed,
    "Slice": _sliced,
    "Concat": lambda inputs, held: np.concatenate(inputs, held["axis"]),
}
