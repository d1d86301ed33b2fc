from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from livepitch.model.backend import mx
from livepitch.model.checkpoint import Checkpoint
from livepitch.model.errors import CheckpointError
from livepitch.model.registry import load_model
from livepitch.model.rmvpe import RmvpeNetwork
from livepitch.parity import compare as comparing
from livepitch.parity.activations import on_grid, run
from livepitch.parity.clips import LENGTHS, Clip, pieces, short_clips
from livepitch.parity.compare import Pair, compare
from livepitch.parity.difference import BOUNDS, Difference, Row
from livepitch.parity.mel_rows import mel_rows
from livepitch.parity.views import VIEWS
from tests.parity.mistakes import Mistake, another_epsilon, bias_outside, empty_edge, frequency_major

ALONE, NETWORK, SHORT = "each layer alone", "whole network", "clips of 1 to 64 frames"
BOUND = BOUNDS["gpu" if mx.default_device() == mx.gpu else "cpu"]
LEVELS = [f"{kind} {i}" for kind in ("encoder", "decoder") for i in range(1, 6)]
PITCH = ["salience", "f0", "voicing", "argmax"]


def rows_of(checkpoint: Checkpoint, voice: Clip, lengths: Sequence[int] = (1, 64)) -> dict[tuple[str, str], Row]:
    rows = compare(Pair(checkpoint), [voice], BOUND, lengths=lengths)
    return {(row.group, row.component): row for row in rows}


def test_a_good_network_keeps_every_bound(small: Checkpoint, voice: Clip) -> None:
    rows = rows_of(small, voice, LENGTHS)
    assert [component for group, component in rows if group == NETWORK] == [
        "input BatchNorm", *LEVELS[:5], "intermediate 1", *LEVELS[5:],
        "CNN", "GRU forward", "GRU backward", "linear", *PITCH,
    ]  # fmt: skip
    kinds = {"Conv2d", "BatchNorm", "AvgPool2d", "shortcut", "transposed convolution", "GRU forward", "linear"}
    assert kinds <= {component for group, component in rows if group == ALONE}
    assert [component for group, component in rows if group == SHORT] == PITCH
    assert [name for name, row in rows.items() if not row.passed] == []
    assert rows[NETWORK, "argmax"].detail == f"of {len(voice.mel)}"
    assert rows[SHORT, "argmax"].detail == "of 2,080"


