"""ONNX files of RMVPE: by hand in every form that exporters choose, by PyTorch, and of other networks."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livepitch.model.checkpoint import Checkpoint, read_checkpoint
from livepitch.model.config import RmvpeConfig
from livepitch.model.errors import CheckpointError
from livepitch.model.formats import onnx_graph
from livepitch.model.registry import Model
from livepitch.realtime.whole import whole_salience
from tests.model.networks import SMALL_RMVPE, log_mels, seeded

onnx = pytest.importorskip("onnx")
from tests.model.onnx_networks import Builder

SMALL = seeded(SMALL_RMVPE)
BOUND = 1e-5


def salience(checkpoint: Checkpoint) -> np.ndarray:
    return whole_salience(Model(checkpoint), log_mels(64), None)


def assert_equal(path: Path, checkpoint: Checkpoint, bound: float = BOUND) -> Checkpoint:
    read = read_checkpoint(path)
    assert read.config == checkpoint.config
    expected = salience(checkpoint)
    assert expected.std() > 1e-3
    np.testing.assert_allclose(salience(read), expected, atol=bound)
    return read


@pytest.mark.parametrize("literal", [False, True])
@pytest.mark.parametrize("fold", [False, True])
@pytest.mark.parametrize("gemm", [False, True])
def test_every_form_of_the_graph(tmp_path: Path, fold: bool, literal: bool, gemm: bool) -> None:
    path = tmp_path / "mine.onnx"
    onnx.save(Builder(SMALL, fold=fold, literal=literal, gemm=gemm).model(), path)
    read = assert_equal(path, SMALL)
    assert (read.name, read.threshold, read.release) == ("mine", 0.03, 0.03)
    if not fold:
        for label, value in SMALL.weights.items():
            np.testing.assert_array_equal(read.weights[label], value, err_msg=label)


def test_content_counts_not_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(Builder(SMALL).model().SerializeToString())
    assert_equal(path, SMALL)


@pytest.mark.parametrize("config", [RmvpeConfig(2, 3, 2, 8), RmvpeConfig(3, 1, 1, 4)])
def test_any_width_and_depth(tmp_path: Path, config: RmvpeConfig) -> None:
    onnx.save(Builder(seeded(config)).model(), tmp_path / "x.onnx")
    assert_equal(tmp_path / "x.onnx", seeded(config))


def test_half_precision(tmp_path: Path) -> None:
    onnx.save(Builder(SMALL, fold=False, half=True).model(), tmp_path / "x.onnx")
    read = read_checkpoint(tmp_path / "x.onnx")
    for label, value in SMALL.weights.items():
        np.testing.assert_array_equal(read.weights[label], value.astype(np.float16), err_msg=label)


def test_another_epsilon_is_made_up_for(tmp_path: Path) -> None:
    onnx.save(Builder(SMALL, fold=False, epsilon=1e-3).model(), tmp_path / "x.onnx")
    assert_equal(tmp_path / "x.onnx", SMALL)


def test_a_front_end_in_the_graph_is_passed_over(tmp_path: Path) -> None:
    onnx.save(Builder(SMALL, front=True).model(), tmp_path / "x.onnx")
    assert_equal(tmp_path / "x.onnx", SMALL)


def external(tmp_path: Path, location: str) -> Path:
    model = Builder(SMALL).model()
    onnx.external_data_helper.convert_model_to_external_data(model, location="x.data", size_threshold=64)
    onnx.save(model, tmp_path / "x.onnx")
    model = onnx.load(tmp_path / "x.onnx", load_external_data=False)
    for stored in model.graph.initializer:
        for entry in stored.external_data:
            entry.value = location if entry.key == "location" else entry.value
    (tmp_path / "x.onnx").write_bytes(model.SerializeToString())
    return tmp_path / "x.onnx"


def test_tensors_in_a_file_beside_it(tmp_path: Path) -> None:
    assert_equal(external(tmp_path, "x.data"), SMALL)
    data = (tmp_path / "x.data").read_bytes()
    (tmp_path / "x.data").write_bytes(data[:-100])
    refused(tmp_path / "x.onnx", "cannot be read")
    (tmp_path / "x.data").unlink()
    refused(tmp_path / "x.onnx", "cannot be read")


def test_tensors_elsewhere_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    path = external(folder, "../x.data")
    (folder / "x.data").rename(tmp_path / "x.data")
    refused(path, "cannot be read")
    refused(external(folder, str(tmp_path / "x.data")), "cannot be read")


def refused(path: Path, says: str) -> None:
    with pytest.raises(CheckpointError, match=says) as caught:
        read_checkpoint(path)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)


def _set(kind: str, which: int, **attributes: object) -> Callable[[onnx.GraphProto], None]:
    def change(graph: onnx.GraphProto) -> None:
        node = [node for node in graph.node if node.op_type == kind][which]
        kept = [attribute for attribute in node.attribute if attribute.name not in attributes]
        del node.attribute[:]
        node.attribute.extend(kept)
        node.attribute.extend(onnx.helper.make_attribute(*pair) for pair in attributes.items())

    return change


def _rename(kind: str, which: int, other: str) -> Callable[[onnx.GraphProto], None]:
    def change(graph: onnx.GraphProto) -> None:
        [node for node in graph.node if node.op_type == kind][which].op_type = other

    return change


def _swap(kind: str, which: int) -> Callable[[onnx.GraphProto], None]:
    def change(graph: onnx.GraphProto) -> None:
        node = [node for node in graph.node if node.op_type == kind][which]
        first, second = node.input
        node.input[:] = [second, first]

    return change


def _start(graph: onnx.GraphProto) -> None:
    graph.initializer.append(onnx.numpy_helper.from_array(np.ones((2, 1, 16), np.float32), "start"))
    next(node for node in graph.node if node.op_type == "GRU").input.extend(["", "start"])


def _unweighted(graph: onnx.GraphProto) -> None:
    next(node for node in graph.node if node.op_type == "ConvTranspose").input[1] = "mel"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_rename("AveragePool", 1, "MaxPool"), r"MaxPool /AveragePool_\d+ stands where RMVPE has one AveragePool"),
        (_rename("Relu", 3, "LeakyRelu"), r"LeakyRelu /Relu_\d+ stands where RMVPE has one Relu"),
        (_rename("GRU", 0, "LSTM"), "LSTM /GRU_.* stands where RMVPE has GRU"),
        (_rename("BatchNormalization", 0, "InstanceNormalization"), "BatchNormalization of the input"),
        (_rename("Conv", 0, "ConvInteger"), "no 3x3 convolution of one channel"),
        (_set("AveragePool", 0, kernel_shape=[2, 1]), r"kernel_shape = \[2, 2\]"),
        (_set("ConvTranspose", 2, output_padding=[0, 0]), r"output_padding = \[1, 1\]"),
        (_set("Conv", 4, dilations=[2, 1]), r"dilations = \[1, 1\]"),
        (_set("Conv", 4, group=2), "group = 1"),
        (_set("GRU", 0, linear_before_reset=0), "linear_before_reset = 1"),
        (_set("GRU", 0, direction="forward"), "direction = b'bidirectional'"),
        (_set("GRU", 0, activations=["Sigmoid", "Relu"] * 2), "sigmoid and tanh"),
        (_set("Transpose", 0, perm=[0, 2, 3, 1]), r"perm = \[0, 2, 1, 3\]"),
        (_set("Gemm", 0, alpha=2.0), "alpha = 1.0"),
        (_swap("Concat", 0), "what was upsampled, then what the encoder had"),
        (_start, "starts from zero"),
        (_unweighted, r"stands where RMVPE has one ConvTranspose of 3x3"),
    ],
)
def test_a_network_that_differs_is_refused_where_it_does(
    tmp_path: Path, change: Callable[[onnx.GraphProto], None], says: str
) -> None:
    model = Builder(SMALL, gemm=True).model()
    change(model.graph)
    (tmp_path / "x.onnx").write_bytes(model.SerializeToString())
    refused(tmp_path / "x.onnx", says)


def test_the_package_is_asked_for_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    onnx.save(Builder(SMALL).model(), tmp_path / "x.onnx")
    monkeypatch.setitem(sys.modules, "onnx", None)
    refused(tmp_path / "x.onnx", "needs the package `onnx`.*pip install onnx")


def test_another_model(tmp_path: Path) -> None:
    helper = onnx.helper
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    info = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in "xy"]
    weight = onnx.numpy_helper.from_array(np.eye(3, dtype=np.float32), "w")
    onnx.save(helper.make_model(helper.make_graph([node], "crepe", info[:1], info[1:], [weight])), tmp_path / "x.onnx")
    refused(tmp_path / "x.onnx", "an ONNX of another network: it has no 3x3 convolution of one channel")


def test_a_wrong_tensor_is_named(tmp_path: Path) -> None:
    wrong = dict(SMALL.weights)
    wrong["cnn.bias"] = np.full(3, np.inf, np.float32)
    onnx.save(Builder(Checkpoint("x", SMALL.config, wrong)).model(), tmp_path / "x.onnx")
    refused(tmp_path / "x.onnx", "cnn.bias holds values that are not finite")
    wrong["cnn.bias"] = np.zeros(4, np.float32)
    onnx.save(Builder(Checkpoint("x", SMALL.config, wrong)).model(), tmp_path / "x.onnx")
    refused(tmp_path / "x.onnx", r"cnn.bias is \(4,\), not \(3,\)")


def test_constants_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve concatenations of a value with itself, sixteen times each, make it 2^48 times as long."""
    monkeypatch.setattr(onnx_graph, "LARGEST", 1 << 24)
    model = Builder(SMALL).model()
    grown = "start"
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.ones(1 << 12, np.float32), grown))
    for i in range(12):
        model.graph.node.append(onnx.helper.make_node("Concat", [grown] * 16, [f"grown_{i}"], axis=0))
        grown = f"grown_{i}"
    next(node for node in model.graph.node if node.op_type == "Conv").input[1] = grown
    (tmp_path / "x.onnx").write_bytes(model.SerializeToString())
    refused(tmp_path / "x.onnx", "larger than RMVPE's")


