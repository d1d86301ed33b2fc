"""RMVPE in slices gives the very numbers of RMVPE at once, on as many lanes as there are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from livepitch.model import conv, lanes
from livepitch.model.config import RmvpeConfig
from livepitch.model.gru import SLICE
from livepitch.model.registry import Model, load_model
from livepitch.model.rmvpe import INNER, RmvpeNetwork
from tests.model.networks import log_mels, seeded

TWO_BLOCKS = RmvpeConfig(n_blocks=2, inter_layers=2, base_channels=4, gru_hidden=16)


def network(model: Model) -> RmvpeNetwork:
    found = model.network()
    assert isinstance(found, RmvpeNetwork)
    return found


def in_slices(network: RmvpeNetwork, mel: np.ndarray, frames: slice, state: object) -> tuple[list, list[str]]:
    import mlx.core as mx

    found: list[np.ndarray] = []

    def whole() -> Iterator[str]:
        found.extend(np.array(x) for x in (yield from network.slices(mx.array(mel), frames, state)))

    names = list(whole())
    return found, names


def assert_equal(one: np.ndarray, other: np.ndarray) -> None:
    """To the bit on the CPU; on a GPU the whole is compiled, which rounds elsewhere (2e-7 on CUDA)."""
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-6 if lanes.on_gpu() else 0)


@pytest.mark.parametrize("n_lanes", [1, 2, 3])
@pytest.mark.parametrize("frames", [slice(0, 64), slice(7, 64), slice(30, 35)])
def test_slices_are_equal_to_the_whole(monkeypatch: pytest.MonkeyPatch, n_lanes: int, frames: slice) -> None:
    import mlx.core as mx

    monkeypatch.setattr(lanes, "lane_count", lambda: n_lanes)
    monkeypatch.setattr(conv, "lane_count", lambda: n_lanes)
    whole, mel = network(Model(seeded(TWO_BLOCKS))), log_mels(64)
    state = mx.array(np.random.default_rng(1).uniform(-1, 1, 16).astype(np.float32))
    expected = whole.salience(whole.features(mx.array(mel))[frames], state)
    found, names = in_slices(whole, mel, frames, state)
    for one, other in zip(found, expected, strict=True):
        assert_equal(one, np.array(other))
    assert names.count("gru") == -(-(frames.stop - frames.start) // SLICE)


def test_slices_of_the_bundled_model_are_equal_to_the_whole() -> None:
    import mlx.core as mx

    whole, mel = network(load_model("rmvpe-small")), log_mels(96)
    expected = whole.salience(whole.features(mx.array(mel))[32:], whole.initial_state())
    found, names = in_slices(whole, mel, slice(32, None), whole.initial_state())
    for one, other in zip(found, expected, strict=True):
        assert_equal(one, np.array(other))
    assert len(names) > 50  # many: each takes a small part of the whole


def test_every_slice_is_named_once_and_the_trace_has_no_more_names_than_before() -> None:
    whole, mel = network(Model(seeded(TWO_BLOCKS))), log_mels(32)
    _, names = in_slices(whole, mel, slice(0, 32), whole.initial_state())
    convolutions = [name for name in names if not name.startswith(("gru", "head"))]
    assert len(set(convolutions)) == len(convolutions)
    traced = [name for name in whole.trace(mel) if not name.startswith(("gru", "features", "logits", "salience"))]
    assert traced == [name for name in convolutions if not name.endswith(INNER)]
