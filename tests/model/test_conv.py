from __future__ import annotations

import numpy as np
import pytest

from livepitch.model import conv, lanes
from livepitch.model.backend import mx
from livepitch.model.conv import Conv3x3, DeepConv, DirectConv, WideConv
from livepitch.model.lanes import Pieces, cut, joined, recut, shares, with_neighbours
from livepitch.model.rmvpe import Up, pool, with_skip

KINDS = [DirectConv, WideConv, DeepConv]


@pytest.fixture(params=[1, 2, 3])
def three_lanes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(lanes, "cores", lambda: request.param)
    return int(request.param)


def activation(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def pieces(x: np.ndarray, *lengths: int) -> Pieces:
    return cut(mx.array(x), list(lengths) or [len(x)])


def expected(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The sum as it is written down: x (T, F, n_in), kernel (n_out, n_in, 3, 3)."""
    padded = np.pad(x.astype(np.float64), ((1, 1), (1, 1), (0, 0)))
    frames, n_bands, _ = x.shape
    y = np.zeros((frames, n_bands, len(kernel))) + bias
    for i in range(3):
        for j in range(3):
            y += padded[i : i + frames, j : j + n_bands] @ kernel[:, :, i, j].T
    return y


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lengths", [(12,), (4, 8), (2, 4, 5, 1)])
@pytest.mark.parametrize("relu", [True, False])
def test_convolutions_are_the_sum_over_nine_taps(
    kind: type[DirectConv | WideConv | DeepConv], lengths: tuple[int, ...], relu: bool, three_lanes: int
) -> None:
    x, kernel, bias = activation(12, 6, 5), activation(7, 5, 3, 3), activation(7)
    y = kind.load(kernel, bias, relu)(pieces(x, *lengths))
    assert [len(piece) for piece in y] == list(lengths)
    right = expected(x, kernel, bias)
    np.testing.assert_allclose(np.array(joined(y)), np.maximum(right, 0) if relu else right, atol=1e-5)


def test_few_frames_share_the_channels(three_lanes: int) -> None:
    x, kernel, bias = activation(4, 4, 16), activation(10, 16, 3, 3), activation(10)
    few = DeepConv.load(kernel, bias, False)
    assert len(few([mx.array(x)])) == 1
    np.testing.assert_allclose(np.array(few([mx.array(x)])[0]), expected(x, kernel, bias), atol=1e-5)


def test_a_gpu_runs_its_own_convolution() -> None:
    kernel, bias = activation(8, 4, 3, 3), activation(8)
    assert isinstance(Conv3x3.plain(kernel, bias, dtype=mx.float16), DirectConv)
    assert isinstance(Conv3x3.plain(kernel, bias), DirectConv) == lanes.on_gpu()


def test_the_size_of_the_weights_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conv, "on_gpu", lambda: False)
    small, large = activation(8, 4, 3, 3), activation(128, conv.MANY // 128, 3, 3)
    assert isinstance(Conv3x3.plain(small, activation(8)), WideConv)
    assert isinstance(Conv3x3.plain(large, activation(128)), DeepConv)


@pytest.mark.parametrize("n_frames", [1, 2, 7, 32, 128, 6016])
@pytest.mark.parametrize("n_bands", [4, 128])
def test_shares_add_up_and_are_even(n_frames: int, n_bands: int, three_lanes: int) -> None:
    lengths = shares(n_frames, n_bands)
    assert sum(lengths) == n_frames
    assert all(length % 2 == 0 for length in lengths[:-1])
    assert min(lengths) > 0
    if n_frames * n_bands <= lanes.FEW_ROWS:
        assert len(lengths) == 1
    if n_frames == 6016 and n_bands == 128 and not lanes.on_gpu():
        assert len(lengths) >= three_lanes
        assert max(lengths) * n_bands <= lanes.MOST_ROWS + 2 * n_bands or three_lanes == 1


def test_neighbours_are_frames_or_zeros() -> None:
    x = activation(6, 3, 2)
    middle = np.array(with_neighbours(pieces(x, 2, 2, 2), 1))
    np.testing.assert_array_equal(middle, np.pad(x[1:5], ((0, 0), (1, 1), (0, 0))))
    last = np.array(with_neighbours(pieces(x, 2, 2, 2), 2, before=0))
    np.testing.assert_array_equal(last, np.pad(x[4:], ((0, 1), (0, 1), (0, 0))))


def test_pieces_can_be_cut_anew() -> None:
    x = activation(10, 2, 3)
    again = recut(pieces(x, 4, 6), [2, 2, 6])
    assert [len(piece) for piece in again] == [2, 2, 6]
    np.testing.assert_array_equal(np.array(joined(again)), x)


def test_pooling_and_skips_do_not_see_the_cuts(three_lanes: int) -> None:
    x, skip = activation(8, 4, 3), activation(8, 4, 2)
    means = x.reshape(4, 2, 2, 2, 3).mean((1, 3))
    np.testing.assert_allclose(np.array(joined(pool(pieces(x, 2, 6)))), means, atol=1e-6)
    both = with_skip(pieces(x, 2, 6), pieces(skip, 4, 4))
    np.testing.assert_array_equal(np.array(joined(both)), np.concatenate((x, skip), axis=2))


def test_upsampling_computes_its_last_row_and_column(three_lanes: int) -> None:
    """Against the definition: each input pixel times the kernel, laid two apart, from which `padding=1` is cut off."""
    x, kernel, bias = activation(4, 3, 2), activation(2, 5, 3, 3), np.full(5, 10.0, np.float32)
    laid = np.zeros((10, 8, 5))
    for t in range(4):
        for f in range(3):
            laid[2 * t : 2 * t + 3, 2 * f : 2 * f + 3] += np.einsum("i,ioab->abo", x[t, f], kernel)
    weights = {f"up.conv1.1.{part}": np.ones(5, np.float32) for part in ("weight", "running_var")}
    weights |= {
        "up.conv1.0.weight": kernel,
        "up.conv1.1.bias": bias,
        "up.conv1.1.running_mean": np.zeros(5, np.float32),
    }
    up = Up.load(weights, "up", 0)
    for lengths in ((4,), (2, 2), (1, 2, 1)):
        y = np.array(joined(up.upsampled(pieces(x, *lengths))))
        np.testing.assert_allclose(y, np.maximum(laid[1:9, 1:7] / np.sqrt(1 + 1e-5) + bias, 0), atol=1e-5)
