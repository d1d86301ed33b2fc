from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livepitch.model.causal import CausalNetwork
from livepitch.model.registry import Model
from livepitch.model.rmvpe import RmvpeNetwork, padded_to_grid
from tests.model.networks import SMALL_CAUSAL, SMALL_RMVPE, log_mels, seeded


def causal() -> CausalNetwork:
    network = Model(seeded(SMALL_CAUSAL)).network()
    assert isinstance(network, CausalNetwork)
    return network


def rmvpe() -> RmvpeNetwork:
    network = Model(seeded(SMALL_RMVPE)).network()
    assert isinstance(network, RmvpeNetwork)
    return network


def run(network: CausalNetwork, mel: np.ndarray, sizes: list[int]) -> np.ndarray:
    import mlx.core as mx

    state, at, out = network.initial_state(), 0, []
    for size in sizes:
        salience, state = network.step(mx.array(mel[at : at + size]), state)
        out.append(np.array(salience))
        at += size
    return np.concatenate(out)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8))
@settings(max_examples=20, deadline=None)
def test_any_steps_give_the_same_salience(sizes: list[int]) -> None:
    network, mel = causal(), log_mels(sum(sizes))
    np.testing.assert_allclose(run(network, mel, sizes), run(network, mel, [len(mel)]), atol=2e-6)


def test_later_frames_change_nothing() -> None:
    network, mel = causal(), log_mels(60)
    other = mel.copy()
    other[40:] = 0.0
    np.testing.assert_array_equal(run(network, mel, [1] * 60)[:40], run(network, other, [1] * 60)[:40])
    assert np.abs(run(network, mel, [60]) - run(network, other, [60]))[40:].max() > 1e-3


def test_features_see_no_further_back_than_they_say() -> None:
    import mlx.core as mx

    network, mel = causal(), log_mels(80)
    other, tails = mel.copy(), network.initial_state()[:-1]
    other[: 79 - network.reach] += 1.0
    one, two = (np.array(network.features(mx.array(x), tails)[0])[-1] for x in (mel, other))
    np.testing.assert_allclose(one, two, atol=1e-6)
    other[79 - network.reach] += 5.0
    assert np.abs(np.array(network.features(mx.array(other), tails)[0])[-1] - one).max() > 1e-6


def test_the_state_is_not_in_the_network() -> None:
    network, mel = causal(), log_mels(20)
    first = run(network, mel, [20])
    run(network, log_mels(33, seed=1), [33])
    np.testing.assert_array_equal(run(network, mel, [20]), first)


def test_salience_lies_in_0_to_1() -> None:
    salience = run(causal(), log_mels(50), [50])
    assert salience.shape == (50, 360)
    assert salience.min() >= 0.0
    assert salience.max() <= 1.0


def test_the_forward_state_continues_a_stream() -> None:
    import mlx.core as mx

    network = rmvpe()
    features = network.features(mx.array(log_mels(64)))
    whole, states = network.salience(features, network.initial_state())
    rest, _ = network.salience(features[40:], states[39])
    np.testing.assert_allclose(np.array(rest), np.array(whole[40:]), atol=1e-6)


@pytest.mark.parametrize("n", [1, 2, 16, 31, 32, 33, 64])
def test_clips_of_any_length_reach_the_grid(n: int) -> None:
    import mlx.core as mx

    padded = padded_to_grid(log_mels(n))
    assert len(padded) % 32 == 0
    np.testing.assert_array_equal(padded[:n], log_mels(n))
    assert np.isfinite(np.array(rmvpe().features(mx.array(padded)))).all()


def test_each_thread_builds_its_own_network() -> None:
    model, built = Model(seeded(SMALL_CAUSAL)), []
    threads = [threading.Thread(target=lambda: built.append(model.network())) for _ in range(2)]
    for thread in threads:
        thread.start()
        thread.join()
    assert built[0] is not built[1]
    assert model.network() is model.network()


def test_half_precision_is_near_and_is_not_for_the_causal_network() -> None:
    import mlx.core as mx

    checkpoint, mel = seeded(SMALL_RMVPE), log_mels(64)
    found = []
    for half in (False, True):
        network = Model(checkpoint, half).network()
        assert isinstance(network, RmvpeNetwork)
        features = network.features(mx.array(mel))
        assert features.dtype == mx.float32
        found.append(np.array(network.salience(features, network.initial_state())[0]))
    difference = np.abs(found[0] - found[1]).max()
    assert 0 < difference < 0.02
    with pytest.raises(ValueError, match="causal"):
        Model(seeded(SMALL_CAUSAL), half=True)