def test_graphs_that_run_in_a_circle(tmp_path: Path) -> None:
    for make in ("Identity", "Transpose"):
        model = Builder(SMALL).model()
        model.graph.node.append(onnx.helper.make_node(make, ["b"], ["a"]))
        model.graph.node.append(onnx.helper.make_node(make, ["a"], ["b"]))
        for node in model.graph.node:
            if node.op_type == "Conv":
                node.input[1] = "a"
        (tmp_path / "x.onnx").write_bytes(model.SerializeToString())
        refused(tmp_path / "x.onnx", "another network")
    model = Builder(SMALL).model()
    adds = [node for node in model.graph.node if node.op_type == "Add"]
    pools = [node for node in model.graph.node if node.op_type == "AveragePool"]
    pools[0].output[0] = "lost"
    adds[0].output[0] = "value_0"  # the first block feeds itself
    (tmp_path / "x.onnx").write_bytes(model.SerializeToString())
    refused(tmp_path / "x.onnx", "another network|damaged")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("folding", [True, False])
def test_pytorch_exports_what_we_read(tmp_path: Path, folding: bool) -> None:
    pytest.importorskip("torch")
    export(tmp_path / "x.onnx", dynamo=False, do_constant_folding=folding)
    assert_equal(tmp_path / "x.onnx", SMALL)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(importlib.util.find_spec("onnxscript") is None, reason="PyTorch's newer exporter needs onnxscript")
def test_pytorch_exports_what_we_read_the_newer_way(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    export(tmp_path / "x.onnx", dynamo=True, verbose=False)
    assert (tmp_path / "x.onnx.data").exists()
    assert_equal(tmp_path / "x.onnx", SMALL)


def export(path: Path, **options: object) -> None:
    import torch

    from livepitch.parity.reference import Rmvpe

    class Published(torch.nn.Module):
        """As RVC publishes it: mel with time last, salience."""

        def __init__(self) -> None:
            super().__init__()
            self.network = Rmvpe(SMALL_RMVPE)

        def forward(self, mel: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(self.network(mel.transpose(1, 2)))

    module = Published().eval()
    weights = {label: torch.from_numpy(value) for label, value in SMALL.weights.items()}
    module.network.load_state_dict(weights, strict=False)
    torch.onnx.export(module, (torch.randn(1, 128, 32),), path, **options)
