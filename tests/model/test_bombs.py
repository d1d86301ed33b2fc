"""Files of weights of a few kB or MB that would take gigabytes, hours, or another file, were they believed."""

from __future__ import annotations

import json
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from livepitch.model.checkpoint import METADATA_KEY, read_checkpoint
from livepitch.model.config import RmvpeConfig, config_to_dict
from livepitch.model.errors import CheckpointError
from livepitch.model.formats import onnx_size
from tests.model.networks import SMALL_RMVPE, seeded
from tests.model.torch_archives import dict_of, parts, storage, tensor, write_zip

MOST_MEMORY = 100 << 20  # bytes that Python and numpy may take


def refused(path: Path, says: str) -> None:
    tracemalloc.start()
    with pytest.raises(CheckpointError, match=says) as caught:
        read_checkpoint(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MOST_MEMORY
    assert str(caught.value).isprintable()
    assert path.name in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 400


def _level_names() -> list[str]:
    """Names out of which a network of 9,000,000 blocks could be guessed: so many levels, and so many blocks in one."""
    levels = [f"unet.intermediate.layers.{i}.x" for i in range(3000)]
    blocks = [f"unet.intermediate.layers.0.conv.{i}.conv.0.weight" for i in range(3000)]
    return [*levels, *blocks, "unet.encoder.layers.0.a.running_mean", "fc.0.gru.weight_hh_l0"]


def test_names_that_ask_for_millions_of_tensors(tmp_path: Path) -> None:
    values = {name: np.zeros((1, 1) if "gru" in name else (1,), np.float32) for name in _level_names()}
    save_file(values, tmp_path / "a.safetensors")
    refused(tmp_path / "a.safetensors", "are not RMVPE's")
    one = {name: tensor(storage("0", 9000), value.shape) for name, value in values.items()}
    refused(write_zip(tmp_path / "a.pt", dict_of(one), {"0": bytes(36_000)}), "are not RMVPE's")


@pytest.mark.parametrize(
    "config",
    [
        {"kind": "rmvpe", "base_channels": 10**4000},
        {"kind": "rmvpe", "base_channels": -1},
        {"kind": "rmvpe", "base_channels": True},
        {"kind": "rmvpe", "gru_hidden": 1e300},
        {"kind": "causal", "channels": 5},
        {"kind": "causal", "channels": [[[]]], "dilations": [[1], [1]]},
        {"kind": "causal", "channels": [1] * 100_000, "dilations": [[1]] * 100_001},
        {"kind": ["rmvpe"]},
    ],
)
def test_numbers_of_a_network_that_cannot_be(tmp_path: Path, config: dict[str, object]) -> None:
    record = {"format": 1, "config": config, "threshold": 0.3, "release": 0.2, "training": {}}
    save_file(seeded(SMALL_RMVPE).weights, tmp_path / "a.safetensors", {METADATA_KEY: json.dumps(record)})
    refused(tmp_path / "a.safetensors", "metadata is damaged")


def test_a_name_that_would_write_on_the_terminal(tmp_path: Path) -> None:
    small = seeded(SMALL_RMVPE)
    record = {"format": 1, "config": config_to_dict(SMALL_RMVPE), "threshold": 0.3, "release": 0.2, "training": {}}
    record["name"] = "\x1b]0;x\x07\n" + 5000 * "y"
    save_file(small.weights, tmp_path / "a.safetensors", {METADATA_KEY: json.dumps(record)})
    name = read_checkpoint(tmp_path / "a.safetensors").name
    assert name.isprintable()
    assert len(name) < 200


def test_an_archive_of_a_million_entries(tmp_path: Path) -> None:
    write_zip(tmp_path / "a.pt", *parts(seeded(RmvpeConfig(1, 1, 1, 1)).weights))
    with zipfile.ZipFile(tmp_path / "a.pt", "a") as archive:
        directory = sum(46 + len(entry.filename) for entry in archive.infolist())
    data = (tmp_path / "a.pt").read_bytes()
    end = data.rindex(b"PK\5\6")
    entry = data[end - directory : data.index(b"PK\1\2", end - directory + 4)]
    many = entry * 150_000
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(many), end - directory, 0)
    (tmp_path / "b.pt").write_bytes(data[: end - directory] + many + tail)
    refused(tmp_path / "b.pt", "more entries than any weights need")


