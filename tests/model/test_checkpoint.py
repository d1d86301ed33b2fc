from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from livepitch.model.checkpoint import METADATA_KEY, read_checkpoint, write_checkpoint
from livepitch.model.config import CausalConfig, Config, RmvpeConfig, config_from_dict, config_to_dict
from livepitch.model.errors import CheckpointError
from livepitch.model.names import expected_shapes
from livepitch.model.registry import list_models, load_model
from tests.model.networks import SMALL_CAUSAL, SMALL_RMVPE, seeded


@pytest.mark.parametrize("config", [SMALL_CAUSAL, SMALL_RMVPE])
@pytest.mark.parametrize("half", [True, False])
def test_round_trip(tmp_path: Path, config: Config, half: bool) -> None:
    written, path = seeded(config), tmp_path / "x.safetensors"
    write_checkpoint(path, written, half)
    read = read_checkpoint(path)
    assert (read.config, read.threshold, read.release, read.name) == (config, 0.3, 0.2, "seeded")
    assert read.training == {"seed": 0}
    for name, value in written.weights.items():
        assert read.weights[name].dtype == np.float32
        np.testing.assert_allclose(read.weights[name], value, rtol=1e-3 if half else 0, atol=1e-4 if half else 0)


def test_the_hold_is_recorded_and_off_where_a_file_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write_checkpoint(path, replace(seeded(SMALL_CAUSAL), hold=6, floor=0.5, again=0.9))
    read = read_checkpoint(path)
    assert (read.hold, read.floor, read.again) == (6, 0.5, 0.9)
    older = read_checkpoint(damaged(tmp_path, "older"))
    assert (older.hold, older.floor, older.again) == (0, 0.0, 0.0)


def test_refining_is_recorded_and_off_where_a_file_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write_checkpoint(path, replace(seeded(SMALL_CAUSAL), refine=True))
    assert read_checkpoint(path).refine is True
    assert read_checkpoint(damaged(tmp_path, "older")).refine is False


def test_the_published_size() -> None:
    shapes = expected_shapes(RmvpeConfig())
    trained = sum(int(np.prod(shape)) for name, shape in shapes.items() if "running_" not in name)
    assert trained == 90_423_165


@pytest.mark.parametrize("config", [SMALL_CAUSAL, SMALL_RMVPE, CausalConfig(lookahead=448), RmvpeConfig()])
def test_configurations_survive_json(config: Config) -> None:
    assert config_from_dict(json.loads(json.dumps(config_to_dict(config)))) == config


@pytest.mark.parametrize(
    "fields", [{}, {"kind": "crepe"}, {"kind": "rmvpe", "colour": 3}, {"kind": "causal", "lookahead": 79}]
)
def test_unknown_configurations_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"kind|colour|lookahead of 79 samples"):
        config_from_dict(fields)


