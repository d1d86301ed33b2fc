"""A tiny network learns a tone on the CPU; labels lie where the sound is. Needs PyTorch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from livepitch.model.checkpoint import read_checkpoint
from livepitch.model.config import CausalConfig
from livepitch.model.mel import log_mel, windows_of
from livepitch.model.registry import Model
from livepitch.parity.front_end import LogMel
from livepitch.realtime.estimate import estimate
from training.bank import UNKNOWN, UNVOICED, VOICED, Bank, labels_at, resampled
from training.contours import Dice
from training.losses import causal_loss, decoded, target
from training.mixing import Batch, Mixer, Source
from training.recipes import RECIPES
from training.synthesis import synthetic_bank
from training.train import Trainer, export

CPU = torch.device("cpu")
TINY = CausalConfig(channels=(4, 6), inter_channels=8, dilations=((1,), (1,), (1,)), plain_levels=1, gru_hidden=24)


def tones(seed: int, size: int = 8, frames: int = 64) -> Batch:
    """Steady sines of 200 to 600 Hz, each clip silent in its second half."""
    rng = np.random.default_rng(seed)
    f0 = rng.uniform(200, 600, (size, 1))
    time = np.arange((frames - 1) * 160 + 80) / 16_000
    on = time < 0.5 * time[-1]
    audio = torch.from_numpy((0.3 * np.sin(2 * np.pi * f0 * time) * on + 1e-4).astype(np.float32))
    voiced = torch.arange(frames).expand(size, -1) < frames // 2 - 4
    state = torch.where(voiced, VOICED, UNVOICED).to(torch.uint8)
    state[:, frames // 2 - 4 : frames // 2 + 4] = UNKNOWN
    return Batch(audio, torch.from_numpy(f0.astype(np.float32)) * voiced, state)


def test_a_tiny_network_learns_a_tone(tmp_path: Path) -> None:
    recipe = replace(RECIPES["stream"], config=TINY, learning_rate=0.02, warm_up=5)
    trainer = Trainer(recipe, 90, CPU, compiled=False, seed=0, ema=0.9)
    losses = [float(trainer.train_on(tones(step))) for step in range(90)]
    assert np.mean(losses[-5:]) < 0.6 * np.mean(losses[:5])

    class Tones:
        def batch(self, size: int) -> Batch:
            return tones(1_000, size)

    score = trainer.score(Tones(), 1)  # type: ignore[arg-type]
    assert score.report()["vr"] > 80
    path = tmp_path / "tiny.safetensors"
    export(trainer, "tiny", score, {"seed": 0}, path)
    checkpoint = read_checkpoint(path)
    assert checkpoint.config == TINY
    assert checkpoint.training["steps"] == 90
    track = estimate(tones(1_000).audio[0].numpy(), Model(checkpoint))
    assert track.confidence[10:25].mean() > track.confidence[45:].mean()


def test_the_front_ends_agree() -> None:
    audio = (np.random.default_rng(0).normal(size=8_000) * 0.1).astype(np.float32)
    ours = log_mel(windows_of(audio))
    theirs = LogMel()(torch.from_numpy(audio)[None])[0].numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_synthetic_voices_carry_their_label() -> None:
    """The instantaneous frequency of the lowest partial is the labelled f0."""
    bank = synthetic_bank(3, 4, CPU, seconds=3.0)
    assert bank.audio.shape == (4 * 48_000,)
    assert len(bank.f0) == len(bank.state) == 4 * 300
    assert bool(torch.isfinite(bank.audio).all())
    assert bool(((bank.f0 > 0) == (bank.state == VOICED)).all())
    assert {UNVOICED, VOICED} <= set(bank.state.tolist())
    right = total = 0
    for frame in range(10, 1_190):
        f0 = float(bank.f0[frame])
        steady = bool((bank.state[frame - 4 : frame + 5] == VOICED).all())
        if not steady or abs(float(bank.f0[frame - 3]) / float(bank.f0[frame + 3]) - 1) > 0.01:
            continue
        window = bank.audio[frame * 160 - 512 : frame * 160 + 512].float() * torch.hann_window(1024)
        correlation = torch.fft.irfft(torch.fft.rfft(window, 4096).abs().square())
        lag = 16_000 / f0
        total += 1
        around = correlation[max(1, int(lag) - 1) : int(lag) + 3].max()
        right += bool(around > 0.3 * correlation[0])
    assert total > 50
    assert right / total > 0.8


def test_reading_faster_raises_pitch_and_label_together() -> None:
    time = torch.arange(48_000) / 16_000
    bank = Bank(
        torch.sin(2 * torch.pi * 300 * time).half(), torch.full((300,), 300.0), torch.ones(300, dtype=torch.uint8)
    )
    start, ratio = torch.tensor([1_600.0]), torch.tensor([1.5])
    audio = resampled(bank.audio, start, ratio, 8_000)[0]
    f0, state = labels_at(bank, start, ratio, 50)
    peak = int(torch.fft.rfft(audio * torch.hann_window(8_000)).abs().argmax())
    assert peak * 2 == 450
    np.testing.assert_allclose(f0.numpy(), 450.0, rtol=1e-5)
    assert bool((state == VOICED).all())


def test_batches_are_finite_labelled_and_repeatable() -> None:
    bank = synthetic_bank(0, 2, CPU, seconds=3.0)
    music = torch.randn(48_000, generator=torch.Generator().manual_seed(0)).half() * 0.1

    def batch() -> Batch:
        return Mixer([Source(bank, 1.0, 3.0)], music, music, Dice(5, CPU), 32).batch(6)

    one, two = batch(), batch()
    assert one.audio.shape == (6, 31 * 160 + 80)
    assert one.f0.shape == one.state.shape == (6, 32)
    assert bool(torch.isfinite(one.audio).all())
    assert float(one.audio.abs().max()) <= 1.0
    torch.testing.assert_close(one.audio, two.audio)
    assert bool((one.f0[one.state == VOICED] > 0).all())


def test_the_target_decodes_to_its_own_pitch() -> None:
    f0 = torch.tensor([[60.0, 220.0, 440.0, 1_100.0]])
    pitch, confidence = decoded(target(f0))
    back = 10 * 2 ** ((1997.3794084376191 + 20 * pitch) / 1200)
    assert float((1200 * (back / f0).log2()).abs().max()) < 0.5
    assert float(confidence.min()) > 0.9


def test_unknown_frames_cost_nothing() -> None:
    batch = tones(0)
    logits = torch.zeros(8, 64, 360, requires_grad=True), torch.zeros(8, 64, requires_grad=True)
    causal_loss(logits, batch).backward()
    for tensor in logits:
        gradient = tensor.grad
        assert gradient is not None
        assert float(gradient[batch.state == UNKNOWN].abs().max()) == 0.0
        assert float(gradient[batch.state == VOICED].abs().max()) > 0.0
