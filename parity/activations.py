"""What the reference computes on the way, under the names of `RmvpeNetwork.trace`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..model.config import GRID
from .reference import Rmvpe

Floats = NDArray[np.float32]
Hook = Callable[[nn.Module, tuple[Any, ...], Any], None]

_NAMES = (
    (r"unet\.encoder\.bn", "input"),
    (r"unet\.encoder\.layers\.(\d+)\.conv\.(\d+)", r"encoder.\1.\2"),
    (r"unet\.encoder\.layers\.(\d+)\.pool", r"pool.\1"),
    (r"unet\.intermediate\.layers\.(\d+)\.conv\.(\d+)", r"intermediate.\1.\2"),
    (r"unet\.decoder\.layers\.(\d+)\.conv1", r"decoder.\1.up"),
    (r"unet\.decoder\.layers\.(\d+)\.conv2\.(\d+)", r"decoder.\1.\2"),
    (r"cnn", "cnn"),
    (r"fc\.1", "logits"),
)


def on_grid(mel: Floats) -> Floats:
    """Reflected at the right to a multiple of 32 frames, as often as needed: PyTorch's own padding fails below 17."""
    return np.pad(mel, ((0, -len(mel) % GRID), (0, 0)), mode="reflect")


def run(network: Rmvpe, mel: Floats) -> tuple[Floats, Floats]:
    """Logits and salience of log-mel (n, 128), any n, each (n, 360)."""
    with torch.no_grad():
        logits = network(torch.from_numpy(on_grid(mel)).unsqueeze(0))[0, : len(mel)]
        return logits.numpy(), torch.sigmoid(logits).numpy()


def activations(network: Rmvpe, mel: Floats) -> dict[str, Floats]:
    """Every activation of log-mel (T, 128), T a multiple of 32, by the names and in the shapes of our `trace`."""
    found: dict[str, Floats] = {}
    hooks = [
        module.register_forward_hook(_keeper(found, name))
        for path, module in network.named_modules()
        for name in [trace_name(path)]
        if name
    ]
    hooks.append(network.fc[0].register_forward_hook(_gru_keeper(found)))
    try:
        found["salience"] = run(network, mel)[1]
    finally:
        for hook in hooks:
            hook.remove()
    return found


def trace_name(path: str) -> str | None:
    """The name that `trace` gives to the output of the module at `path`; None for inner ones."""
    for pattern, name in _NAMES:
        match = re.fullmatch(pattern, path)
        if match:
            return match.expand(name)
    return None


def _keeper(found: dict[str, Floats], name: str) -> Hook:
    def keep(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        found[name] = output[0].numpy()

    return keep


def _gru_keeper(found: dict[str, Floats]) -> Hook:
    def keep(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        found["features"] = inputs[0][0].numpy()
        ahead, behind = np.split(output[0].numpy(), 2, axis=1)
        found["gru.forward"], found["gru.backward"] = ahead, behind

    return keep
