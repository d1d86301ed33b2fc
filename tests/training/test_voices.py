"""Voices: prompts in turn, G.722, and WORLD's analysis sung again. Needs PyTorch, as the pack is for training."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from training.prompts import in_turn, read_g722
from training.resynthesis import (
    BEYOND,
    STRETCH,
    Analysis,
    Piece,
    contour_error,
    falling,
    resynthesise,
    slowed,
    states,
)
from training.voices import PITCHED, UNKNOWN, UNVOICED, VOICED, Labelled, read_pack, write_pack

SPEAKER = r"sounds/([^/]+)/"


def order(paths: list[Path], seed: int) -> list[Path]:
    return list(in_turn(paths, SPEAKER, np.random.default_rng(seed)))


def test_speakers_take_turns() -> None:
    paths = [
        Path(f"sounds/{speaker}/{i}.ogg") for speaker, n in (("anna", 12), ("ben", 5), ("eve", 5)) for i in range(n)
    ]
    turns = order(paths, 0)
    assert sorted(turns) == sorted(paths)
    for start in range(0, 15, 3):
        assert {path.parent.name for path in turns[start : start + 3]} == {"anna", "ben", "eve"}
    assert {path.parent.name for path in turns[15:]} == {"anna"}
    assert order(paths, 0) == turns
    assert order(paths, 1) != turns


def test_g722_is_read_as_it_was_written() -> None:
    av = pytest.importorskip("av")
    tone = (8_000 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)).astype(np.int16)
    data = io.BytesIO()
    with av.open(data, "w", format="g722") as container:
        stream = container.add_stream("g722", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    audio = read_g722(data.getvalue())
    assert audio.dtype == np.float32
    assert audio.shape == (16_000,)
    # The codec delays by 22 samples and loses a little.
    error = audio[1_022:15_022] - tone[1_000:15_000] / 32_768
    assert np.sqrt(np.mean(error**2)) < 0.1 * np.sqrt(np.mean(audio**2))


def test_a_pack_keeps_the_pitch_of_voiced_and_pitched_frames_alone(tmp_path: Path) -> None:
    state = np.repeat([UNVOICED, VOICED, PITCHED, UNKNOWN], 10).astype(np.uint8)
    voice = Labelled("a", True, np.zeros(6_400, np.float32), np.full(40, 200, np.float32), state)
    write_pack([voice], ["a"], tmp_path / "voices.flac")
    _, labels = read_pack(tmp_path / "voices.flac")
    kept = labels["state"]
    np.testing.assert_array_equal(kept[3:37], state[3:37])
    np.testing.assert_array_equal(labels["f0"] > 0, (kept == VOICED) | (kept == PITCHED))


def test_voiced_frames_last_longer_and_others_do_not() -> None:
    frame = np.arange(200.0)
    f0 = np.where((frame >= 50) & (frame < 150), 100 + frame, 0)
    slow = slowed(Analysis(f0, frame[:, None], frame[:, None] / 200), np.random.default_rng(0))
    source = slow.envelope[:, 0]
    assert (np.diff(source) >= 0).all()
    assert set(source) == set(frame)
    np.testing.assert_array_equal(slow.f0, f0[source.astype(int)])
    np.testing.assert_array_equal(slow.aperiodicity[:, 0], source / 200)
    voiced = np.sum(slow.f0 > 0)
    assert 100 * STRETCH[0] - 1 <= voiced <= 100 * STRETCH[1] + 1
    assert abs(len(source) - voiced - 100) <= 1


def test_at_edges_and_where_faint_only_the_pitch_is_known() -> None:
    audio = (0.3 * np.sin(2 * np.pi * 200 * np.arange(16_000) / 16_000)).astype(np.float32)
    audio[60 * 160 : 65 * 160] *= 0.003
    voiced, share = np.zeros(100, bool), np.ones(100)
    voiced[30:80] = True
    share[40:45], share[50:55] = 0.3, 0.05
    state = states(audio, voiced, share)
    for edge in (30, 80):
        assert (state[edge - BEYOND : edge + BEYOND] == PITCHED).all()
    assert (state[: 30 - BEYOND] == UNVOICED).all()
    assert (state[80 + BEYOND :] == UNVOICED).all()
    assert (state[[34, 38, 47, 57, 70]] == VOICED).all()
    assert (state[40:45] == PITCHED).all()
    assert (state[50:55] == UNKNOWN).all()
    assert (state[61:64] == PITCHED).all()


def test_stretches_end_falling_and_fading() -> None:
    f0 = np.tile(np.r_[np.zeros(20), np.full(80, 200.0)], 40)
    level = np.full(len(f0), 5_000.0)
    analysis = Analysis(f0, np.ones((len(f0), 3)), np.zeros((len(f0), 3)))
    fallen, cents = falling(analysis, level, np.random.default_rng(0))
    drop, loss = (level - cents)[f0 > 0].reshape(40, 80), -10 * np.log10(fallen.envelope[f0 > 0, 0]).reshape(40, 80)
    falls = drop[:, -1] > 0
    assert 20 < falls.sum() < 36
    assert np.array_equal(falls, loss[:, -1] > 0)
    for part, most in ((drop, 900.0), (loss, 20.0)):
        assert (np.diff(part, axis=1) >= 0).all()
        assert not part[:, :40].any()
        assert most / 3 < part.max() <= most
    after = cents[20 + 80 :: 100][: len(drop) - 1]  # the last pulse rings on
    np.testing.assert_array_equal(after, cents[20 + 79 :: 100][: len(after)])
    assert (f0 == analysis.f0).all()
    assert (fallen.aperiodicity == 0).all()


@pytest.mark.parametrize("sung", [False, True])
def test_world_sings_what_the_label_says(sung: bool) -> None:
    pytest.importorskip("pyworld")
    pytest.importorskip("parselmouth")
    time = np.arange(2 * 16_000) / 16_000
    f0 = 200 * 2 ** (0.05 * np.sin(2 * np.pi * time))
    phase = 2 * np.pi * np.cumsum(f0) / 16_000
    on = (time > 0.3) & (time < 1.7)
    rng = np.random.default_rng(0)
    audio = 0.1 * sum(np.sin(k * phase) / k for k in range(1, 20)) * on + 0.001 * rng.normal(size=len(time))
    state = np.where(on[::160], VOICED, UNVOICED).astype(np.uint8)
    labels = np.where(state == VOICED, f0[::160], 0).astype(np.float32)
    piece = Piece("tone", sung, audio.astype(np.float32), labels, state)
    rendered = resynthesise(piece, 1, seed=0)
    for one in rendered:
        assert np.sum(one.state == VOICED) > 50
        np.testing.assert_array_equal(one.f0 > 0, (one.state == VOICED) | (one.state == PITCHED))
        error = contour_error(one)
        assert len(error) > 30
        assert np.median(np.abs(error)) < 15
    longest = max(len(one.state) for one in rendered)
    assert (longest > len(state) + 30) == (not sung)  # spoken words are sung more slowly
