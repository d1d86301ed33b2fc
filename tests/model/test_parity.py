"""MLX against PyTorch, where PyTorch is installed; the golden activations guard the same without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from livepitch.model.checkpoint import Checkpoint
from livepitch.model.registry import Model, load_model
from livepitch.realtime.whole import whole_salience
from tests.model.networks import SMALL_CAUSAL, SMALL_RMVPE, log_mels, seeded

GOLDEN = Path(__file__).parent / "golden.npz"
BOUND = 1e-5


def with_torch(checkpoint: Checkpoint, mel: np.ndarray) -> np.ndarray:
    """Salience by PyTorch."""
    torch = pytest.importorskip("torch")
    from training.causal import Causal, salience
    from training.rmvpe import Rmvpe

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
def test_golden_activations(config: object) -> None:
    checkpoint = seeded(config)  # type: ignore[arg-type]
    expected = np.load(GOLDEN)["causal" if checkpoint.causal else "rmvpe"]
    np.testing.assert_allclose(whole_salience(Model(checkpoint), log_mels(64), None), expected, atol=BOUND)
