from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from livepitch.model.checkpoint import Checkpoint, read_checkpoint
from livepitch.model.errors import LivepitchError
from livepitch.model.registry import load_model
from livepitch.parity.activations import activations, on_grid, run
from livepitch.parity.clips import Clip
from livepitch.parity.reference import load_reference
from livepitch.parity.seeded import calibration_batch, seeded_checkpoint, write_seeded
from tests.model.networks import SMALL_RMVPE


def test_the_seed_decides(small: Checkpoint, voice: Clip) -> None:
    again, other = (seeded_checkpoint([voice.mel], SMALL_RMVPE, seed) for seed in (0, 1))
    for name, value in small.weights.items():
        np.testing.assert_array_equal(again.weights[name], value, err_msg=name)
        assert not np.array_equal(other.weights[name], value) or name.startswith("unet.encoder.bn.running"), name


def test_statistics_are_those_of_what_reaches_each_norm(small: Checkpoint, voice: Clip) -> None:
    network, seen = load_reference(small.config, small.weights), {}
    for path, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            module.register_forward_pre_hook(lambda norm, inputs, path=path: seen.update({path: (norm, inputs[0])}))
    with torch.no_grad():
        network(calibration_batch([voice.mel]))
    assert len(seen) == 1 + 5 * 2 + 2 + 5 * 3
    for path, (norm, x) in seen.items():
        variance, mean = torch.var_mean(x, dim=(0, 2, 3))
        torch.testing.assert_close(norm.running_var, variance, rtol=1e-3, atol=1e-5, msg=path)
        torch.testing.assert_close(norm.running_mean, mean, rtol=1e-3, atol=1e-3, msg=path)


def test_activations_neither_vanish_nor_explode(small: Checkpoint, voice: Clip) -> None:
    found = activations(load_reference(small.config, small.weights), on_grid(voice.mel))
    found.pop("salience")
    found.pop("logits")  # far below zero almost everywhere, as they should be
    for name, value in found.items():
        assert 0.2 < np.sqrt(np.mean(value**2)) < 20, name
        assert np.isfinite(value).all(), name


def test_salience_is_like_a_trained_networks(small: Checkpoint, voice: Clip) -> None:
    logits, salience = run(load_reference(small.config, small.weights), voice.mel)
    peaks = salience.max(axis=1)
    assert salience.mean() < 0.05
    assert 0.1 < np.mean(peaks > 0.5) < 0.9  # voiced and unvoiced
    assert peaks.min() < 0.03
    assert len(set(salience.argmax(axis=1))) > 20
    ordered = np.sort(logits, axis=1)
    assert np.median(ordered[:, -1] - ordered[:, -2]) > 0.1


@pytest.mark.parametrize(("name", "half"), [("a.pt", False), ("a.pt", True), ("a.safetensors", False)])
def test_the_file_is_read_as_it_was_written(small: Checkpoint, tmp_path: Path, name: str, half: bool) -> None:
    write_seeded(tmp_path / name, small, half)
    read = load_model(tmp_path / name).checkpoint if name.endswith(".pt") else read_checkpoint(tmp_path / name)
    assert read.config == small.config
    for tensor, value in small.weights.items():
        expected = value.astype(np.float16).astype(np.float32) if half else value
        np.testing.assert_array_equal(read.weights[tensor], expected, err_msg=tensor)


def test_the_reference_itself_loads_it(small: Checkpoint, tmp_path: Path) -> None:
    """Strictly, as RVC does: the counters of the BatchNorms are there too."""
    write_seeded(tmp_path / "a.pt", small)
    state = torch.load(tmp_path / "a.pt", weights_only=True)
    load_reference(small.config, small.weights).load_state_dict(state, strict=True)


@pytest.mark.parametrize(
    ("name", "told"), [("there.pt", "is there already"), ("a.onnx", "as .pt"), ("no/a.pt", "no folder")]
)
def test_refused_targets(small: Checkpoint, tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "there.pt").write_text("mine")
    with pytest.raises(LivepitchError, match=told):
        write_seeded(tmp_path / name, small)
    assert (tmp_path / "there.pt").read_text() == "mine"


def test_nothing_to_calibrate_on() -> None:
    with pytest.raises(ValueError, match="no frames"):
        seeded_checkpoint([np.zeros((0, 128), np.float32)], SMALL_RMVPE)


@pytest.mark.parametrize("n", [1, 2, 127, 128, 300])
def test_a_batch_of_clips_of_any_length(n: int) -> None:
    batch = calibration_batch([np.random.default_rng(0).normal(size=(n, 128)).astype(np.float32)])
    assert batch.shape == (max(1, n // 128), 128, 128)
