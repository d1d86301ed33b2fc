from __future__ import annotations

from itertools import pairwise

import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.model.mel import HOP, WindowStream, frame_count, level, log_mel, windows_of


def noise(n: int, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=n) * 0.1).astype(np.float32)


def test_equals_librosa() -> None:
    audio = noise(16_000)
    magnitude = librosa.feature.melspectrogram(
        y=audio, sr=16_000, n_fft=1024, hop_length=160, power=1, n_mels=128, fmin=30, fmax=8000, htk=True
    )
    expected = np.log(np.maximum(magnitude, 1e-5)).T
    # librosa pads with zeros by default, we reflect: the frames at the edges differ.
    np.testing.assert_allclose(log_mel(windows_of(audio))[4:-4], expected[4:-4], atol=1e-5)


@pytest.mark.parametrize("n", [1, 2, 159, 160, 161, 511, 512, 513, 514, 1024, 5000])
def test_frame_count(n: int) -> None:
    assert len(windows_of(noise(n))) == frame_count(n) == 1 + n // HOP


def test_empty() -> None:
    assert windows_of(noise(0)).shape == (0, 1024)
    assert WindowStream().flush().shape == (0, 1024)


@given(n=st.integers(1, 4000), cuts=st.lists(st.integers(0, 4000), max_size=8), ahead=st.sampled_from((512, 448, 256)))
def test_any_split_gives_the_same_windows(n: int, cuts: list[int], ahead: int) -> None:
    audio, stream = noise(n), WindowStream(ahead)
    edges = [0, *sorted(min(cut, n) for cut in cuts), n]
    parts = [stream.push(audio[a:b]) for a, b in pairwise(edges)] + [stream.flush()]
    np.testing.assert_array_equal(np.concatenate(parts), windows_of(audio, ahead))


@pytest.mark.parametrize("ahead", [512, 448, 256])
def test_a_window_ends_so_many_samples_after_its_frame(ahead: int) -> None:
    audio = noise(8000)
    windows = windows_of(audio, ahead)
    assert len(windows) == frame_count(8000)
    np.testing.assert_array_equal(windows[20], audio[3200 + ahead - 1024 : 3200 + ahead])
    np.testing.assert_array_equal(windows[0][: 1024 - ahead], audio[1024 - ahead : 0 : -1])
    np.testing.assert_array_equal(windows[-1][1024 - ahead :], np.append(audio, audio[-2::-1])[8000 : 8000 + ahead])


def test_a_window_is_given_as_soon_as_it_is_complete() -> None:
    stream = WindowStream()
    assert len(stream.push(noise(512))) == 0  # one more is needed to reflect the left edge
    assert len(stream.push(noise(1))) == 1
    assert len(stream.push(noise(158))) == 0
    assert len(stream.push(noise(1))) == 1


@pytest.mark.parametrize("ahead", [512, 448, 256])
def test_level_is_the_rms_of_the_hop_round_the_frame(ahead: int) -> None:
    audio = np.zeros(1600, np.float32)
    audio[640 - 80 : 640 + 80] = 0.1
    values = level(windows_of(audio, ahead), ahead)
    assert values[4] == pytest.approx(-20.0, abs=1e-4)
    assert values[2] == -np.inf
