"""RMVPE as ONNX graphs like those that `torch.onnx.export` writes, put together by `onnx.helper`: no PyTorch here."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from livepitch.model.checkpoint import Checkpoint
from livepitch.model.config import RmvpeConfig

EPSILON = 1e-5


@dataclass
class Builder:
    checkpoint: Checkpoint
    fold: bool = True
    """BatchNorm folded into the convolution before it."""
    half: bool = False
    literal: bool = False
    """Constants as nodes, wrapped in Cast and Identity, transposed where a node can undo it."""
    gemm: bool = False
    epsilon: float = EPSILON
    front: bool = False
    """A convolution in one dimension and a logarithm before the network, as where the mel is in the graph."""
    nodes: list[NodeProto] = field(default_factory=list)
    stored: list[TensorProto] = field(default_factory=list)

    def node(self, kind: str, *inputs: str, **attributes: object) -> str:
        output = f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"/{kind}_{len(self.nodes)}", **attributes))
        return output

    def constant(self, value: np.ndarray, kind: type = np.float32) -> str:
        kept = value.astype(np.float16 if self.half and kind is np.float32 else kind)
        if self.literal:
            plain = self.node("Constant", value=numpy_helper.from_array(kept))
            return self.node("Identity", self.node("Cast", plain, to=TensorProto.FLOAT))
        self.stored.append(numpy_helper.from_array(kept, f"onnx::Anything_{len(self.stored)}"))
        return self.stored[-1].name

    def weight(self, name: str) -> np.ndarray:
        return self.checkpoint.weights[name]

    def norm(self, x: str, name: str) -> str:
        values = [self.weight(f"{name}.{part}") for part in ("weight", "bias", "running_mean", "running_var")]
        values[3] = values[3] + np.float32(EPSILON - self.epsilon)
        return self.node("BatchNormalization", x, *map(self.constant, values), epsilon=self.epsilon)

    def conv(self, x: str, conv: str, norm: str) -> str:
        kernel = self.weight(f"{conv}.weight")
        is_up = conv.endswith("conv1.0")
        extra = {"strides": [2, 2], "output_padding": [1, 1]} if is_up else {"strides": [1, 1], "dilations": [1, 1]}
        kind = "ConvTranspose" if is_up else "Conv"
        attributes = {"kernel_shape": [3, 3], "pads": [1] * 4, "group": 1, **extra}
        if not self.fold:
            return self.node("Relu", self.norm(self.node(kind, x, self.constant(kernel), **attributes), norm))
        scale = self.weight(f"{norm}.weight") / np.sqrt(self.weight(f"{norm}.running_var") + EPSILON)
        shift = self.weight(f"{norm}.bias") - self.weight(f"{norm}.running_mean") * scale
        kernel = kernel * (scale[None, :, None, None] if is_up else scale[:, None, None, None])
        return self.node("Relu", self.node(kind, x, self.constant(kernel), self.constant(shift), **attributes))

    def block(self, x: str, name: str) -> str:
        y = self.conv(self.conv(x, f"{name}.conv.0", f"{name}.conv.1"), f"{name}.conv.3", f"{name}.conv.4")
        if f"{name}.shortcut.weight" in self.checkpoint.weights:
            x = self.affine(x, f"{name}.shortcut", 0)
        return self.node("Add", x, y)

    def affine(self, x: str, name: str, pad: int) -> str:
        parts = (self.constant(self.weight(f"{name}.{part}")) for part in ("weight", "bias"))
        return self.node("Conv", x, *parts, pads=[pad] * 4, kernel_shape=[2 * pad + 1] * 2)

    def gru(self, x: str, hidden: int) -> str:
        def both(*parts: str) -> str:
            values = []
            for suffix in ("", "_reverse"):
                gates = []
                for part in parts:
                    reset, update, new = np.split(self.weight(f"fc.0.gru.{part}_l0{suffix}"), 3)
                    gates += [update, reset, new]
                values.append(np.concatenate(gates))
            if not self.literal:
                return self.constant(np.stack(values))
            zero = self.node("Constant", value=numpy_helper.from_array(np.array([0])))
            pieces = [self.node("Unsqueeze", self.constant(value), zero) for value in values]
            return self.node("Concat", *pieces, axis=0)

        inputs = (x, both("weight_ih"), both("weight_hh"), both("bias_ih", "bias_hh"))
        return self.node("GRU", *inputs, direction="bidirectional", hidden_size=hidden, linear_before_reset=1)

    def linear(self, x: str) -> str:
        weight, bias = self.weight("fc.1.weight"), self.weight("fc.1.bias")
        if self.gemm:
            return self.node("Gemm", x, self.constant(weight), self.constant(bias), transB=1)
        matrix = self.constant(weight if self.literal else weight.T)
        if self.literal:
            matrix = self.node("Transpose", matrix, perm=[1, 0])
        return self.node("Add", self.constant(bias), self.node("MatMul", x, matrix))

    def entrance(self) -> str:
        if not self.front:
            return "mel"
        return self.node("Log", self.node("Conv", "mel", self.constant(np.ones((128, 1, 1024))), strides=[160]))

    def model(self) -> ModelProto:
        config = self.checkpoint.config
        assert isinstance(config, RmvpeConfig)
        x, skips = self.norm(self.entrance(), "unet.encoder.bn"), []
        for level in range(5):
            for block in range(config.n_blocks):
                x = self.block(x, f"unet.encoder.layers.{level}.conv.{block}")
            skips.append(x)
            x = self.node("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
        for level in range(config.inter_layers):
            for block in range(config.n_blocks):
                x = self.block(x, f"unet.intermediate.layers.{level}.conv.{block}")
        for level, skip in enumerate(reversed(skips)):
            name = f"unet.decoder.layers.{level}"
            x = self.node("Concat", self.conv(x, f"{name}.conv1.0", f"{name}.conv1.1"), skip, axis=1)
            for block in range(config.n_blocks):
                x = self.block(x, f"{name}.conv2.{block}")
        x = self.node("Transpose", self.affine(x, "cnn", 1), perm=[0, 2, 1, 3])
        x = self.node("Reshape", x, self.constant(np.array([0, 0, -1]), np.int64))
        y = self.gru(self.node("Transpose", x, perm=[1, 0, 2]), config.gru_hidden)
        y = self.node(
            "Reshape", self.node("Transpose", y, perm=[0, 2, 1, 3]), self.constant(np.array([0, 0, -1]), np.int64)
        )
        self.node("Sigmoid", self.linear(self.node("Transpose", y, perm=[1, 0, 2])))
        info = (
            helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("mel", self.nodes[-1].output[0])
        )
        graph = helper.make_graph(self.nodes, "network", [next(info)], [next(info)], self.stored)
        return helper.make_model(graph, producer_name="by hand")
