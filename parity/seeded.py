"""A checkpoint of any size with seeded weights that behaves like a trained one: parity and speed without a download.

Random convolutions alone give activations that no real network has. Here each BatchNorm gets the statistics of what it
really receives, layer after layer, on log-mels of voices; the head is scaled so that salience has the shape of a
trained network's: near 0 almost everywhere, one clear peak where there is pitch, frames voiced and unvoiced.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..model.checkpoint import Checkpoint, write_checkpoint
from ..model.config import GRID, N_BINS, RmvpeConfig
from ..model.errors import LivepitchError
from .reference import Rmvpe

PIECE = 4 * GRID  # frames of one clip of the calibration batch
PIECES = 16  # clips in it, at most
SHARPNESS = 3.0  # standard deviation of a bin's logit over time
LOUDNESS = 2.5  # the same of what all bins share: it makes frames voiced or not
NEIGHBOURS = 1.5  # bins; how far the logits of neighbours resemble each other

Floats = NDArray[np.float32]


def seeded_checkpoint(mels: Sequence[Floats], config: RmvpeConfig | None = None, seed: int = 0) -> Checkpoint:
    """A checkpoint with seeded weights, calibrated on log-mels.

    Args:
        mels: float32 (n, 128) each, of real voices; an even choice of at most 2,048 frames is used.
        config: shapes; by default those of the published checkpoint, 90,423,165 parameters.
        seed: the same seed and log-mels give the same weights on the same machine.

    Raises:
        ValueError: no frames.
    """
    config = config or RmvpeConfig()
    batch = calibration_batch(mels)
    rng = np.random.default_rng(seed)
    network = Rmvpe(config).eval()
    with torch.no_grad():
        _draw(network, rng)
        features = _calibrate(network, batch)
        _aim(network, features, batch.mean(-1).flatten(), rng)
    weights = {
        name: tensor.numpy() for name, tensor in network.state_dict().items() if not name.endswith("batches_tracked")
    }
    record = {"seeded": seed, "calibrated_on": f"{batch.shape[0]} clips of {batch.shape[1]} frames"}
    return Checkpoint(f"seeded-{seed}", config, weights, training=record)


def checked_target(path: Path) -> None:
    """Complains about a file to be written before any work is done for it.

    Raises:
        LivepitchError: the file is there already, its folder is not, or another ending than .pt and .safetensors.
    """
    if path.suffix not in (".pt", ".safetensors"):
        raise LivepitchError(f"{path}: a seeded checkpoint can be written as .pt or .safetensors")
    if path.exists():
        raise LivepitchError(f"{path}: is there already; name a new file for the seeded checkpoint")
    if not path.parent.is_dir():
        raise LivepitchError(f"{path}: cannot be written, there is no folder {path.parent}")


def write_seeded(path: Path, checkpoint: Checkpoint, half: bool = False) -> None:
    """Writes `.safetensors` of ours, or a `.pt` like the published one: a state dict, in half precision if `half`.

    Raises:
        LivepitchError: as `checked_target`.
    """
    checked_target(path)
    if path.suffix == ".safetensors":
        write_checkpoint(path, checkpoint, half)
        return
    kind = torch.float16 if half else torch.float32
    tensors: dict[str, Tensor] = {}
    for name, value in checkpoint.weights.items():
        tensors[name] = torch.from_numpy(value).to(kind)
        if name.endswith("running_var"):  # what follows it in every state dict of PyTorch
            tensors[name.replace("running_var", "num_batches_tracked")] = torch.tensor(1)
    torch.save(tensors, path)


def calibration_batch(mels: Sequence[Floats]) -> Tensor:
    """An even choice of pieces of the clips, (B, 128 frames, 128 bands)."""
    pieces: list[Floats] = []
    for mel in mels:
        short = max(0, PIECE - len(mel))
        padded = np.pad(mel, ((0, short), (0, 0)), mode="reflect") if len(mel) else mel
        pieces += [padded[i : i + PIECE] for i in range(0, len(padded) - PIECE + 1, PIECE)]
    if not pieces:
        raise ValueError("no frames to calibrate on")
    chosen = np.linspace(0, len(pieces) - 1, min(len(pieces), PIECES)).round().astype(int)
    return torch.from_numpy(np.stack([pieces[i] for i in chosen]).astype(np.float32))


def _draw(network: Rmvpe, rng: np.random.Generator) -> None:
    """Every trained value from the seed: weights of unit gain, BatchNorm's scales and shifts as uneven as trained."""
    for name, parameter in network.named_parameters():
        shape = tuple(parameter.shape)
        if parameter.ndim > 1:
            value = rng.standard_normal(shape, np.float32) * np.float32(np.prod(shape[1:]) ** -0.5)
        elif name.endswith(".weight"):
            value = rng.uniform(0.5, 1.5, shape)
        else:
            value = rng.normal(0.0, 0.2, shape)
        parameter.copy_(torch.from_numpy(np.asarray(value, np.float32)))