@pytest.mark.parametrize(
    ("mistake", "wrong", "right"),
    [
        (another_epsilon, [(ALONE, "BatchNorm"), (NETWORK, "input BatchNorm")], [(ALONE, "Conv2d")]),
        (
            empty_edge,
            [(ALONE, "transposed convolution"), (NETWORK, "decoder 1"), (NETWORK, "salience"), (SHORT, "salience")],
            [(ALONE, "Conv2d"), (ALONE, "GRU forward"), (NETWORK, "encoder 5"), (NETWORK, "intermediate 1")],
        ),
        (
            bias_outside,
            [(ALONE, "GRU forward"), (ALONE, "GRU backward"), (NETWORK, "GRU forward"), (NETWORK, "f0")],
            [(ALONE, "linear"), (NETWORK, "decoder 5"), (NETWORK, "CNN")],
        ),
        (frequency_major, [(NETWORK, "CNN"), (NETWORK, "argmax")], [(ALONE, "GRU forward"), (NETWORK, "decoder 5")]),
    ],
)
def test_a_mistake_fails_in_its_own_row(
    small: Checkpoint,
    voice: Clip,
    mistake: Mistake,
    wrong: list[tuple[str, str]],
    right: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mistake(monkeypatch)
    rows = rows_of(small, voice)
    assert [name for name in wrong if rows[name].passed] == []
    assert [name for name in right if not rows[name].passed] == []


def test_a_mistake_in_decoding_fails_in_f0_alone(
    small: Checkpoint, voice: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = comparing.decode
    monkeypatch.setattr(
        comparing, "decode", lambda salience: good(salience)._replace(candidate=good(salience).candidate * 1.00001)
    )
    assert {name[1] for name, row in rows_of(small, voice).items() if not row.passed} == {"f0"}


def test_a_mistake_in_the_mel_fails_there(voice: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = lambda audio, left, right: np.pad(audio, (left, right))  # noqa: E731
    monkeypatch.setattr("livepitch.model.mel._reflected", zeros)
    rows = mel_rows([Clip("fresh", voice.audio)], BOUND)
    assert [row.passed for row in rows] == [False, False, True]  # the last only informs


def test_a_network_that_gives_no_numbers_fails(small: Checkpoint, voice: Clip) -> None:
    pair = Pair(small)
    broken = {**small.weights, "cnn.bias": np.full(3, np.nan, np.float32)}
    pair.ours = RmvpeNetwork(small.config, broken)  # type: ignore[arg-type]
    failed = {row.component for row in compare(pair, [voice], BOUND, lengths=[1]) if not row.passed}
    assert {"CNN", "GRU forward", "linear", "salience", "f0"} <= failed


def test_other_networks_are_refused() -> None:
    with pytest.raises(CheckpointError, match="not an RMVPE"):
        Pair(load_model("stream").checkpoint)


def test_short_clips_have_every_length_and_both_sides_hear_all_of_it(small: Checkpoint, voice: Clip) -> None:
    clips = short_clips([voice])
    assert [len(clip.mel) for clip in clips] == list(range(1, 65))
    pair = Pair(small)
    for clip in clips[::9]:
        logits, salience = run(pair.reference, clip.mel)
        assert salience.shape == logits.shape == (len(clip.mel), 360)
        assert len(on_grid(clip.mel)) % 32 == 0


def test_long_recordings_come_in_pieces_that_leave_nothing_out(voice: Clip) -> None:
    long = Clip("long", np.tile(voice.audio, 8))
    found = list(pieces([long, voice]))
    assert [len(mel) for _, mel in found] == [1024, 1024, 353, 301]
    np.testing.assert_array_equal(np.concatenate([mel for _, mel in found[:3]]), long.mel)
    assert len({name for name, _ in found}) == 4


def test_views_show_what_the_table_measures(small: Checkpoint, voice: Clip) -> None:
    pair = Pair(small)
    views = {name: view(pair) for name, view in VIEWS.items()}
    shares: list[float] = []
    rows = {
        (row.group, row.component): row
        for row in compare(pair, [voice], BOUND, list(views.values()), shares.append, lengths=[1, 2])
    }
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    tables = {name: view.tables() for name, view in views.items()}
    (trace,) = tables["trace"]
    relative = {row[0]: row[5] for row in trace.rows}
    assert list(relative) == list(pair.ours.trace(np.zeros((32, 128), np.float32)))
    assert rows[NETWORK, "CNN"].max == max(relative["cnn"], relative["features"])
    edges, reflected = tables["padding"]
    assert not any(row[-1] for row in edges.rows)
    assert [row[1:4] for row in reflected.rows] == [(301, 320, "301..319 from 299..281")]
    (norms,) = tables["batchnorm"]
    assert len(norms.rows) == 28
    assert not any(row[-1] for row in norms.rows)
    assert all(0.5 < row[9] < row[10] < 2 for row in norms.rows[1:])  # calibrated on this voice: spread 1
    (gru,) = tables["gru"]
    assert [row[0] for row in gru.rows] == [
        "1",
        "2",
        "3-4",
        "5-8",
        "9-16",
        "17-32",
        "33-64",
        "65-128",
        "129-256",
        "257-512",
    ]
    assert max(row[1] for row in gru.rows) < 1e-4
    for found in (*tables["trace"], *tables["padding"], norms, gru):
        assert {len(row) for row in found.rows} == {len(found.columns)}


def test_the_padding_view_points_at_an_empty_edge(
    small: Checkpoint, voice: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_edge(monkeypatch)
    pair = Pair(small)
    view = VIEWS["padding"](pair)
    list(compare(pair, [voice], BOUND, [view], lengths=[1]))
    suspicious = {row[0]: row[-1] for row in view.tables()[0].rows if row[-1]}
    assert next(iter(suspicious.items())) == ("decoder.0.up", "last frame, last band")


def test_the_batchnorm_view_points_at_bad_statistics(small: Checkpoint, voice: Clip) -> None:
    weights = dict(small.weights)
    name = "unet.encoder.layers.1.conv.0.conv.1"
    weights[f"{name}.running_var"] = weights[f"{name}.running_var"] * np.float32(1e-6)
    pair = Pair(replace(small, weights=weights))
    view = VIEWS["batchnorm"](pair)
    list(compare(pair, [voice], BOUND, [view], lengths=[1]))
    row = next(row for row in view.tables()[0].rows if row[0] == "encoder.1.conv.0.conv.1")
    assert "variance near epsilon" in str(row[-1])
    assert "large scale" in str(row[-1])


def test_difference() -> None:
    found = Difference()
    found.add(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 1.0]))
    found.add(np.array([[5.0]]), np.array([[4.0]]))
    assert (found.max, found.count) == (2.0, 4)
    assert found.rms == pytest.approx(math.sqrt(5 / 4))
    assert found.reference_rms == pytest.approx(math.sqrt(22 / 4))
    assert found.relative() == pytest.approx((2 / math.sqrt(22 / 4), math.sqrt(5 / 22)))
    with pytest.raises(ValueError, match="shapes"):
        found.add(np.zeros(3), np.zeros((3, 1)))
    found.add(np.array([np.nan]), np.array([0.0]))
    assert found.max == math.inf
    dead = Difference()
    dead.add(np.zeros(2), np.zeros(2))
    assert dead.relative() == (0.0, 0.0)
    dead.add(np.ones(2), np.zeros(2))
    assert dead.relative() == (math.inf, math.inf)
