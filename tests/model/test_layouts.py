"""Safetensors files of others: PyTorch's names without metadata, and mlx-rmvpe's names and layouts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from livepitch.model.checkpoint import Checkpoint, read_checkpoint
from livepitch.model.config import RmvpeConfig
from livepitch.model.errors import CheckpointError
from tests.model.networks import SMALL_CAUSAL, SMALL_RMVPE, seeded
from tests.model.torch_archives import raw

SMALL = seeded(SMALL_RMVPE)


def as_mlx(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """The weights as mlx-rmvpe 0.1.0 would hold them, level by level as its classes nest."""
    ours, config, theirs = checkpoint.weights, checkpoint.config, {}
    assert isinstance(config, RmvpeConfig)

    def norm(here: str, there: str) -> None:
        for part in ("weight", "bias", "running_mean", "running_var"):
            theirs[f"{there}.{part}"] = ours[f"{here}.{part}"]

    def conv(here: str, there: str) -> None:
        theirs[f"{there}.weight"] = np.moveaxis(ours[f"{here}.weight"], 1, -1)
        if f"{here}.bias" in ours:
            theirs[f"{there}.bias"] = ours[f"{here}.bias"]

    def block(here: str, there: str) -> None:
        conv(f"{here}.conv.0", f"{there}.conv1")
        norm(f"{here}.conv.1", f"{there}.bn1")
        conv(f"{here}.conv.3", f"{there}.conv2")
        norm(f"{here}.conv.4", f"{there}.bn2")
        if f"{here}.shortcut.weight" in ours:
            conv(f"{here}.shortcut", f"{there}.shortcut")

    norm("unet.encoder.bn", "unet.encoder.bn")
    for part, levels in (("encoder", 5), ("intermediate", config.inter_layers), ("decoder", 5)):
        for level in range(levels):
            name = f"unet.{part}.layers.{level}"
            for i in range(config.n_blocks):
                block(f"{name}.{'conv2' if part == 'decoder' else 'conv'}.{i}", f"{name}.conv_blocks.{i}")
            if part == "decoder":
                theirs[f"{name}.conv_transpose.weight"] = np.moveaxis(ours[f"{name}.conv1.0.weight"], 0, -1)
                norm(f"{name}.conv1.1", f"{name}.bn")
    conv("cnn", "cnn")
    for direction, suffix in (("forward", ""), ("backward", "_reverse")):
        there, size = f"bigru.gru_{direction}", config.gru_hidden
        theirs[f"{there}.Wx"], theirs[f"{there}.Wh"] = (ours[f"fc.0.gru.weight_{p}_l0{suffix}"] for p in ("ih", "hh"))
        b_input, b_hidden = (ours[f"fc.0.gru.bias_{p}_l0{suffix}"].copy() for p in ("ih", "hh"))
        theirs[f"{there}.bhn"] = b_hidden[2 * size :].copy()
        b_hidden[2 * size :] = 0
        theirs[f"{there}.b"] = b_input + b_hidden
    theirs["linear.weight"], theirs["linear.bias"] = ours["fc.1.weight"], ours["fc.1.bias"]
    return theirs


def save(path: Path, tensors: dict[str, np.ndarray]) -> Path:
    save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path)
    return path


def refused(path: Path, says: str) -> None:
    with pytest.raises(CheckpointError, match=says) as caught:
        read_checkpoint(path)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)


@pytest.mark.parametrize("prefix", ["", "model."])
@pytest.mark.parametrize("config", [SMALL_RMVPE, RmvpeConfig(2, 3, 3, 5)])
def test_the_layout_of_mlx_rmvpe(tmp_path: Path, config: RmvpeConfig, prefix: str) -> None:
    written = seeded(config)
    path = save(tmp_path / "theirs.safetensors", {prefix + name: value for name, value in as_mlx(written).items()})
    read = read_checkpoint(path)
    assert (read.config, read.name, read.threshold, read.release) == (config, "theirs", 0.03, 0.03)
    assert read.training == {"source": "theirs.safetensors"}
    assert list(read.weights) == list(written.weights)
    gates = 2 * config.gru_hidden
    for name, value in written.weights.items():
        expected = value.copy()
        if "gru.bias_hh" in name:
            expected[:gates] = 0  # merged into the other bias, where it makes no difference
        elif "gru.bias_ih" in name:
            expected[:gates] += written.weights[name.replace("_ih", "_hh")][:gates]
        np.testing.assert_array_equal(read.weights[name], expected, err_msg=name)


def test_a_bias_of_their_upsampling_moves_the_mean(tmp_path: Path) -> None:
    theirs = as_mlx(SMALL)
    bias = np.array([0.5, -0.25], np.float32)
    theirs["unet.decoder.layers.4.conv_transpose.bias"] = bias
    read = read_checkpoint(save(tmp_path / "x.safetensors", theirs))
    mean = "unet.decoder.layers.4.conv1.1.running_mean"
    np.testing.assert_array_equal(read.weights[mean], SMALL.weights[mean] - bias)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model.linear.bias": None}, "model.linear.bias is missing"),
        ({"model.bigru.gru_backward.bhn": None}, "model.bigru.gru_backward.bhn is missing"),
        ({"model.unet.decoder.layers.0.bn.bias": None}, r"model.unet.decoder.layers.0.bn.bias is missing"),
        ({"model.cnn.more": np.zeros(3)}, "model.cnn.more does not belong"),
        ({"fc.more": np.zeros(3)}, "fc.more does not belong"),
        ({"model.cnn.weight": np.zeros((3, 2, 3, 3))}, r"model.cnn.weight is \(3, 2, 3, 3\), not \(3, 3, 3, 2\)"),
        (
            {"model.unet.decoder.layers.4.conv_transpose.bias": np.zeros(9)},
            r"conv_transpose.bias is \(9,\), not \(2,\)",
        ),
        ({"model.bigru.gru_forward.b": np.full(48, np.nan)}, "bigru.gru_forward.b holds values that are not finite"),
    ],
)
def test_a_wrong_tensor_is_named_in_their_words(
    tmp_path: Path, change: dict[str, np.ndarray | None], says: str
) -> None:
    theirs = {f"model.{name}": value for name, value in as_mlx(SMALL).items()} | change
    kept = {name: value for name, value in theirs.items() if value is not None}
    refused(save(tmp_path / "x.safetensors", kept), says)


@pytest.mark.parametrize("prefix", ["", "module."])
def test_pytorch_names_without_metadata(tmp_path: Path, prefix: str) -> None:
    tensors = {prefix + name: value for name, value in SMALL.weights.items()}
    tensors[f"{prefix}unet.encoder.bn.num_batches_tracked"] = np.array(7)
    read = read_checkpoint(save(tmp_path / "x.safetensors", tensors))
    assert (read.config, read.threshold) == (SMALL.config, 0.03)
    for name, value in SMALL.weights.items():
        np.testing.assert_array_equal(read.weights[name], value)


def test_bfloat16(tmp_path: Path) -> None:
    """A file written by hand: numpy has no such type."""
    header, data = {}, b""
    for name, value in SMALL.weights.items():
        kind, encoded = ("BF16", raw(value, "bf16")) if value.ndim > 1 else ("F32", raw(value, "f4"))
        header[name] = {
            "dtype": kind,
            "shape": list(value.shape),
            "data_offsets": [len(data), len(data) + len(encoded)],
        }
        data += encoded
    text = json.dumps(header).encode()
    (tmp_path / "x.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)
    for name, value in read_checkpoint(tmp_path / "x.safetensors").weights.items():
        expected = SMALL.weights[name].view(np.uint32) & (0xFFFF0000 if value.ndim > 1 else 0xFFFFFFFF)
        np.testing.assert_array_equal(value.view(np.uint32), expected)


def test_networks_whose_shape_nothing_tells(tmp_path: Path) -> None:
    refused(
        save(tmp_path / "x.safetensors", seeded(SMALL_CAUSAL).weights), "not RMVPE's, and it has no livepitch metadata"
    )
    refused(save(tmp_path / "x.safetensors", {"a\nb": np.zeros(3)}), r"its tensors \(a\\nb, …\)")


def test_whole_numbers_are_no_weights(tmp_path: Path) -> None:
    tensors = SMALL.weights | {"cnn.bias": np.zeros(3, np.int64)}
    refused(save(tmp_path / "x.safetensors", tensors), "cnn.bias holds int64 values")
