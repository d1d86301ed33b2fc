"""The causal network of `stream` in MLX: every layer keeps its own tail, so any cut into steps gives the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .backend import mx
from .bands import Conv, joined, per_band
from .config import N_MELS, CausalConfig
from .gru import Gru
from .layers import Linear, Weights, array, norm

State = tuple[mx.array, ...]
"""The padded tails of the encoder's convolutions, in order, and the GRU's state last."""

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Block:
    """Convolutions and a shortcut; a plain block has one convolution and no shortcut."""

    convs: tuple[Conv, ...]
    shortcut: mx.array | None  # (n_in, n_out); its bias sits in the last convolution
    plain: bool

    @classmethod
    def load(cls, weights: Weights, name: str, n_bands: int, dilation: int = 1, gain: float = 1.0) -> Block:
        """From the checkpoint's tensors under `name`; the block takes its input times `gain`, a power of two."""
        plain = f"{name}.conv.3.weight" not in weights
        has_shortcut = f"{name}.shortcut.weight" in weights
        raised = weights[f"{name}.shortcut.bias"] if has_shortcut else np.zeros(1)

        def conv(i: int, gain: float, raised: Floats) -> Conv:
            names = f"{name}.conv.{i}", f"{name}.conv.{i + 1}"
            return Conv.load(weights, *names, n_bands, dilation, gain, raised)

        if plain:
            return cls((conv(0, gain, np.zeros(1)),), None, plain)
        shortcut = array(gain * weights[f"{name}.shortcut.weight"][:, :, 0, 0].T) if has_shortcut else None
        return cls((conv(0, gain, np.zeros(1)), conv(3, 1.0, raised)), shortcut, plain)

    def __call__(self, x: mx.array, n: int, tails: list[mx.array], kept: list[mx.array]) -> mx.array:
        """(n·F, n_in) -> (n·F, n_out); takes its convolutions' tails from `tails`, adds the new ones to `kept`."""
        y = x
        for conv in self.convs:
            past = [tails.pop(0)] if conv.past else []
            padded = joined([*past, y], n, conv.n_bands, conv.zeros)
            if past:
                kept.append(padded[n * (conv.n_bands + 2) :])
            y = conv(padded, n)
        if self.plain:
            return y
        return y + x if self.shortcut is None else mx.addmm(y, x, self.shortcut)


@dataclass(frozen=True)
class Up:
    """Transposed convolution that doubles the frequency, concatenation with the skip, one block.

    Even outputs are x[f]·w1, odd ones x[f]·w2 + x[f+1]·w0: one matrix product for both.
    """

    matrix: mx.array  # (2·n_in, 2·n_out)
    bias: mx.array  # (F, 2·n_out)
    nothing: mx.array  # (F, 2·n_out) zeros
    zeros: mx.array  # (1, n_in)
    block: Block

    @classmethod
    def load(cls, weights: Weights, name: str, n_bands: int) -> Up:
        """From the checkpoint's tensors under `name`; `n_bands` of its input."""
        scale, shift = norm(weights, f"{name}.up.1")
        taps = weights[f"{name}.up.0.weight"][:, :, 0].transpose(2, 0, 1) * scale  # (3, n_in, n_out)
        here = np.concatenate([taps[1], taps[2]], axis=1)
        following = np.concatenate([np.zeros_like(taps[0]), taps[0]], axis=1)
        bias, zeros = per_band(np.tile(shift, 2), n_bands), mx.zeros((1, len(here)))
        block = Block.load(weights, f"{name}.block", 2 * n_bands)
        return cls(array(np.concatenate([here, following])), bias, mx.zeros_like(bias), zeros, block)

    def __call__(self, x: mx.array, skip: mx.array, n: int) -> mx.array:
        """(n·F, n_in), (n·2F, n_out) -> (n·2F, n_out)."""
        n_bands, n_in = len(self.bias), x.shape[1]
        padded = joined([x], n, n_bands, self.zeros)
        pairs = mx.as_strided(padded, (n, n_bands, 2 * n_in), ((n_bands + 2) * n_in, n_in, 1), n_in)
        bias, nothing = (self.bias, self.nothing) if n == 1 else (self.bias[:1], self.nothing[:1])
        both = mx.maximum(mx.addmm(bias, pairs.reshape(n * n_bands, -1), self.matrix), nothing)
        return self.block(mx.concatenate([both.reshape(len(skip), -1), skip], axis=1), n, [], [])


