"""MLX against PyTorch, where PyTorch is installed; the golden activations guard the same without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from livepitch.model.checkpoint import Checkpoint
from livepitch.model.registry import Model, load_model
from livepitch.model.rmvpe import RmvpeNetwork
from livepitch.realtime.whole import whole_salience
from tests.model.networks import SMALL_CAUSAL, SMALL_RMVPE, log_mels, seeded
from tests.parity.mistakes import Mistake, another_epsilon, bias_outside, empty_edge, frequency_major, relative_error

GOLDEN = Path(__file__).parent / "golden.npz"
EVERY = 7  # of an activation's values is kept
BOUND = 1e-5
RELATIVE = 1e-4  # of an activation's RMS; rounding takes a tenth of it


def with_torch(checkpoint: Checkpoint, mel: np.ndarray) -> np.ndarray:
    """Salience by PyTorch."""
    torch = pytest.importorskip("torch")
    from livepitch.parity.reference import Rmvpe
    from training.causal import Causal, salience

    network = (Causal if checkpoint.causal else Rmvpe)(checkpoint.config).eval()
    weights = {name: torch.from_numpy(value) for name, value in checkpoint.weights.items()}
    missing, unexpected = network.load_state_dict(weights, strict=False)
    assert not unexpected
    assert all(name.endswith("num_batches_tracked") for name in missing)
    with torch.no_grad():
        output = network(torch.from_numpy(mel)[None])
        return (salience(*output) if checkpoint.causal else torch.sigmoid(output))[0].numpy()


@pytest.mark.parametrize("config", [SMALL_CAUSAL, SMALL_RMVPE])
def test_small_networks_equal_pytorch(config: object) -> None:
    checkpoint, mel = seeded(config), log_mels(96)  # type: ignore[arg-type]
    expected = with_torch(checkpoint, mel)
    assert expected.std() > 1e-3
    np.testing.assert_allclose(whole_salience(Model(checkpoint), mel, None), expected, atol=BOUND)


@pytest.mark.parametrize("name", ["stream", "rmvpe-small"])
def test_bundled_networks_equal_pytorch(name: str) -> None:
    model, mel = load_model(name), log_mels(160)
    np.testing.assert_allclose(whole_salience(model, mel, None), with_torch(model.checkpoint, mel), atol=BOUND)


@pytest.mark.parametrize("config", [SMALL_CAUSAL, SMALL_RMVPE])
def test_golden_salience(config: object) -> None:
    checkpoint = seeded(config)  # type: ignore[arg-type]
    expected = np.load(GOLDEN)["causal" if checkpoint.causal else "rmvpe"]
    np.testing.assert_allclose(whole_salience(Model(checkpoint), log_mels(64), None), expected, atol=BOUND)


def golden_errors() -> dict[str, float]:
    """How far each activation of the RMVPE built now lies from the golden one, relative to its RMS."""
    trace = RmvpeNetwork(SMALL_RMVPE, seeded(SMALL_RMVPE).weights).trace(log_mels(64))
    golden = {name.removeprefix("rmvpe "): value for name, value in np.load(GOLDEN).items() if " " in name}
    assert list(golden) == [name for name in trace if name != "salience"]
    return {name: relative_error(trace[name].ravel()[::EVERY], value) for name, value in golden.items()}


def test_golden_activations() -> None:
    errors = golden_errors()
    levels = {name.rpartition(".")[0] for name in errors}
    assert {f"{kind}.{i}" for kind in ("encoder", "decoder") for i in range(5)} <= levels
    assert {"input", "intermediate.0.0", "pool.4", "cnn", "gru.forward", "gru.backward", "logits"} <= set(errors)
    assert max(errors.values()) < RELATIVE, errors


@pytest.mark.parametrize(
    ("mistake", "first"),
    [
        (another_epsilon, "input"),
        (empty_edge, "decoder.0.up"),
        (frequency_major, "features"),
        (bias_outside, "gru.forward"),
    ],
)
def test_the_golden_activations_show_where_a_mistake_is(
    mistake: Mistake, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mistake(monkeypatch)
    assert next(name for name, error in golden_errors().items() if not error < RELATIVE) == first
