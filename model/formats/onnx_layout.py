"""RMVPE's weights out of an ONNX graph, by following the data from the input's BatchNorm to the salience.

Names say nothing there: the exporter folds BatchNorm into the convolutions and numbers what comes out. The graph says
it all, and one that is wired, pooled or padded otherwise is another network and is refused at the node that differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ..config import RmvpeConfig
from ..errors import CheckpointError
from .onnx_graph import Graph, attributes, load_graph
from .tensors import Array, Stored, shown

if TYPE_CHECKING:
    from onnx import NodeProto

EPSILON = 1e-5  # of PyTorch's BatchNorm, which the network adds to every variance
LEVELS = len(RmvpeConfig().channels)
RESHAPING = ("Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten")

_CONV = {"group": (1, 1), "dilations": ([1, 1], [1, 1]), "strides": ([1, 1], [1, 1])}  # name -> (wanted, default)
_PLAIN: dict[str, Any] = {**_CONV, "pads": ([0] * 4, [0] * 4)}
_PADDED: dict[str, Any] = {**_CONV, "pads": ([1] * 4, [0] * 4)}
_UP: dict[str, Any] = {**_PADDED, "strides": ([2, 2], [1, 1]), "output_padding": ([1, 1], [0, 0])}
_POOL: dict[str, Any] = {"kernel_shape": ([2, 2], None), "strides": ([2, 2], [1, 1]), "pads": ([0] * 4, [0] * 4)}
_GRU: dict[str, Any] = {"direction": (b"bidirectional", b"forward"), "linear_before_reset": (1, 0), "clip": (0, 0)}
_GEMM: dict[str, Any] = {"alpha": (1.0, 1.0), "beta": (1.0, 1.0), "transA": (0, 0)}


def onnx_tensors(path: Path) -> dict[str, Stored]:
    """The tensors of an ONNX file of RMVPE under PyTorch's names; a folded BatchNorm comes back as one of no effect.

    Raises:
        CheckpointError: damaged, or another network: the first node that does not fit is named.
    """
    graph = load_graph(path)
    try:
        weights = _Walk(graph).network()
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, AttributeError) as error:
        raise CheckpointError(f"{path}: a damaged ONNX graph ({shown(error)}); fetch or export it again") from None
    return {name: Stored.of(value) for name, value in weights.items()}


class _Walk:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.weights: dict[str, Array] = {}

    def network(self) -> dict[str, Array]:
        x, skips = self._entrance(), []
        n_blocks = 0
        for level in range(LEVELS):
            x, n_blocks = self._level(x, f"unet.encoder.layers.{level}.conv", n_blocks, "AveragePool")
            skips.append(x)
            x = self._only(x, "AveragePool", _POOL).output[0]
        for level in range(len(self.graph.nodes)):
            x, _ = self._level(x, f"unet.intermediate.layers.{level}.conv", n_blocks)
            if any(node.op_type == "ConvTranspose" for node in self.graph.takers(x)):
                break
        for level, skip in enumerate(reversed(skips)):
            x = self._up(x, skip, f"unet.decoder.layers.{level}.conv1")
            x, _ = self._level(x, f"unet.decoder.layers.{level}.conv2", n_blocks)
        self._head(x)
        return self.weights

    def _entrance(self) -> str:
        for node in self.graph.nodes:
            if node.op_type != "Conv" or len(node.input) < 2:
                continue
            kernel = self.graph.constant(node.input[1])
            if kernel is not None and kernel.shape[1:] == (1, 3, 3):
                norm = self.graph.maker(node.input[0])
                if norm is None or norm.op_type != "BatchNormalization":
                    self._misfit(node, "a convolution right after RMVPE's BatchNormalization of the input")
                self._norm(norm, "unet.encoder.bn", None)
                return str(norm.output[0])
        raise CheckpointError(
            f"{self.graph.path}: an ONNX of another network: it has no 3x3 convolution of one channel, RMVPE's first"
        )

    def _level(self, x: str, name: str, n_blocks: int, end: str = "") -> tuple[str, int]:
        """Residual blocks after `x`: as many as `n_blocks`, or while there are none of `end` if that is 0."""
        for count in range(1, (n_blocks or len(self.graph.nodes)) + 1):
            x = self._block(x, f"{name}.{count - 1}")
            if not n_blocks and any(node.op_type == end for node in self.graph.takers(x)):
                break
        return x, count

    def _block(self, x: str, name: str) -> str:
        side = [node for node in self.graph.takers(x) if self._kernel(node) == (1, 1)]
        y = self._relu(self._conv(self._only(x, "Conv", _PADDED, (3, 3)), f"{name}.conv.0", f"{name}.conv.1"))
        y = self._relu(self._conv(self._only(y, "Conv", _PADDED, (3, 3)), f"{name}.conv.3", f"{name}.conv.4"))
        total = self._only(y, "Add")
        ends = {self.graph.origin(value) for value in total.input}
        if side:
            shortcut = self._only(x, "Conv", _PLAIN, (1, 1))
            self._affine(shortcut, f"{name}.shortcut")
            x = shortcut.output[0]
        if ends != {self.graph.origin(x), self.graph.origin(y)}:
            self._misfit(total, "a sum of a block's result with its shortcut")
        return str(total.output[0])

    def _up(self, x: str, skip: str, name: str) -> str:
        y = self._relu(self._conv(self._only(x, "ConvTranspose", _UP, (3, 3)), f"{name}.0", f"{name}.1", 1))
        joined = self._only(y, "Concat")
        if [self.graph.origin(value) for value in joined.input] != [self.graph.origin(value) for value in (y, skip)]:
            self._misfit(joined, "what was upsampled, then what the encoder had at that level")
        self._require(joined, {"axis": (1, None)})
        return str(joined.output[0])

    def _head(self, x: str) -> None:
        cnn = self._only(x, "Conv", _PADDED, (3, 3))
        self._affine(cnn, "cnn")
        x = self._only(cnn.output[0], "Transpose", {"perm": ([0, 2, 1, 3], None)}).output[0]
        gru = self._next(x, ("GRU",))
        self._gru(gru)
        linear = self._next(gru.output[0], ("MatMul", "Gemm"))
        matrix = self._constant(linear, 1)
        if linear.op_type == "Gemm":
            self._require(linear, _GEMM)
            self.weights["fc.1.weight"] = matrix if attributes(linear).get("transB", 0) else matrix.T
            self.weights["fc.1.bias"] = self._constant(linear, 2)
            return
        total = self._only(linear.output[0], "Add")
        which = [self.graph.constant(value) is not None for value in total.input].index(True)
        self.weights["fc.1.weight"], self.weights["fc.1.bias"] = matrix.T, self._constant(total, which)

    def _gru(self, node: NodeProto) -> None:
        """ONNX orders the gates z, r, n and stores both directions together; PyTorch r, z, n."""
        self._require(node, _GRU)
        if attributes(node).get("activations", [b"Sigmoid", b"Tanh"] * 2) != [b"Sigmoid", b"Tanh"] * 2:
            self._misfit(node, "a GRU with sigmoid and tanh")
        w_input, w_hidden = self._constant(node, 1), self._constant(node, 2)
        size = w_hidden.shape[-1]
        given = len(node.input) > 3 and node.input[3]
        bias = self._constant(node, 3) if given else np.zeros((2, 6 * size), np.float32)
        if [len(w_input), w_hidden.shape, bias.shape] != [2, (2, 3 * size, size), (2, 6 * size)]:
            self._misfit(node, "a GRU of one size in both directions")
        values = (w_input, w_hidden, *np.split(bias, 2, axis=1))
        for part, both in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), values, strict=True):
            for suffix, value in zip(("", "_reverse"), both, strict=True):
                update, reset, new = np.split(value, 3)
                self.weights[f"fc.0.gru.{part}_l0{suffix}"] = np.concatenate((reset, update, new))
        start = self.graph.constant(node.input[5]) if len(node.input) > 5 and node.input[5] else None
        if start is not None and start.any():
            self._misfit(node, "a GRU that starts from zero")

    def _conv(self, node: NodeProto, conv: str, norm: str, out_axis: int = 0) -> str:
        """Keeps a convolution's kernel and the BatchNorm after it; returns what comes out of both."""
        self.weights[f"{conv}.weight"] = kernel = self._constant(node, 1)
        bias = self._constant(node, 2) if len(node.input) > 2 and node.input[2] else None
        takers = self.graph.takers(node.output[0])
        if len(takers) == 1 and takers[0].op_type == "BatchNormalization":
            self._norm(takers[0], norm, bias)
            return str(takers[0].output[0])
        ones = np.ones(kernel.shape[out_axis], np.float32)
        parts = {"weight": ones, "bias": 0 * ones if bias is None else bias, "running_mean": 0 * ones}
        self.weights |= {f"{norm}.{part}": value for part, value in parts.items()}
        self.weights[f"{norm}.running_var"] = ones - np.float32(EPSILON)
        return str(node.output[0])

    def _norm(self, node: NodeProto, name: str, bias: Array | None) -> None:
        for index, part in enumerate(("weight", "bias", "running_mean", "running_var")):
            self.weights[f"{name}.{part}"] = self._constant(node, index + 1)
        if bias is not None:  # normalised right away, so it is as good as a shift of the mean
            self.weights[f"{name}.running_mean"] = self.weights[f"{name}.running_mean"] - bias
        difference = attributes(node).get("epsilon", EPSILON) - EPSILON
        if abs(difference) > 1e-9:
            self.weights[f"{name}.running_var"] = self.weights[f"{name}.running_var"] + np.float32(difference)

    def _affine(self, node: NodeProto, name: str) -> None:
        self.weights[f"{name}.weight"], self.weights[f"{name}.bias"] = (self._constant(node, index) for index in (1, 2))

    def _relu(self, x: str) -> str:
        return str(self._only(x, "Relu").output[0])

    def _only(
        self, x: str, kind: str, wanted: Mapping[str, Any] | None = None, kernel: tuple[int, int] | None = None
    ) -> NodeProto:
        """The one node of a kind that `x` goes into, with the attributes and the size of kernel that RMVPE has."""
        takers = self.graph.takers(x)
        found = [node for node in takers if node.op_type == kind and kernel in (None, self._kernel(node))]
        if len(found) != 1:
            size = f" of {kernel[0]}x{kernel[1]}" if kernel else ""
            self._misfit(takers[0] if takers else None, f"one {kind}{size} after {shown(x)}")
        self._require(found[0], wanted or {})
        return found[0]

    def _next(self, x: str, kinds: tuple[str, ...]) -> NodeProto:
        """The first node of one of the kinds after `x`, beyond those that only reshape."""
        for _ in self.graph.nodes:
            takers = self.graph.takers(x)
            for node in takers:
                if node.op_type in kinds:
                    return node
            through = [node for node in takers if node.op_type in RESHAPING]
            if not through:
                self._misfit(takers[0] if takers else None, f"{' or '.join(kinds)} after {shown(x)}")
            x = through[0].output[0]
        raise ValueError("a graph that runs in a circle")

    def _require(self, node: NodeProto, wanted: Mapping[str, Any]) -> None:
        held = attributes(node)
        for name, (value, default) in wanted.items():
            if held.get(name, default) != value:
                self._misfit(node, f"one with {name} = {value}")

    def _kernel(self, node: NodeProto) -> tuple[int, ...] | None:
        if node.op_type not in ("Conv", "ConvTranspose") or len(node.input) < 2:
            return None
        kernel = self.graph.constant(node.input[1])
        return None if kernel is None else kernel.shape[2:]

    def _constant(self, node: NodeProto, index: int) -> Array:
        value = self.graph.constant(node.input[index]) if len(node.input) > index else None
        if value is None:
            self._misfit(node, f"one with stored weights as its input {index}")
        return value

    def _misfit(self, node: NodeProto | None, wanted: str) -> NoReturn:
        there = "nothing" if node is None else f"{shown(node.op_type)} {shown(node.name or ', '.join(node.output))}"
        raise CheckpointError(f"{self.graph.path}: an ONNX of another network: {there} stands where RMVPE has {wanted}")