def _calibrate(network: Rmvpe, batch: Tensor) -> Tensor:
    """One pass in which every BatchNorm takes its statistics from what reaches it, before it normalises that.

    Returns what the GRU sees, (B, T, 384).
    """

    def measure(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        variance, mean = torch.var_mean(inputs[0], dim=(0, 2, 3))
        norm.load_state_dict({"running_mean": mean, "running_var": variance}, strict=False)

    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    x = network.unet(batch.unsqueeze(1))
    for hook in hooks:
        hook.remove()
    # The last convolution has no BatchNorm: what the GRU sees gets mean 0 and deviation 1 here.
    deviation, mean = torch.std_mean(network.cnn(x), dim=(0, 2, 3))
    weight, bias = network.cnn.state_dict().values()
    network.cnn.load_state_dict({"weight": weight / deviation.view(-1, 1, 1, 1), "bias": (bias - mean) / deviation})
    return network.features(x)


def _aim(network: Rmvpe, features: Tensor, loudness: Tensor, rng: np.random.Generator) -> None:
    """The head: logits smooth over the bins, and one direction of the GRU's states that lifts all of them together.

    Each bin reads a mixture of states that occur, as training would find it: logits then vary by 1.4 for weights of
    norm 1 (1.3 in `rmvpe-small`; 0.5 along directions drawn evenly, which would magnify rounding instead of pitch).
    """
    gru, head = network.fc[0], network.fc[1]
    hidden: Tensor = gru(features).flatten(0, 1)  # (frames, 2H)
    mean = hidden.mean(0)
    states = hidden - mean
    common = _common(states, loudness)
    shape = _smooth(torch.from_numpy(rng.standard_normal((N_BINS, len(states)), np.float32)) @ states)
    shape -= torch.outer(shape @ common, common)
    shape *= SHARPNESS / (states @ shape.T).std()
    weight = shape + common * (LOUDNESS / (states @ common).std())
    peaks = (states @ weight.T).amax(1)
    head.load_state_dict({"weight": weight, "bias": -(weight @ mean) - peaks.median()})  # half of the peaks above 0.5


def _common(states: Tensor, loudness: Tensor) -> Tensor:
    """The direction (2H,) in which the states (n, 2H) vary most, pointing to where it is loud."""
    direction: Tensor = torch.linalg.eigh(states.T @ states)[1][:, -1]
    along = (states @ direction) @ (loudness - loudness.mean())
    return direction if along >= 0 else -direction


def _smooth(rows: Tensor) -> Tensor:
    """Rows (360, n) averaged with their neighbours."""
    bins = torch.arange(N_BINS)
    distance = (bins[:, None] - bins[None, :]) / NEIGHBOURS
    smooth: Tensor = torch.exp(-0.5 * distance.square()) @ rows
    return smooth
