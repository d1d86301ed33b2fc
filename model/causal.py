"""The causal network of `stream` in MLX: every layer keeps its own tail, so any cut into steps gives the same."""

from __future__ import annotations

from dataclasses import dataclass

from .backend import mx
from .config import N_MELS, CausalConfig
from .gru import Gru
from .layers import Conv, Linear, Weights, norm, pad_frequency

State = tuple[mx.array, ...]
"""The padded tails of the encoder's convolutions, in order, and the GRU's state last."""


@dataclass(frozen=True)
class Block:
    """Convolutions and a shortcut; a plain block has one convolution and no shortcut."""

    convs: tuple[Conv, ...]
    shortcut: Linear | None
    plain: bool

    @classmethod
    def load(cls, weights: Weights, name: str, dilation: int = 1) -> Block:
        """From the checkpoint's tensors under `name`."""
        plain = f"{name}.conv.3.weight" not in weights
        convs = tuple(
            Conv.folded(weights, f"{name}.conv.{i}", f"{name}.conv.{i + 1}", dilation)
            for i in ((0,) if plain else (0, 3))
        )
        has_shortcut = f"{name}.shortcut.weight" in weights
        return cls(convs, Linear.load(weights, f"{name}.shortcut") if has_shortcut else None, plain)

    def __call__(self, x: mx.array, tails: list[mx.array], kept: list[mx.array]) -> mx.array:
        """(n, F, n_in) -> (n, F, n_out); takes its convolutions' tails from `tails`, adds the new ones to `kept`."""
        y = x
        for conv in self.convs:
            padded = pad_frequency(y)
            if conv.past:
                padded = mx.concatenate([tails.pop(0), padded])
                kept.append(padded[-conv.past :])
            y = conv(padded)
        if self.plain:
            return y
        return y + (x if self.shortcut is None else self.shortcut(x))


@dataclass(frozen=True)
class Up:
    """Transposed convolution that doubles the frequency, concatenation with the skip, one block.

    Even outputs are x[f]·w1, odd ones x[f]·w2 + x[f+1]·w0: one matrix product for both.
    """

    matrix: mx.array  # (2·n_in, 2·n_out)
    bias: mx.array  # (2·n_out,)
    block: Block

    @classmethod
    def load(cls, weights: Weights, name: str) -> Up:
        """From the checkpoint's tensors under `name`."""
        scale, shift = (mx.array(v.astype("float32")) for v in norm(weights, f"{name}.up.1"))
        taps = mx.array(weights[f"{name}.up.0.weight"])[:, :, 0].transpose(2, 0, 1) * scale  # (3, n_in, n_out)
        here = mx.concatenate([taps[1], taps[2]], axis=1)
        following = mx.concatenate([mx.zeros_like(taps[0]), taps[0]], axis=1)
        matrix = mx.concatenate([here, following])
        return cls(matrix, mx.concatenate([shift, shift]), Block.load(weights, f"{name}.block"))

    def __call__(self, x: mx.array, skip: mx.array) -> mx.array:
        """(n, F, n_in), (n, 2F, n_out) -> (n, 2F, n_out)."""
        n, n_bands, n_in = x.shape
        padded = mx.pad(x, [(0, 0), (0, 1), (0, 0)])
        pairs = mx.as_strided(padded, (n, n_bands, 2 * n_in), ((n_bands + 1) * n_in, n_in, 1))
        both = mx.maximum(mx.addmm(self.bias, pairs.reshape(n * n_bands, -1), self.matrix), 0.0)
        return self.block(mx.concatenate([both.reshape(n, 2 * n_bands, -1), skip], axis=2), [], [])


class CausalNetwork:
    """U-Net over frequency, GRU, and the two heads that make the salience."""

    def __init__(self, config: CausalConfig, weights: Weights) -> None:
        self.config = config
        self._scale, self._shift = (float(v[0]) for v in norm(weights, "bn"))
        self._encoder = [
            [Block.load(weights, f"encoder.{i}.{j}", d) for j, d in enumerate(dilations)]
            for i, dilations in enumerate(config.dilations)
        ]
        self._decoder = [Up.load(weights, f"decoder.{i}") for i in range(len(config.channels))]
        kernel = weights["cnn.weight"]  # (out, n_in, 1, 3)
        self._cnn = Linear(
            mx.array(kernel[:, :, 0].transpose(2, 1, 0).reshape(-1, len(kernel))),
            mx.array(weights["cnn.bias"]),
        )
        self._gru = Gru.load(weights, "gru")
        self._pitch, self._voicing = (Linear.load(weights, name) for name in ("pitch", "voicing"))

    def initial_state(self) -> State:
        """The state before the first frame: silence in every layer."""
        tails, n_bands, n_in = [], N_MELS, 1
        for level, channels in zip(self._encoder, (*self.config.channels, self.config.inter_channels), strict=True):
            for block in level:
                for conv in block.convs:
                    tails.append(mx.zeros((conv.past, n_bands + 2, n_in)))
                    n_in = channels
            n_bands //= 2
        return (*tails, mx.zeros((self._gru.hidden,)))

    def step(self, mel: mx.array, state: State) -> tuple[mx.array, State]:
        """The next frames: mel (n, 128), n >= 1 -> salience (n, 360) in 0..1 and the state after them."""
        features, tails = self.features(mel, state[:-1])
        salience, hidden = self.salience(features, state[-1])
        return salience, (*tails, hidden)

    @property
    def reach(self) -> int:
        """Frames before a frame that `features` sees; what lies further back does not touch it."""
        return sum(conv.past for level in self._encoder for block in level for conv in block.convs)

    def features(self, mel: mx.array, tails: State) -> tuple[mx.array, State]:
        """What the GRU sees, (n, out_channels·128), channel-major, and the convolutions' tails after it."""
        kept: list[mx.array] = []
        x = self._unet((mel * self._scale + self._shift)[:, :, None], list(tails), kept)
        return x, tuple(kept)

    def salience(self, features: mx.array, hidden: mx.array) -> tuple[mx.array, mx.array]:
        """Salience (n, 360) of features and the GRU's state before them; also the state after them, (H,).

        It is the distribution of the pitch scaled so that its peak is the probability of voicing.
        """
        states = self._gru(features, hidden)
        pitch, voiced = self._pitch(states), mx.sigmoid(self._voicing(states))
        return mx.exp(pitch - pitch.max(axis=1, keepdims=True)) * voiced, states[-1]

    def _unet(self, x: mx.array, tails: list[mx.array], kept: list[mx.array]) -> mx.array:
        """(n, 128, 1) -> what the GRU sees, (n, out_channels·128), channel-major."""
        skips = []
        for i, level in enumerate(self._encoder):
            for block in level:
                x = block(x, tails, kept)
            if i < len(self._decoder):
                skips.append(x)
                x = 0.5 * (x[:, ::2] + x[:, 1::2])
        for up, skip in zip(self._decoder, reversed(skips), strict=True):
            x = up(x, skip)
        n, n_bands, channels = x.shape
        view = mx.as_strided(pad_frequency(x), (n, n_bands, 3 * channels), ((n_bands + 2) * channels, channels, 1))
        return self._cnn(view).transpose(0, 2, 1).reshape(n, -1)
