"""Files of torch.save, by hand and by PyTorch; pickles that would run code, fill the memory or never end."""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livepitch.model.checkpoint import Checkpoint, read_checkpoint
from livepitch.model.config import RmvpeConfig
from livepitch.model.errors import CheckpointError
from tests.model.networks import SMALL_RMVPE, seeded
from tests.model.torch_archives import (
    LEGACY_HEAD,
    call,
    dict_of,
    name,
    number,
    parts,
    pickled,
    raw,
    storage,
    tensor,
    text,
    tuple_of,
    write_legacy,
    write_zip,
)

SMALL = seeded(SMALL_RMVPE)


def assert_same(read: Checkpoint, written: Checkpoint, bits: int = 32) -> None:
    assert read.config == written.config
    assert list(read.weights) == list(written.weights)
    for label, value in written.weights.items():
        assert read.weights[label].dtype == np.float32
        expected = value.astype(np.float16) if bits == 16 else value
        np.testing.assert_array_equal(read.weights[label], expected, err_msg=label)


def refused(path: Path, says: str) -> None:
    with pytest.raises(CheckpointError, match=says) as caught:
        read_checkpoint(path)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
def test_zip_archives_of_every_type_and_byte_order(tmp_path: Path, kind: str, order: str) -> None:
    body, storages = parts(SMALL.weights, kind, order)
    path = write_zip(tmp_path / "mine.pt", body, storages, "big" if order == ">" else "little")
    read = read_checkpoint(path)
    assert_same(read, SMALL, 16 if kind == "f2" else 32)
    assert (read.name, read.threshold, read.release) == ("mine", 0.03, 0.03)
    assert all(value.flags.writeable for value in read.weights.values())


@pytest.mark.parametrize("order", ["<", ">"])
def test_bfloat16_keeps_the_upper_half(tmp_path: Path, order: str) -> None:
    body, storages = parts(SMALL.weights, "bf16", order)
    path = write_zip(tmp_path / "x.pt", body, storages, "big" if order == ">" else "little")
    for label, value in read_checkpoint(path).weights.items():
        np.testing.assert_array_equal(value.view(np.uint32), SMALL.weights[label].view(np.uint32) & 0xFFFF0000)


def test_the_older_format(tmp_path: Path) -> None:
    assert_same(read_checkpoint(write_legacy(tmp_path / "x.pth", *parts(SMALL.weights))), SMALL)


@pytest.mark.parametrize("config", [RmvpeConfig(2, 3, 3, 5), RmvpeConfig(1, 2, 1, 1), RmvpeConfig(3, 1, 1, 7)])
def test_any_width_and_depth(tmp_path: Path, config: RmvpeConfig) -> None:
    checkpoint = seeded(config)
    assert_same(read_checkpoint(write_zip(tmp_path / "x.pt", *parts(checkpoint.weights))), checkpoint)


@pytest.mark.parametrize("prefix", ["module.", "model.", "_orig_mod.module."])
def test_prefixes_and_counters(tmp_path: Path, prefix: str) -> None:
    weights = {prefix + label: value for label, value in SMALL.weights.items()}
    body, storages = parts(weights | {f"{prefix}unet.encoder.bn.num_batches_tracked": np.zeros(())})
    assert_same(read_checkpoint(write_zip(tmp_path / "x.pt", body, storages)), SMALL)


@pytest.mark.parametrize("key", ["model", "state_dict", "weights", "weight", "model_state_dict", "unusual"])
def test_nested_state_dicts(tmp_path: Path, key: str) -> None:
    body, storages = parts(SMALL.weights)
    optimiser = dict_of(
        {"state": dict_of({"exp_avg": tensor(storage("0", 1), (1,))}), "lr": b"G" + b"\x3f" + 7 * b"\0"}
    )
    outer = dict_of({"iteration": number(7), "config": b"]", key: body, "optimizer": optimiser, "note": text("hello")})
    assert_same(read_checkpoint(write_zip(tmp_path / "x.pt", outer, storages)), SMALL)


