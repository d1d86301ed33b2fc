"""Mistakes of other ports, put into ours: a comparison that does not see them proves nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from livepitch.model import layers, rmvpe
from livepitch.model.backend import mx
from livepitch.model.gru import Gru
from livepitch.model.lanes import Pieces, cut, joined, lengths

upsampled, load_gru = rmvpe.Up.upsampled, Gru.load.__func__  # type: ignore[attr-defined]


def empty_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last row and column of the transposed convolution are zeros instead of computed."""

    def padded_instead(self: rmvpe.Up, pieces: Pieces) -> Pieces:
        out = upsampled(self, pieces)
        x = mx.pad(joined(out)[:-1, :-1], [(0, 1), (0, 1), (0, 0)])
        return cut(x, lengths(out))

    monkeypatch.setattr(rmvpe.Up, "upsampled", padded_instead)


def bias_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The GRU's b_hn is added outside the product with the reset gate."""

    def load(cls: type[Gru], weights: layers.Weights, name: str, suffix: str = "") -> Gru:
        good = load_gru(cls, weights, name, suffix)
        return Gru(good.w_input, good.b_input + good.b_hidden, good.w_hidden, mx.zeros_like(good.b_hidden))

    monkeypatch.setattr(Gru, "load", classmethod(load))


def another_epsilon(monkeypatch: pytest.MonkeyPatch) -> None:
    """BatchNorm with the epsilon of other frameworks."""
    monkeypatch.setattr(layers, "EPSILON", 1e-3)


def frequency_major(monkeypatch: pytest.MonkeyPatch) -> None:
    """The features are flattened with the channels innermost."""

    def wrong(pieces: rmvpe.Pieces) -> mx.array:
        x = rmvpe.joined(pieces)
        return x.reshape(len(x), -1)

    monkeypatch.setattr(rmvpe, "_flat", wrong)


Mistake = Callable[[pytest.MonkeyPatch], None]


def relative_error(ours: np.ndarray, reference: np.ndarray) -> float:
    """Largest difference over the reference's RMS."""
    return float(np.abs(ours - reference).max() / np.sqrt(np.mean(np.square(reference, dtype=np.float64))))
