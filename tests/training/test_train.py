"""Tiny networks learn a tone on the CPU, and a run goes on where it stopped. Needs PyTorch."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from livepitch.model.checkpoint import read_checkpoint
from livepitch.model.config import CausalConfig
from livepitch.model.mel import log_mel, windows_of
from livepitch.model.registry import Model
from livepitch.parity.front_end import LogMel
from livepitch.realtime.estimate import estimate
from training.mixing import Batch
from training.recipes import Recipe
from training.train import Trainer, arguments, export, run
from training.voices import UNKNOWN, UNVOICED, VOICED

CPU = torch.device("cpu")
NOTES = (150.0, 220.0, 330.0, 500.0)  # Hz
FRAMES, STEPS = 32, 70


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    """More than one is slower for networks this small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def tones(seed: int, size: int = 8) -> Batch:
    """Four notes, each clip up to 25 cents off and of its own timbre, silent in its second half."""
    rng = np.random.default_rng(seed)
    f0 = rng.choice(NOTES, (size, 1)) * 2 ** (rng.uniform(-25, 25, (size, 1)) / 1200)
    tilt = rng.uniform(0.5, 1.5, (size, 1))
    time = np.arange((FRAMES - 1) * 160 + 80) / 16_000
    tone = sum(np.sin(2 * np.pi * k * f0 * time) / k**tilt for k in range(1, 6))
    audio = 0.2 * tone * (time < 0.5 * time[-1]) + 1e-4 * rng.normal(size=(size, len(time)))
    voiced = torch.arange(FRAMES).expand(size, -1) < FRAMES // 2 - 3
    state = torch.where(voiced, VOICED, UNVOICED).to(torch.uint8)
    state[:, FRAMES // 2 - 3 : FRAMES // 2 + 3] = UNKNOWN
    return Batch(torch.from_numpy(audio.astype(np.float32)), torch.from_numpy(f0.astype(np.float32)) * voiced, state)


class HeldOut:
    """Stands in for a mixer: tones that no training step has heard."""

    def batch(self, size: int) -> Batch:
        return tones(1_000, 4 * size)


@pytest.mark.parametrize("name", ["stream", "rmvpe-small"])
def test_a_tiny_network_learns_a_tone(tiny: dict[str, Recipe], name: str, tmp_path: Path) -> None:
    trainer = Trainer(tiny[name], STEPS, CPU, compiled=False, seed=0, ema=0.8)
    for module in trainer.network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 0.1  # a run of 70 steps is too short for running means over 100
    before = trainer.score(HeldOut(), 1).report()  # type: ignore[arg-type]
    losses = [float(trainer.train_on(tones(step))) for step in range(STEPS)]
    score = trainer.score(HeldOut(), 1)  # type: ignore[arg-type]
    after = score.report()
    # One of four notes by chance.
    assert before["rpa"] < 35
    assert after["rpa"] > 85
    assert after["oa"] > 85
    assert np.mean(losses[-5:]) < 0.6 * np.mean(losses[:5])

    path = tmp_path / "tiny.safetensors"
    export(trainer, "tiny", score, {"seed": 0}, path)
    checkpoint = read_checkpoint(path)
    assert checkpoint.config == tiny[name].config
    assert checkpoint.training["steps"] == STEPS
    batch, model, right = tones(1_001), Model(checkpoint), []
    for audio, f0 in zip(batch.audio.numpy(), batch.f0[:, 0].tolist(), strict=True):
        track = estimate(audio, model)
        right.append(abs(1200 * np.log2(np.median(track.f0[4:12]) / f0)) < 50)
        assert track.confidence[4:12].mean() > track.confidence[22:30].mean()
    assert np.mean(right) > 0.8


@pytest.mark.parametrize("ahead", [512, 448])
def test_the_front_ends_agree(ahead: int) -> None:
    audio = (np.random.default_rng(0).normal(size=8_000) * 0.1).astype(np.float32)
    ours = log_mel(windows_of(audio, ahead))
    theirs = LogMel()(torch.from_numpy(audio)[None], ahead)[0].numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_windows_of_rmvpe_and_windows_beside_their_frame_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for name, samples, told in (("rmvpe-small", "448", "is for stream"), ("stream", "0", "not in 80..944")):
        with pytest.raises(SystemExit):
            arguments([name, "--out", "x", "--lookahead", samples])
        assert told in capsys.readouterr().err


def words(out: Path, *more: object) -> list[str]:
    return [
        "stream",
        "--out",
        str(out),
        "--batch",
        "2",
        "--synthetic",
        "2",
        "--tones",
        "2",
        "--notes",
        "2",
        "--device",
        "cpu",
        *map(str, more),
    ]


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one["step"] == other["step"]
    for part in ("network", "average"):
        assert one[part].keys() == other[part].keys()
        for name, value in one[part].items():
            torch.testing.assert_close(value, other[part][name], rtol=0, atol=0)
    torch.testing.assert_close(one["optimizer"]["state"][0]["exp_avg"], other["optimizer"]["state"][0]["exp_avg"])


@pytest.mark.usefixtures("tiny")
def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    run(arguments(words(tmp_path, "--steps", 2)))
    stopped = torch.load(tmp_path / "stream.pt", weights_only=True)
    assert stopped["step"] == 2
    assert {path.name for path in tmp_path.iterdir()} == {"stream.pt", "stream.safetensors"}
    no_time_left = run(arguments(words(tmp_path, "--steps", 4, "--seconds", 0)))
    assert_same(no_time_left.state(), stopped)
    resumed = run(arguments(words(tmp_path, "--steps", 4)))
    assert resumed.step == 4
    assert_same(torch.load(tmp_path / "stream.pt", weights_only=True), resumed.state())
    weights = [state["network"]["pitch.weight"] for state in (stopped, resumed.state())]
    assert not torch.equal(*weights)
    assert read_checkpoint(tmp_path / "stream.safetensors").training["steps"] == 4


@pytest.mark.usefixtures("tiny")
def test_the_checkpoint_says_how_it_was_made(tmp_path: Path, pack: Path) -> None:
    given = words(tmp_path, "--pack", pack, "--steps", 1, "--seed", 5, "--ema", 0.9, "--without", "room", "pitched")
    given += ["--lookahead", "448"]
    run(arguments(given))
    checkpoint = read_checkpoint(tmp_path / "stream.safetensors")
    assert isinstance(checkpoint.config, CausalConfig)
    assert checkpoint.config.lookahead == 448
    record = checkpoint.training
    command = record["command"].split()
    assert command[:4] == ["python", "-m", "training.train", "stream"]
    # The command, with data and place added, asks for the same again.
    again = arguments([*command[3:], "--out", str(tmp_path), "--pack", str(pack), "--device", "cpu"])
    assert again == arguments(given)
    assert str(tmp_path) not in record["command"]
    assert (record["seed"], record["steps"], record["batch"]) == (5, 1, 2)
    assert record["without"] == ["room", "pitched"]
    names = {"voices.flac", "voices.npz", "world.ogg", "world.npz", "music.ogg", "noise.ogg"}
    assert record["pack"] == {
        name: hashlib.sha256((pack / name).read_bytes()).hexdigest()[:16] for name in names
    }  # fmt: skip
    assert record["versions"]["python"] == platform.python_version()
    assert record["versions"]["torch"] == torch.__version__
    assert {"numpy", "soundfile"} <= record["versions"].keys()
    assert {"rpa", "oa", "vfa"} <= record["validation"].keys()