def test_a_header_of_gigabytes(tmp_path: Path) -> None:
    for size in (10_000_001, 1 << 40, (1 << 64) - 1):
        (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", size) + b'{"a":' + 1000 * b"[")
        refused(tmp_path / "a.safetensors", "not a checkpoint")
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", 100_000) + b'{"a":' + 99_995 * b"[")
    refused(tmp_path / "a.safetensors", "not a safetensors checkpoint")


def test_a_sparse_file_of_bfloat16(tmp_path: Path) -> None:
    size = 3 << 30
    header = json.dumps({"a": {"dtype": "BF16", "shape": [size // 2], "data_offsets": [0, size]}}).encode()
    with (tmp_path / "a.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + size)
    refused(tmp_path / "a.safetensors", "larger than any network of bfloat16")


def _field(number: int, body: bytes) -> bytes:
    size, sized = len(body), bytearray()
    while True:
        sized.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return bytes([number << 3 | 2]) + bytes(sized) + body


@pytest.mark.parametrize("nodes", [_field(1, b""), _field(5, b""), _field(1, _field(5, b"")), _field(11, b"")])
def test_a_graph_of_a_million_empty_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nodes: bytes) -> None:
    """Each is a hundred bytes of memory, and two in the file; here fewer do."""
    monkeypatch.setattr(onnx_size, "LARGEST_STRUCTURE", 200_000)
    graph = nodes * (onnx_size.LARGEST_STRUCTURE // (len(nodes) + onnx_size.EACH) + 1)
    (tmp_path / "a.onnx").write_bytes(b"\x08\x08" + _field(7, graph))
    refused(tmp_path / "a.onnx", "far more nodes or names than RMVPE has")


@pytest.mark.parametrize(
    "body",
    [b"\x3a", b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x3a\x7f", b"\x3b", b"\x3a\x02\x0a\x09", b"\x39"],
)
def test_fields_that_do_not_end(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.onnx").write_bytes(b"\x08\x08" + body)
    refused(tmp_path / "a.onnx", "not an ONNX file, or a damaged one")


def test_values_are_no_structure() -> None:
    values = b"".join(_field(number, bytes(onnx_size.LARGEST_STRUCTURE)) for number in (4, 9, 10))
    onnx_size.check_structure(_field(7, _field(5, values) + _field(1, _field(5, _field(5, values)))))
    with pytest.raises(ValueError, match="far more nodes"):
        onnx_size.check_structure(_field(7, _field(5, _field(7, bytes(onnx_size.LARGEST_STRUCTURE)))))


def _beside(folder: Path, shape: tuple[int, ...], **more: str) -> Path:
    """A graph whose only kernel lies in `x.data`."""
    onnx = pytest.importorskip("onnx")
    stored = onnx.TensorProto(name="kernel", data_type=onnx.TensorProto.FLOAT, dims=shape)
    stored.data_location = onnx.TensorProto.EXTERNAL
    for key, value in {"location": "x.data", **more}.items():
        stored.external_data.add(key=key, value=value)
    node = onnx.helper.make_node("BatchNormalization", ["in", "kernel", "kernel", "kernel", "kernel"], ["out"])
    conv = onnx.helper.make_node("Conv", ["out", "kernel"], ["y"])
    graph = onnx.helper.make_graph([node, conv], "x", [], [], [stored])
    onnx.save(onnx.helper.make_model(graph), folder / "x.onnx")
    return folder / "x.onnx"


@pytest.mark.parametrize("more", [{}, {"length": str(1 << 41)}, {"length": "-1"}, {"offset": str(1 << 40)}])
def test_a_sparse_file_beside_a_graph(tmp_path: Path, more: dict[str, str]) -> None:
    path = _beside(tmp_path, (4,), **more)
    with (tmp_path / "x.data").open("wb") as file:
        file.truncate(1 << 42)
    refused(path, "x.onnx")


@pytest.mark.parametrize("shape", [(1 << 62,), (1 << 20, 1 << 20), (-5,), (1 << 29,)])
def test_shapes_that_cannot_be(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = _beside(tmp_path, shape)
    (tmp_path / "x.data").write_bytes(bytes(64))
    refused(path, "x.onnx")


def test_a_pipe_beside_a_graph_is_not_waited_for(tmp_path: Path) -> None:
    path = _beside(tmp_path, (4,))
    os.mkfifo(tmp_path / "x.data")
    refused(path, "cannot be read")
