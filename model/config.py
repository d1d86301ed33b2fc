"""Shapes of the networks: what a checkpoint's metadata must say before its weights make sense."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any, Literal

N_BINS = 360  # salience bins, 20 cents each
N_MELS = 128
GRID = 32  # frames; 2**5, what five levels of time pooling need
REFINABLE = range(448, 578)  # lookaheads, samples: the sound that `refine` wants lies within the mel's window
LARGEST = 1 << 16  # channels, blocks or hidden units; the largest network that is published has 1,024


@dataclass(frozen=True)
class RmvpeConfig:
    """RMVPE as published (`E2E`); the defaults are the checkpoint of 90,423,165 parameters.

    Source: Wei et al., "RMVPE: A Robust Model for Vocal Pitch Estimation in Polyphonic Music", 2023.
    """

    n_blocks: int = 4
    """`ConvBlockRes` per level."""
    inter_layers: int = 4
    """Levels at the bottom of the U-Net, without pooling."""
    base_channels: int = 16
    """Channels of the first level; each of the five levels doubles them."""
    gru_hidden: int = 256
    kind: Literal["rmvpe"] = "rmvpe"

    @property
    def lookahead(self) -> int:
        """Samples at 16 kHz from a frame's time to the end of its mel window: the time is the window's centre."""
        return 512

    @property
    def blocks(self) -> int:
        """Residual blocks in all."""
        return self.n_blocks * (10 + self.inter_layers)

    @property
    def channels(self) -> tuple[int, ...]:
        """Channels of the five encoder levels."""
        return tuple(self.base_channels << level for level in range(5))


@dataclass(frozen=True)
class CausalConfig:
    """The causal network of `stream`: a U-Net over frequency whose convolutions look only back in time."""

    channels: tuple[int, ...] = (24, 40, 56, 80, 112)
    """Channels of the encoder levels; frequency is halved after each."""
    inter_channels: int = 128
    dilations: tuple[tuple[int, ...], ...] = ((1,), (1,), (1, 2), (1, 2), (1, 2), (1, 2))
    """Time dilation of each residual block, by encoder level, the one at the bottom last."""
    plain_levels: int = 2
    """Decoder levels nearest to the mel bands that have one convolution instead of a residual block."""
    out_channels: int = 3
    """Channels that the U-Net hands to the GRU, times 128 mel bands."""
    gru_hidden: int = 320
    lookahead: int = 512
    """Samples at 16 kHz from a frame's time to the end of its mel window of 1,024; the centre where it is 512."""
    kind: Literal["causal"] = "causal"

    @property
    def blocks(self) -> int:
        """Residual blocks of the encoder."""
        return sum(map(len, self.dilations))

    def __post_init__(self) -> None:
        if not self.channels or N_MELS % (1 << len(self.channels)):
            raise ValueError(f"{len(self.channels)} levels do not divide {N_MELS} mel bands")
        if len(self.dilations) != len(self.channels) + 1:
            raise ValueError(f"{len(self.dilations)} levels of dilations for {len(self.channels) + 1} levels")
        if not all(self.dilations):
            raise ValueError("a level without a block")
        if not all(isinstance(number, int) for number in (*self.channels, *chain(*self.dilations))):
            raise ValueError("channels or dilations that are no numbers")
        if not 80 <= self.lookahead <= 944:  # a frame's own hop lies within its window
            raise ValueError(f"a lookahead of {self.lookahead} samples is not in 80..944")


Config = RmvpeConfig | CausalConfig


def config_to_dict(config: Config) -> dict[str, Any]:
    """The configuration as JSON types."""
    return asdict(config)


def config_from_dict(fields: dict[str, Any]) -> Config:
    """The configuration that `config_to_dict` wrote.

    Raises:
        ValueError: an unknown kind or field, a number that is none or out of all bounds.
    """
    kinds: dict[str, type[RmvpeConfig] | type[CausalConfig]] = {"rmvpe": RmvpeConfig, "causal": CausalConfig}
    kind = fields.get("kind")
    if kind not in kinds:
        raise ValueError(f"unknown kind of network {kind!r}")
    values = {name: _numbers(name, value) for name, value in fields.items() if name != "kind"}
    try:
        return kinds[str(kind)](**values)
    except TypeError as error:
        raise ValueError(str(error)) from None


def _numbers(name: str, value: Any) -> Any:
    """A whole number, or tuples of them."""
    if isinstance(value, list):
        return tuple(_numbers(name, item) for item in value)
    least = 0 if name == "plain_levels" else 1
    if type(value) is not int or not least <= value <= LARGEST:
        raise ValueError(f"{name} is no whole number in {least}..{LARGEST}")
    return value
