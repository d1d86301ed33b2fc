"""Names and shapes of every tensor that a network's configuration asks for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from .config import N_BINS, N_MELS, CausalConfig, Config, RmvpeConfig

Shape = tuple[int, ...]
Entry = tuple[str, Shape]


def expected_shapes(config: Config) -> dict[str, Shape]:
    """Tensor name -> shape, in PyTorch's layouts, for either network."""
    entries = _rmvpe(config) if isinstance(config, RmvpeConfig) else _causal(config)
    return dict(entries)


def _norm(name: str, channels: int) -> Iterator[Entry]:
    for part in ("weight", "bias", "running_mean", "running_var"):
        yield f"{name}.{part}", (channels,)


def _conv(name: str, i: int, n_in: int, n_out: int, kernel: tuple[int, int]) -> Iterator[Entry]:
    yield f"{name}.conv.{i}.weight", (n_out, n_in, *kernel)
    yield from _norm(f"{name}.conv.{i + 1}", n_out)


def _block(name: str, n_in: int, n_out: int, kernel: tuple[int, int]) -> Iterator[Entry]:
    yield from _conv(name, 0, n_in, n_out, kernel)
    yield from _conv(name, 3, n_out, n_out, kernel)
    if n_in != n_out:
        yield f"{name}.shortcut.weight", (n_out, n_in, 1, 1)
        yield f"{name}.shortcut.bias", (n_out,)


def _blocks(name: str, n_in: int, n_out: int, n_blocks: int) -> Iterator[Entry]:
    for i in range(n_blocks):
        yield from _block(f"{name}.{i}", n_in if i == 0 else n_out, n_out, (3, 3))


def _gru(name: str, n_in: int, hidden: int, suffix: str = "") -> Iterator[Entry]:
    yield f"{name}.weight_ih_l0{suffix}", (3 * hidden, n_in)
    yield f"{name}.weight_hh_l0{suffix}", (3 * hidden, hidden)
    yield f"{name}.bias_ih_l0{suffix}", (3 * hidden,)
    yield f"{name}.bias_hh_l0{suffix}", (3 * hidden,)


def _linear(name: str, n_in: int, n_out: int) -> Iterator[Entry]:
    yield f"{name}.weight", (n_out, n_in)
    yield f"{name}.bias", (n_out,)


def _rmvpe(config: RmvpeConfig) -> Iterator[Entry]:
    channels, n_blocks = config.channels, config.n_blocks
    bottom = 2 * channels[-1]
    yield from _norm("unet.encoder.bn", 1)
    for i, (a, b) in enumerate(zip((1, *channels), channels, strict=False)):
        yield from _blocks(f"unet.encoder.layers.{i}.conv", a, b, n_blocks)
    for i in range(config.inter_layers):
        yield from _blocks(f"unet.intermediate.layers.{i}.conv", channels[-1] if i == 0 else bottom, bottom, n_blocks)
    down = (bottom, *reversed(channels))
    for i, (a, b) in enumerate(itertools.pairwise(down)):
        yield f"unet.decoder.layers.{i}.conv1.0.weight", (a, b, 3, 3)
        yield from _norm(f"unet.decoder.layers.{i}.conv1.1", b)
        yield from _blocks(f"unet.decoder.layers.{i}.conv2", 2 * b, b, n_blocks)
    yield "cnn.weight", (3, channels[0], 3, 3)
    yield "cnn.bias", (3,)
    yield from _gru("fc.0.gru", 3 * N_MELS, config.gru_hidden)
    yield from _gru("fc.0.gru", 3 * N_MELS, config.gru_hidden, "_reverse")
    yield from _linear("fc.1", 2 * config.gru_hidden, N_BINS)


def _causal(config: CausalConfig) -> Iterator[Entry]:
    yield from _norm("bn", 1)
    sizes = (1, *config.channels, config.inter_channels)
    for i, (a, b) in enumerate(itertools.pairwise(sizes)):
        for j in range(len(config.dilations[i])):
            yield from _block(f"encoder.{i}.{j}", a if j == 0 else b, b, (3, 3))
    down = (config.inter_channels, *reversed(config.channels))
    for i, (a, b) in enumerate(itertools.pairwise(down)):
        yield f"decoder.{i}.up.0.weight", (a, b, 1, 3)
        yield from _norm(f"decoder.{i}.up.1", b)
        if i < len(config.channels) - config.plain_levels:
            yield from _block(f"decoder.{i}.block", 2 * b, b, (1, 3))
        else:
            yield from _conv(f"decoder.{i}.block", 0, 2 * b, b, (1, 3))
    yield "cnn.weight", (config.out_channels, config.channels[0], 1, 3)
    yield "cnn.bias", (config.out_channels,)
    yield from _gru("gru", config.out_channels * N_MELS, config.gru_hidden)
    yield from _linear("pitch", config.gru_hidden, N_BINS)
    yield from _linear("voicing", config.gru_hidden, 1)
