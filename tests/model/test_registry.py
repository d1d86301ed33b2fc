"""Models by name: the bundled ones, one that is fetched, and what the folder of fetched ones may hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from livepitch.model.checkpoint import write_checkpoint
from livepitch.model.errors import CheckpointError
from livepitch.model.registry import Model, list_models, load_model
from tests.model.networks import SMALL_RMVPE, seeded


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIVEPITCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_model_still_to_be_fetched(cache: Path) -> None:
    info = list_models()[-1]
    assert (info.name, info.bundled, info.available, info.size) == ("rmvpe", False, False, 181_184_272)
    assert info.path == cache / "rmvpe.pt"
    with pytest.raises(CheckpointError, match="livepitch weights fetch rmvpe"):
        load_model("rmvpe")
    assert not cache.exists()


@pytest.mark.parametrize("name", ["rmvpe.pt", "rmvpe.onnx"])
def test_a_fetched_model_is_loaded_by_its_name(cache: Path, name: str) -> None:
    cache.mkdir()
    write_checkpoint(cache / name, seeded(SMALL_RMVPE))
    info = list_models()[-1]
    assert (info.name, info.bundled, info.available, info.path) == ("rmvpe", False, True, cache / name)
    assert info.size == (cache / name).stat().st_size
    model = load_model("rmvpe")
    assert (model.name, model.checkpoint.config, model.checkpoint.path) == ("rmvpe", SMALL_RMVPE, cache / name)


def test_a_damaged_fetched_model_says_what_to_do(cache: Path) -> None:
    cache.mkdir()
    (cache / "rmvpe.pt").write_bytes(b"not what it was")
    with pytest.raises(CheckpointError, match=r"rmvpe.pt: .*; `livepitch weights fetch rmvpe` brings it anew"):
        load_model("rmvpe")


def test_bundled_models_are_there() -> None:
    assert [info.name for info in list_models() if info.bundled] == ["stream", "rmvpe-small"]
    assert all(info.available and info.path.is_file() for info in list_models() if info.bundled)


def test_unknown_names_are_explained() -> None:
    with pytest.raises(CheckpointError, match="choose one of stream, rmvpe-small, rmvpe, or give a file's path"):
        load_model("crepe")


def test_what_16_bits_hold() -> None:
    def with_value(value: float) -> Model:
        checkpoint = seeded(SMALL_RMVPE)
        halves = {name: each.astype(np.float16).astype(np.float32) for name, each in checkpoint.weights.items()}
        halves["cnn.weight"].flat[0] = value
        halves["cnn.bias"][0] = 1e6  # vectors stay at 32 bits
        return Model(type(checkpoint)("x", checkpoint.config, halves))

    assert [with_value(value).fits_half for value in (0.5, 65_504, 0.1, 1e5)] == [True, True, False, False]


def test_names_load_no_more_than_they_need() -> None:
    """Fetching brings its own modules; a program that only loads models pays for none of them."""
    code = "import sys; from livepitch.model.registry import load_model; load_model(); print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {
        "truststore",
        "platformdirs",
        "onnx",
        "rich",
        "livepitch.model.fetch",
        "livepitch.model.download",
    }