class CausalNetwork:
    """U-Net over frequency, GRU, and the two heads that make the salience."""

    def __init__(self, config: CausalConfig, weights: Weights) -> None:
        self.config = config
        self._scale, self._shift = (float(v[0]) for v in norm(weights, "bn"))
        # Means of two bands are taken as sums; the half sits in the weights that read them.
        self._encoder = [
            [
                Block.load(weights, f"encoder.{i}.{j}", N_MELS >> i, d, 0.5 if i and not j else 1.0)
                for j, d in enumerate(dilations)
            ]
            for i, dilations in enumerate(config.dilations)
        ]
        n_levels = len(config.channels)
        self._decoder = [Up.load(weights, f"decoder.{i}", N_MELS >> (n_levels - i)) for i in range(n_levels)]
        kernel = weights["cnn.weight"]  # (out, n_in, 1, 3)
        self._cnn = array(kernel[:, :, 0].transpose(2, 1, 0).reshape(-1, len(kernel)))
        self._cnn_bias = per_band(weights["cnn.bias"], N_MELS)
        self._cnn_zeros = mx.zeros((1, kernel.shape[1]))
        self._gru = Gru.load(weights, "gru")
        self._pitch, self._voicing = (Linear.load(weights, name) for name in ("pitch", "voicing"))

    def initial_state(self) -> State:
        """The state before the first frame: silence in every layer."""
        return (*(mx.zeros(conv.tail) for conv in self._causal_convs()), mx.zeros((self._gru.hidden,)))

    def _causal_convs(self) -> list[Conv]:
        return [conv for level in self._encoder for block in level for conv in block.convs]

    def step(self, mel: mx.array, state: State) -> tuple[mx.array, State]:
        """The next frames: mel (n, 128), n >= 1 -> salience (n, 360) in 0..1 and the state after them."""
        features, tails = self.features(mel, state[:-1])
        salience, hidden = self.salience(features, state[-1])
        return salience, (*tails, hidden)

    @property
    def reach(self) -> int:
        """Frames before a frame that `features` sees; what lies further back does not touch it."""
        return sum(conv.past for conv in self._causal_convs())

    def features(self, mel: mx.array, tails: State) -> tuple[mx.array, State]:
        """What the GRU sees, (n, out_channels·128), channel-major, and the convolutions' tails after it."""
        kept: list[mx.array] = []
        x = (mel * self._scale + self._shift).reshape(-1, 1)
        return self._unet(x, len(mel), list(tails), kept), tuple(kept)

    def salience(self, features: mx.array, hidden: mx.array) -> tuple[mx.array, mx.array]:
        """Salience (n, 360) of features and the GRU's state before them; also the state after them, (H,).

        It is the distribution of the pitch scaled so that its peak is the probability of voicing.
        """
        states = self._gru(features, hidden)
        pitch, voiced = self._pitch(states), mx.sigmoid(self._voicing(states))
        return mx.exp(pitch - pitch.max(axis=1, keepdims=True)) * voiced, states[-1:].reshape(-1)

    def _unet(self, x: mx.array, n: int, tails: list[mx.array], kept: list[mx.array]) -> mx.array:
        """(n·128, 1) -> what the GRU sees, (n, out_channels·128), channel-major."""
        skips = []
        for i, level in enumerate(self._encoder):
            for block in level:
                x = block(x, n, tails, kept)
            if i < len(self._decoder):
                skips.append(x)
                pairs, channels = x.reshape(len(x) // 2, -1), x.shape[1]
                x = pairs[:, :channels] + pairs[:, channels:]
        for up, skip in zip(self._decoder, reversed(skips), strict=True):
            x = up(x, skip, n)
        return self._channel_major(joined([x], n, N_MELS, self._cnn_zeros), n)

    def _channel_major(self, padded: mx.array, n: int) -> mx.array:
        """The last convolution: (n·130, C) -> (n, out_channels·128)."""
        row, channels = padded.shape[1] * (N_MELS + 2), padded.shape[1]
        view = mx.as_strided(padded, (n, N_MELS, 3 * channels), (row, channels, 1)).reshape(n * N_MELS, -1)
        out = mx.addmm(self._cnn_bias if n == 1 else self._cnn_bias[:1], view, self._cnn)
        return out.reshape(n, N_MELS, -1).transpose(0, 2, 1).reshape(n, -1)