def test_parameters_and_one_shared_storage(tmp_path: Path) -> None:
    """A GRU's weights lie in one storage after PyTorch has flattened them; transposed views have odd strides."""
    body, offset, tensors = b"", 0, {}
    size = sum(value.size for value in SMALL.weights.values())
    flat = []
    for label, value in SMALL.weights.items():
        shape = value.shape
        if value.ndim == 4:  # stored with its axes reversed
            steps = tuple(int(np.prod(shape[:axis])) for axis in range(4))
            tensors[label] = tensor(storage("all", size), shape, offset, steps)
            flat.append(value.transpose(3, 2, 1, 0).ravel())
        else:
            view = tensor(storage("all", size), shape, offset)
            tensors[label] = call("torch._utils._rebuild_parameter", view, b"\x88", call("collections.OrderedDict"))
            flat.append(value.ravel())
        offset += value.size
    body = dict_of(tensors)
    data = {"all": raw(np.concatenate(flat), "f4")}
    assert_same(read_checkpoint(write_zip(tmp_path / "x.pt", body, data)), SMALL)
    assert_same(read_checkpoint(write_legacy(tmp_path / "y.pt", body, data)), SMALL)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cnn.bias": None}, "cnn.bias is missing"),
        ({"unet.encoder.bn.weight": None}, "unet.encoder.bn.weight is missing"),
        ({"cnn.extra": np.zeros(3)}, "cnn.extra does not belong"),
        ({"bad\nname\x1b[2J": np.zeros(3)}, r"bad\\nname\\x1b\[2J does not belong"),
        ({"cnn.weight": np.zeros((3, 5, 3, 3))}, r"cnn.weight is \(3, 5, 3, 3\), not \(3, 2, 3, 3\)"),
        ({"fc.0.gru.weight_hh_l0": np.zeros((9, 3))}, r"fc.0.gru.weight_hh_l0 is \(9, 3\), not \(48, 16\)"),
        ({"unet.encoder.layers.0.conv.0.conv.1.running_var": np.ones(9)}, r"running_var is \(9,\), not \(2,\)"),
        ({"cnn.bias": np.full(3, np.nan)}, "cnn.bias holds values that are not finite"),
        ({"cnn.bias": np.full(3, 1e300)}, "cnn.bias holds values that are not finite"),
    ],
)
def test_a_wrong_tensor_is_named(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    weights = {**SMALL.weights, **change}
    body, storages = parts({label: value for label, value in weights.items() if value is not None}, "f8")
    refused(write_zip(tmp_path / "x.pt", body, storages), says)


def test_whole_numbers_are_no_weights(tmp_path: Path) -> None:
    body, storages = parts(SMALL.weights, "i8")
    refused(write_zip(tmp_path / "x.pt", body, storages), "holds int64 values")


def test_other_networks(tmp_path: Path) -> None:
    refused(
        write_zip(tmp_path / "x.pt", *parts({"encoder.weight": np.zeros(3)})), r"\(encoder.weight, …\) are not RMVPE"
    )
    refused(write_zip(tmp_path / "x.pt", dict_of({}), {}), "none at all")
    refused(write_zip(tmp_path / "x.pt", b"]", {}), "holds a list")
    two = dict_of({"generator_a": parts(SMALL.weights)[0], "generator_b": parts(SMALL.weights)[0]})
    refused(write_zip(tmp_path / "x.pt", two, {}), "several networks")


class Runs:
    """Creates a file when it is unpickled as Python unpickles it."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.system, (f"touch {self.marker}",)


def test_a_pickle_that_would_run_code_is_refused_without_running_it(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    evil = pickle.dumps({"model": Runs(marker)}, protocol=2)
    pickle.loads(evil)
    assert marker.exists()  # it is a real one
    marker.unlink()
    with zipfile.ZipFile(tmp_path / "zip.pt", "w") as archive:
        archive.writestr("archive/data.pkl", evil)
    (tmp_path / "legacy.pt").write_bytes(LEGACY_HEAD + evil + pickled(b"]"))
    (tmp_path / "version.pt").write_bytes(LEGACY_HEAD[:15] + evil)
    for kind in ("zip", "legacy", "version"):
        refused(tmp_path / f"{kind}.pt", r"asks to run (posix|nt)\.system; .*refused without running it")
    (tmp_path / "bare.pt").write_bytes(evil)
    refused(tmp_path / "bare.pt", "not one of torch.save; not opened")
    for protocol in (3, 4, 5):
        with zipfile.ZipFile(tmp_path / "new.pt", "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps(Runs(marker), protocol=protocol))
        refused(tmp_path / "new.pt", r"asks to run (posix|nt)\.system")
    assert not marker.exists()


def _touching(marker: Path) -> dict[str, tuple[bytes, str]]:
    """Pickles that are not plain about it, and what is said of each."""
    shell = text(f"touch {marker}")
    tensors = {"a": tensor(storage("0", 1), (1,))}
    ordered, rebuild = call("collections.OrderedDict"), "torch._utils._rebuild_tensor_v2"
    return {
        "by attribute": (b"\x80\x04" + text("torch._utils") + text("os.system") + b"\x93", "torch._utils.os.system"),
        "by import": (call("torch.storage._load_from_bytes", b"C\x01x"), "torch.storage._load_from_bytes"),
        "by getattr": (call("builtins.getattr", name("collections.OrderedDict"), text("x")), "builtins.getattr"),
        "by eval": (call("builtins.eval", shell), "builtins.eval"),
        "by name in a name": (b"ccollections OrderedDict\nos.system\n", "OrderedDict.os.system"),
        "by type": (call("torch.FloatStorage", shell), "torch.FloatStorage"),
        "by result": (tuple_of(shell).join((ordered, b"R")), "asks to run dict"),
        "by instance": (b"(" + shell + b"ios\nsystem\n", "instruction INST"),
        "by object": (b"(" + name("collections.OrderedDict") + shell + b"o", "instruction OBJ"),
        "by class": (name("collections.OrderedDict") + tuple_of() + b"\x81", "instruction NEWOBJ"),
        "by keyword": (name("collections.OrderedDict") + b")}\x92", "instruction NEWOBJ_EX"),
        "by registry": (b"\x82\x01", "instruction EXT1"),
        "by buffer": (b"\x97", "instruction NEXT_BUFFER"),
        "by state of a name": (name("collections.OrderedDict") + b"}" + text("__call__") + shell + b"sb", "damaged"),
        "by state of a tensor": (tensors["a"] + b"}" + text("shape") + shell + b"sb", "damaged"),
        "by wrong arguments": (call("collections.OrderedDict", shell), "damaged"),
        "by wrong tensor": (call(rebuild, *[ordered] * 6), "damaged"),
        "by wrong parameter": (call("torch._utils._rebuild_parameter", shell, b"\x88", ordered), "damaged"),
        "by wrong identity": (shell + b"Q", "damaged"),
        "by wrong storage": (
            tuple_of(text("storage"), name("collections.OrderedDict"), text("0"), text("cpu"), number(1)) + b"Q",
            "damaged",
        ),
        "by text identity": (b"Pos.system\n", "instruction PERSID"),
        "by items of a name": (name("collections.OrderedDict") + shell + shell + b"s", "damaged"),
        "by items of a tuple": (b")" + shell + b"a", "damaged"),
    }


@pytest.mark.parametrize("trick", list(_touching(Path("x"))))
def test_tricks_are_refused(tmp_path: Path, trick: str) -> None:
    body, says = _touching(tmp_path / "marker")[trick]
    refused(write_zip(tmp_path / "x.pt", body, {"0": b"1234"}), says)
    refused(write_legacy(tmp_path / "y.pt", body, {"0": b"1234"}), says)
    assert not (tmp_path / "marker").exists()


def test_the_state_of_a_state_dict_changes_nothing(tmp_path: Path) -> None:
    """`BUILD` with methods to replace: it is dropped, as PyTorch's record of module versions is."""
    body, storages = parts(SMALL.weights)
    state = b"}" + text("__setstate__") + text("x") + b"s" + b"}" + text("items") + text("x") + b"s" + b"\x86"
    assert_same(read_checkpoint(write_zip(tmp_path / "x.pt", body + state + b"b", storages)), SMALL)


@pytest.mark.parametrize(
    "bomb",
    [
        tensor(storage("0", 1), (1 << 20, 1 << 20)),
        tensor(storage("0", 1), (1 << 40,), strides=(0,)),
        tensor(storage("0", 1 << 40), (1 << 40,)),
        tensor(storage("0", 1), (1,), offset=1),
        tensor(storage("0", 1), (1,), offset=-1),
        tensor(storage("0", 2), (2,), strides=(2,)),
        tensor(storage("0", 2), (2,), offset=1, strides=(-1,)),
        tensor(storage("0", 4), (2, 2), strides=(1,)),
        tensor(storage("0", -1), (1,)),
        tensor(storage("0", 1), (1,) * 9),
        tensor(storage("0", 1 << 60), (1 << 59,)),
        tuple_of(*[b"N"] * 9) + b"Q",
    ],
)
def test_sizes_beyond_the_file_are_refused(tmp_path: Path, bomb: bytes) -> None:
    body = dict_of({"cnn.bias": bomb, "unet.encoder.layers.0.conv.0.conv.1.running_mean": bomb})
    full = dict.fromkeys(SMALL.weights, bomb)
    for content in (body, dict_of(full)):
        refused(write_zip(tmp_path / "x.pt", content, {"0": b"1234"}), r"damaged|RMVPE|overlap|missing")
        refused(write_legacy(tmp_path / "y.pt", content, {"0": b"1234"}), r"damaged|RMVPE|overlap|missing")


def test_tensors_that_share_their_values_are_refused(tmp_path: Path) -> None:
    size = max(value.size for value in SMALL.weights.values())
    body = dict_of({label: tensor(storage("0", size), value.shape) for label, value in SMALL.weights.items()})
    refused(write_zip(tmp_path / "x.pt", body, {"0": bytes(4 * size)}), "tensors overlap")


def test_storages_must_be_as_long_as_they_say(tmp_path: Path) -> None:
    body, storages = parts(SMALL.weights)
    short = {**storages, "0": storages["0"][:-1]}
    refused(write_zip(tmp_path / "x.pt", body, short), "3 bytes for tensor unet.encoder.bn.weight")
    refused(write_legacy(tmp_path / "y.pt", body, short), "damaged")
    del short["0"]
    refused(write_zip(tmp_path / "x.pt", body, short), "lacks its entry archive/data/0")
    refused(write_legacy(tmp_path / "y.pt", body, short), "lacks storage 0")
    refused(write_legacy(tmp_path / "z.pt", body, {**storages, "unheard": b"1234"}), "no tensor speaks of")


def test_archives_that_grow_are_refused(tmp_path: Path) -> None:
    body, storages = parts(SMALL.weights)
    refused(
        write_zip(tmp_path / "x.pt", body, {**storages, "z": bytes(1 << 22)}, packed=True), "more than its own size"
    )
    noise = np.random.default_rng(0).bytes(1 << 20)  # which deflate makes longer
    refused(write_zip(tmp_path / "x.pt", b"N", {"0": noise}, packed=True), "is compressed, which")
    refused(write_zip(tmp_path / "x.pt", body + b"N0" * (1 << 20), storages), "far larger")


def test_other_zip_files(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=np.zeros(3))
    refused(tmp_path / "x.npz", "without one data.pkl")


@pytest.mark.parametrize(
    "body",
    [
        b")" + b"\x85" * 500_000,  # tuples within tuples
        b"]" + b"q\x00" + b"h\x00" * 100_000 + b"N" * 100_000,
        b"(" * 200_000,
        b"Nr\xff\xff\xff\xff" * 1_000,  # memo of four thousand million places
        b")q\x00" + b"".join(b"h" + bytes([i]) * 2 + b"h" + bytes([i]) + b"\x86q" + bytes([i + 1]) for i in range(90)),
        b"\x8b\xff\xff\xff\x7f" + b"1" * 1000,  # a number of 2 GB
        b"X\xff\xff\xff\xff",
        b"\x8d" + b"\xff" * 8,
    ],
)
def test_pickles_that_would_exhaust_a_reader_end_quickly(tmp_path: Path, body: bytes) -> None:
    refused(write_zip(tmp_path / "x.pt", body, {}), "x.pt")


def test_keys_that_would_be_hashed_for_ever(tmp_path: Path) -> None:
    doubled = b")" + b"".join(b"q" + bytes([i]) + b"h" + bytes([i]) + b"\x86" for i in range(60))
    refused(write_zip(tmp_path / "x.pt", b"}" + doubled + b"Ns", {}), "a tuple as a key")
    refused(write_zip(tmp_path / "x.pt", b"}" + number(1 << 62) + b"Ns", {}), "an? int as a key")


@pytest.mark.parametrize("kind", ["half", "float", "bfloat16", "double"])
@pytest.mark.parametrize("new", [True, False])
def test_pytorch_writes_what_we_read(tmp_path: Path, kind: str, new: bool) -> None:
    torch = pytest.importorskip("torch")
    from livepitch.parity.reference import Rmvpe

    network = Rmvpe(SMALL_RMVPE)
    network.load_state_dict({label: torch.from_numpy(value) for label, value in SMALL.weights.items()}, strict=False)
    network = network.to(getattr(torch, kind))
    path = tmp_path / "x.pt"
    torch.save({"model": network.state_dict(), "epoch": 3}, path, _use_new_zipfile_serialization=new)
    written = {
        label: value.float().numpy()
        for label, value in network.state_dict().items()
        if not label.endswith("num_batches_tracked")
    }
    assert_same(read_checkpoint(path), replace(SMALL, weights={label: written[label] for label in SMALL.weights}))


def test_pytorch_modules_are_refused_by_name(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from livepitch.parity.reference import Rmvpe

    torch.save(Rmvpe(SMALL_RMVPE), tmp_path / "x.pt")
    refused(tmp_path / "x.pt", r"asks to run livepitch\.parity\.reference\.Rmvpe; .*refused without running it")