def damaged(tmp_path: Path, change: str) -> Path:
    """A checkpoint file with one thing wrong, or as an older livepitch wrote it."""
    good, path = tmp_path / "good.safetensors", tmp_path / "bad.safetensors"
    write_checkpoint(good, seeded(SMALL_RMVPE))
    tensors = load_file(good)
    record = {
        "format": 1,
        "config": config_to_dict(SMALL_RMVPE),
        "threshold": 0.5,
        "release": 0.4,
        "training": {},
    }
    if change == "missing":
        del tensors["cnn.bias"]
    elif change == "extra":
        tensors["cnn.extra"] = np.zeros(3, np.float32)
    elif change == "shape":
        tensors["cnn.bias"] = np.zeros(4, np.float32)
    elif change == "nan":
        tensors["cnn.bias"] = np.full(3, np.nan, np.float32)
    elif change == "newer":
        record["format"] = 99
    elif change == "thresholds":
        record["release"] = 0.9
    elif change == "hold":
        record["hold"] = -1
    elif change == "floor":
        record |= {"hold": 6, "floor": float("nan")}
    elif change == "refine":
        record["refine"] = "yes"
    elif change == "refine far":
        record |= {"refine": True, "config": config_to_dict(replace(SMALL_CAUSAL, lookahead=160))}
    elif change == "field":
        del record["threshold"]
    elif change == "not a dict":
        record["config"] = []
    elif change == "not numbers":
        record["config"] = {"kind": "rmvpe", "base_channels": "16"}
    elif change == "endless":
        record["config"] = {"kind": "rmvpe", "n_blocks": 10**9}
    elif change == "blocks of blocks":  # each number is small, but the names would be two million
        record["config"] = {"kind": "rmvpe", "n_blocks": len(tensors), "inter_layers": len(tensors)}
    elif change == "none":
        record["config"] = {"kind": "rmvpe", "base_channels": 0}
    elif change == "no levels":
        record["config"] = {"kind": "causal", "channels": [], "dilations": [[1]]}
    elif change == "no blocks":
        record["config"] = {"kind": "causal", "channels": [4], "dilations": [[1], []]}
    elif change == "many blocks":
        record["config"] = {"kind": "causal", "channels": [4], "dilations": [[1] * 60_000, [1]]}
    elif change == "no record":
        del record["training"]
    save_file(tensors, path, {METADATA_KEY: json.dumps(record)})
    if change == "truncated":
        path.write_bytes(good.read_bytes()[:-100])
    elif change == "text":
        path.write_text("these are not weights")
    elif change == "empty":
        path.write_bytes(b"")
    elif change == "pointer":
        path.write_text("version https://git-lfs.example/spec/v1\noid sha256:0\n")
    elif change == "page":
        path.write_text("\n<!DOCTYPE html><title>404</title>")
    return path


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("missing", "cnn.bias is missing"),
        ("extra", "cnn.extra does not belong"),
        ("shape", r"cnn.bias is \(4,\), not \(3,\)"),
        ("nan", "cnn.bias holds values that are not finite"),
        ("newer", "newer livepitch"),
        ("thresholds", "not in order"),
        ("hold", "hold -1 is not in 0..100"),
        ("floor", "floor nan or again 0.0 not in 0..1"),
        ("refine", "refine is 'yes'"),
        ("refine far", "refine is True with a lookahead of 160 samples"),
        ("field", "metadata is damaged"),
        ("not a dict", "metadata is damaged"),
        ("not numbers", "metadata is damaged"),
        ("endless", "metadata is damaged .n_blocks is no whole number in 1..65536"),
        ("blocks of blocks", "metadata is damaged .more blocks than tensors"),
        ("none", "metadata is damaged .* in 1..65536"),
        ("no levels", "metadata is damaged .0 levels do not divide"),
        ("no blocks", "metadata is damaged .a level without a block"),
        ("many blocks", "metadata is damaged .more blocks than tensors"),
        ("no record", "metadata is damaged"),
        ("truncated", "not a safetensors"),
        ("text", "not a checkpoint: neither safetensors, nor of torch.save .*, nor ONNX"),
        ("empty", "an empty file"),
        ("pointer", "a pointer of Git LFS"),
        ("page", "a web page"),
    ],
)
def test_every_damage_is_named_in_one_line(tmp_path: Path, change: str, says: str) -> None:
    with pytest.raises(CheckpointError, match=says) as caught:
        read_checkpoint(damaged(tmp_path, change))
    assert "\n" not in str(caught.value)
    assert "bad.safetensors" in str(caught.value)


def test_a_checkpoint_that_lacks_a_tensor_is_not_written(tmp_path: Path) -> None:
    broken = seeded(SMALL_RMVPE)
    with pytest.raises(CheckpointError, match="missing"):
        write_checkpoint(tmp_path / "x.safetensors", replace(broken, weights={}))
    assert not (tmp_path / "x.safetensors").exists()


def test_values_beyond_half_precision_stay_whole(tmp_path: Path) -> None:
    large = seeded(SMALL_RMVPE)
    large.weights["cnn.weight"][0, 0, 0, 0] = 1e6
    write_checkpoint(tmp_path / "x.safetensors", large)
    np.testing.assert_array_equal(
        read_checkpoint(tmp_path / "x.safetensors").weights["cnn.weight"], large.weights["cnn.weight"]
    )


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    first, second, path = seeded(SMALL_RMVPE, 1), seeded(SMALL_CAUSAL, 2), tmp_path / "x.safetensors"
    write_checkpoint(path, first)
    path.chmod(0o640)
    link = tmp_path / "link.safetensors"
    link.symlink_to(path)
    write_checkpoint(link, second)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert read_checkpoint(path).config == second.config
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["link.safetensors", "x.safetensors"]


@contextmanager
def small_files() -> Iterator[None]:
    """No file may grow beyond 10 kB, as if the disk were full; nor may one that pytest itself writes its lines to."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_failed_write_leaves_the_good_file(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write_checkpoint(path, seeded(SMALL_RMVPE))
    before = path.read_bytes()
    with (
        small_files(),
        pytest.raises(CheckpointError, match=r"x\.safetensors: cannot be written \(File too large\)"),
    ):
        write_checkpoint(path, seeded(SMALL_RMVPE, 1))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.safetensors"]


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"cannot be written \(No such file or directory\)"):
        write_checkpoint(tmp_path / "nowhere" / "x.safetensors", seeded(SMALL_RMVPE))
    with pytest.raises(CheckpointError, match="cannot be written"):
        write_checkpoint(tmp_path, seeded(SMALL_RMVPE))
    with pytest.raises(CheckpointError, match="no such file"):
        read_checkpoint(tmp_path)


def test_the_bundled_models() -> None:
    for info in (model for model in list_models() if model.bundled):
        model = load_model(info.name)
        assert model.name == info.name
        assert info.size <= 12_000_000
        assert model.checkpoint.training["steps"] > 0
    assert load_model().causal
    assert not load_model("rmvpe-small").causal


def test_unknown_names_are_explained() -> None:
    with pytest.raises(CheckpointError, match="no such model; choose one of stream, rmvpe-small"):
        load_model("crepe")
    with pytest.raises(CheckpointError, match="no such file"):
        load_model("somewhere/else.safetensors")
