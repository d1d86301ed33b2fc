"""Each layer of the network in MLX on the very input that PyTorch's layer gets: no layer's error hides another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ..model.backend import mx
from ..model.conv import Conv3x3
from ..model.gru import BiGru
from ..model.lanes import cut, joined, shares
from ..model.layers import Linear, Weights, norm
from ..model.rmvpe import Up, pool
from .difference import Difference
from .reference import Rmvpe

Floats = NDArray[np.float32]
Found = dict[str, dict[str, Difference]]
"""Kind of layer -> name of the layer -> difference."""

KINDS = (
    "Conv2d", "BatchNorm", "Conv2d, BatchNorm, ReLU as one", "shortcut", "AvgPool2d", "transposed convolution",
    "GRU forward", "GRU backward", "linear",
)  # fmt: skip


class Layer(NamedTuple):
    """From the input of one of PyTorch's modules to the output of the same or a later one, and the same in MLX."""

    kinds: tuple[str, ...]
    """One for each of the results of `ours`."""
    name: str
    first: nn.Module
    last: nn.Module
    ours: Callable[[mx.array], list[mx.array]]
    """(T, F, C) or (T, n) -> results, whose channels PyTorch has one after the other."""


@contextmanager
def watched(network: Rmvpe, weights: Weights, found: Found) -> Iterator[None]:
    """While it lasts, every run of `network` adds the difference of each of its layers to `found`."""
    hooks = []
    for layer in _layers(network, weights):
        given: list[Tensor] = []
        hooks.append(layer.first.register_forward_pre_hook(_taker(given)))
        hooks.append(layer.last.register_forward_hook(_comparer(layer, given, found)))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _taker(given: list[Tensor]) -> Callable[[nn.Module, tuple[Any, ...]], None]:
    return lambda module, inputs: given.append(inputs[0])


def _comparer(layer: Layer, given: list[Tensor], found: Found) -> Callable[[nn.Module, tuple[Any, ...], Any], None]:
    def compare(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        results = [np.array(result) for result in layer.ours(mx.array(_channels_last(given.pop())))]
        reference = _channels_last(output[0] if isinstance(output, tuple) else output)  # a GRU gives its state too
        for kind, ours, part in zip(layer.kinds, results, np.split(reference, len(results), axis=-1), strict=True):
            found.setdefault(kind, {}).setdefault(layer.name, Difference()).add(ours, part)

    return compare


def _channels_last(x: Tensor) -> Floats:
    """(1, C, T, F) -> (T, F, C); (1, T, n) -> (T, n)."""
    x = x[0].permute(1, 2, 0) if x.ndim == 4 else x[0]
    return np.ascontiguousarray(x.numpy())


def shown(path: str) -> str:
    """The path of a module without what all share: `unet.encoder.layers.0.conv.1` -> `encoder.0.conv.1`."""
    return path.replace("unet.", "").replace(".layers.", ".")


def _layers(network: Rmvpe, weights: Weights) -> Iterator[Layer]:
    modules = dict(network.named_modules())
    for path, module in modules.items():
        home, _, last = path.rpartition(".")
        name = shown(path)
        if isinstance(module, nn.BatchNorm2d):
            yield Layer(("BatchNorm",), name, module, module, _batch_norm(weights, path))
        elif isinstance(module, nn.Conv2d) and last == "shortcut":
            yield Layer(("shortcut",), name, module, module, _linear(weights, path))
        elif isinstance(module, nn.Conv2d):
            yield Layer(("Conv2d",), name, module, module, _conv(weights, path))
            if path != "cnn":
                relu = modules[f"{home}.{int(last) + 2}"]
                yield Layer((KINDS[2],), name, module, relu, _folded(weights, home, int(last)))
        elif isinstance(module, nn.AvgPool2d):
            yield Layer(("AvgPool2d",), name, module, module, _pool)
        elif last == "conv1":
            yield Layer(("transposed convolution",), name, module, module, _up(weights, home))
        elif isinstance(module, nn.GRU):
            yield Layer(("GRU forward", "GRU backward"), name, module, module, _gru(weights, path))
        elif isinstance(module, nn.Linear):
            yield Layer(("linear",), name, module, module, _linear(weights, path))


# Each builds its layer when it is called, so that no second copy of all weights is held.
Ours = Callable[[mx.array], list[mx.array]]


def _in_pieces(x: mx.array) -> list[mx.array]:
    return cut(x, shares(x.shape[0], x.shape[1]))  # as the network cuts it


def _conv(weights: Weights, path: str) -> Ours:
    kernel = weights[f"{path}.weight"]
    bias = weights.get(f"{path}.bias", np.zeros(len(kernel), np.float32))
    return lambda x: [joined(Conv3x3.plain(kernel, bias)(_in_pieces(x)))]


def _folded(weights: Weights, home: str, conv: int) -> Ours:
    names = f"{home}.{conv}", f"{home}.{conv + 1}"
    return lambda x: [joined(Conv3x3.folded(weights, *names)(_in_pieces(x)))]


def _batch_norm(weights: Weights, path: str) -> Ours:
    def ours(x: mx.array) -> list[mx.array]:
        scale, shift = (mx.array(part.astype(np.float32)) for part in norm(weights, path))
        return [x * scale + shift]

    return ours


def _pool(x: mx.array) -> list[mx.array]:
    return [joined(pool(_in_pieces(x)))]


def _up(weights: Weights, home: str) -> Ours:
    return lambda x: [joined(Up.load(weights, home, n_blocks=0).upsampled(_in_pieces(x)))]


def _linear(weights: Weights, path: str) -> Ours:
    return lambda x: [Linear.load(weights, path)(x)]


def _gru(weights: Weights, path: str) -> Ours:
    def ours(x: mx.array) -> list[mx.array]:
        gru = BiGru.load(weights, path)
        return list(gru(x, mx.zeros((gru.hidden,))))

    return ours
