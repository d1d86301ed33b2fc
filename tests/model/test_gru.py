from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from livepitch.model import gru
from livepitch.model.backend import mx
from livepitch.model.gru import BiGru, Gru, by_graph

N_IN, H, FRAMES = 6, 5, 9


def weights(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = {"weight_ih_l0": (3 * H, N_IN), "weight_hh_l0": (3 * H, H), "bias_ih_l0": (3 * H,), "bias_hh_l0": (3 * H,)}
    return {
        f"gru.{name}{suffix}": rng.normal(size=shape).astype(np.float32)
        for suffix in ("", "_reverse")
        for name, shape in shapes.items()
    }


def by_hand(w: dict[str, np.ndarray], x: np.ndarray, h: np.ndarray, suffix: str = "") -> np.ndarray:
    """PyTorch's equations as its documentation writes them, in float64."""
    w_ih, w_hh, b_ih, b_hh = (
        w[f"gru.{part}_l0{suffix}"].astype(np.float64) for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    states = []
    for frame in x.astype(np.float64):
        from_x, from_h = np.split(w_ih @ frame + b_ih, 3), np.split(w_hh @ h + b_hh, 3)
        r, z = (1 / (1 + np.exp(-(from_x[i] + from_h[i]))) for i in (0, 1))
        n = np.tanh(from_x[2] + r * from_h[2])
        h = (1 - z) * n + z * h
        states.append(h)
    return np.array(states)


def frames(n: int = FRAMES) -> np.ndarray:
    return np.random.default_rng(n).normal(size=(n, N_IN)).astype(np.float32)


def test_one_direction_goes_on_from_its_state() -> None:
    w, x, h = weights(), frames(), np.linspace(-0.9, 0.9, H).astype(np.float32)
    states = np.array(Gru.load(w, "gru")(mx.array(x), mx.array(h)))
    np.testing.assert_allclose(states, by_hand(w, x, h), atol=1e-6)


def test_both_directions() -> None:
    w, x, h = weights(), frames(), np.linspace(-0.9, 0.9, H).astype(np.float32)
    ahead, behind = (np.array(states) for states in BiGru.load(w, "gru")(mx.array(x), mx.array(h)))
    np.testing.assert_allclose(ahead, by_hand(w, x, h), atol=1e-6)
    np.testing.assert_allclose(behind, by_hand(w, x[::-1], np.zeros(H), "_reverse")[::-1], atol=1e-6)


@pytest.mark.parametrize("lengths", [(9,), (4, 4, 1), (1, 8)])
@pytest.mark.parametrize("on_gpu", [False, True])
def test_a_long_sound_in_parts_gives_the_states_of_the_whole(
    monkeypatch: pytest.MonkeyPatch, lengths: tuple[int, ...], on_gpu: bool
) -> None:
    both, x, told = BiGru.load(weights(), "gru"), mx.array(frames(sum(lengths))), []
    whole = np.concatenate([np.array(states) for states in both(x, mx.zeros((H,)))], axis=1)
    if on_gpu:
        monkeypatch.setattr(gru, "gpu_kernel", lambda: lambda inputs, **_: [mx.array(both_by_graph(*inputs[:-1]))])
    ends = np.cumsum(lengths)[:-1].tolist()
    parts = both.through([x[i:j] for i, j in zip([0, *ends], [*ends, len(x)], strict=True)], told.append)
    assert tuple(len(part) for part in parts) == lengths
    np.testing.assert_allclose(np.concatenate([np.array(part) for part in parts]), whole, atol=1e-6)
    assert told[-1] == 1.0
    assert told == sorted(told)


def both_by_graph(*problem: mx.array) -> np.ndarray:
    return np.array([np.array(by_graph(*direction)) for direction in zip(*problem, strict=True)])


def problem(n: int = FRAMES, size: int = H) -> list[mx.array]:
    """Two directions."""
    rng = np.random.default_rng(n)
    shapes = ((2, n, 3 * size), (2, size, 3 * size), (2, 3 * size), (2, size))
    return [mx.array((rng.normal(size=shape) / np.sqrt(size)).astype(np.float32)) for shape in shapes]


def test_a_long_recurrence_takes_several_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = []

    def kernel(inputs: list[mx.array], **options: object) -> list[mx.array]:
        *arrays, frames = inputs
        lengths.append(int(frames[0]))
        return [mx.array(both_by_graph(*arrays))]

    monkeypatch.setattr(gru, "LONGEST_KERNEL", 4)
    states = gru.by_kernel(kernel, *problem())
    assert lengths == [4, 4, 1]
    np.testing.assert_allclose(np.array(states), both_by_graph(*problem()), atol=1e-6)


def test_a_long_graph_is_sent_off_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    w, x = weights(), frames(50)
    whole = np.array(Gru.load(w, "gru")(mx.array(x), mx.zeros((H,))))
    monkeypatch.setattr(gru, "LONGEST_GRAPH", 7)
    np.testing.assert_array_equal(np.array(Gru.load(w, "gru")(mx.array(x), mx.zeros((H,)))), whole)


# A group of one thread: enough to run the kernel's arithmetic on the processor. The barriers then do nothing.
AS_C = """
#include <cmath>
using std::exp; using std::tanh;
#define GROUP group
#define THREAD 0
#define GROUP_MEMORY static
#define BARRIER
#define READ(weight) weight
extern "C" void run(const float* projected, const float* w_hidden, const float* b_hidden, const float* start,
                    const int* frames, float* states, int group) {
    constexpr int H = %d, THREADS = 1;
    %s
}
"""


@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler")
def test_the_kernels_source_gives_the_graphs_numbers(tmp_path: Path) -> None:
    (tmp_path / "gru.cpp").write_text(AS_C % (H, gru._SOURCE), encoding="utf-8")
    command = ["g++", "-O1", "-shared", "-fPIC", "-Wno-unknown-pragmas", "gru.cpp", "-o", "gru.so"]
    subprocess.run(command, cwd=tmp_path, check=True)
    library = ctypes.CDLL(str(tmp_path / "gru.so"))
    arrays = [np.array(array) for array in problem()]
    states, n = np.zeros((2, FRAMES, H), np.float32), np.array([FRAMES], np.int32)
    for group in range(2):
        library.run(*(array.ctypes.data_as(ctypes.c_void_p) for array in (*arrays, n, states)), group)
    np.testing.assert_allclose(states, both_by_graph(*problem()), atol=1e-6)


@pytest.mark.skipif(mx.default_device() != mx.gpu, reason="no GPU")
def test_the_kernel_runs_on_this_gpu() -> None:
    kernel, arrays = gru.gpu_kernel(), problem(300, 256)
    assert kernel is not None
    np.testing.assert_allclose(np.array(gru.by_kernel(kernel, *arrays)), both_by_graph(*arrays), atol=2e-5)


@pytest.mark.parametrize("error", [0.0, 1e-3, None])
def test_a_kernel_that_is_wrong_or_fails_is_not_used(error: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def kernel(inputs: list[mx.array], **options: object) -> list[mx.array]:
        if error is None:
            raise RuntimeError("does not compile")
        return [mx.array(both_by_graph(*inputs[:4]) + np.float32(error))]

    monkeypatch.setattr(gru, "on_gpu", lambda: True)
    monkeypatch.setattr(gru, "_kernel", lambda: kernel)
    gru.gpu_kernel.cache_clear()
    assert gru.gpu_kernel() is (kernel if error == 0.0 else None)
    gru.gpu_kernel.cache_clear()


def test_both_directions_by_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    w, x, h = weights(), mx.array(frames()), mx.array(np.linspace(-0.9, 0.9, H).astype(np.float32))
    expected = BiGru.load(w, "gru")(x, h)
    monkeypatch.setattr(gru, "gpu_kernel", lambda: lambda inputs, **_: [mx.array(both_by_graph(*inputs[:4]))])
    for states, right in zip(BiGru.load(w, "gru")(x, h), expected, strict=True):
        np.testing.assert_allclose(np.array(states), np.array(right), atol=1e-6)
