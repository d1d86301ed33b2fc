"""Files of every format, cut short or with a byte changed: one line, or a valid checkpoint; never anything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from livepitch.model.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from livepitch.model.config import RmvpeConfig
from livepitch.model.errors import CheckpointError
from livepitch.model.names import expected_shapes
from tests.model.networks import seeded
from tests.model.torch_archives import parts, write_legacy, write_zip

TINY = seeded(RmvpeConfig(1, 1, 1, 1))


def _onnx(path: Path) -> None:
    from tests.model.onnx_networks import Builder

    path.write_bytes(Builder(TINY, fold=False).model().SerializeToString())


FORMATS: dict[str, Callable[[Path], object]] = {
    "ours.safetensors": lambda path: write_checkpoint(path, TINY),
    "theirs.safetensors": lambda path: save_file(TINY.weights, path),
    "zip.pt": lambda path: write_zip(path, *parts(TINY.weights, "f2")),
    "legacy.pt": lambda path: write_legacy(path, *parts(TINY.weights)),
    "graph.onnx": _onnx,
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    pytest.importorskip("onnx")
    folder = tmp_path_factory.mktemp("whole")
    for name, write in FORMATS.items():
        write(folder / name)
    return {name: folder / name for name in FORMATS}


def check(path: Path) -> Checkpoint | None:
    """What was read, found valid; None if it was refused in one line."""
    try:
        read = read_checkpoint(path)
    except CheckpointError as error:
        text = str(error)
        assert str(path) in text
        assert "\n" not in text
        assert len(text) < len(str(path)) + 400
        return None
    assert {name: value.shape for name, value in read.weights.items()} == expected_shapes(read.config)
    assert all(np.isfinite(value).all() for value in read.weights.values())
    return read


# Where damage is: anywhere, or within the first or last few thousand bytes, where the structure is.
PLACES = st.tuples(st.sampled_from(["anywhere", "head", "tail"]), st.floats(0, 1, exclude_max=True))


def at(place: tuple[str, float], size: int) -> int:
    where, share = place
    reach = size if where == "anywhere" else min(size, 12_000)
    return int(share * reach) + (size - reach if where == "tail" else 0)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_cut_short_is_refused(whole: dict[str, Path], name: str) -> None:
    data = whole[name].read_bytes()
    cut = whole[name].with_name(f"cut-{name}")

    @settings(max_examples=60)
    @given(PLACES)
    def shorter(place: tuple[str, float]) -> None:
        cut.write_bytes(data[: at(place, len(data))])
        assert check(cut) is None

    shorter()


@pytest.mark.parametrize("name", FORMATS)
def test_a_changed_byte_does_no_harm(whole: dict[str, Path], name: str) -> None:
    data = whole[name].read_bytes()
    changed = whole[name].with_name(f"changed-{name}")

    @settings(max_examples=120)
    @given(PLACES, st.integers(1, 255))
    def other(place: tuple[str, float], difference: int) -> None:
        damaged = bytearray(data)
        damaged[at(place, len(data))] ^= difference
        changed.write_bytes(damaged)
        check(changed)

    other()


@pytest.mark.parametrize("name", FORMATS)
def test_the_whole_file_is_valid(whole: dict[str, Path], name: str) -> None:
    read = check(whole[name])
    assert read is not None
    assert read.config == TINY.config
