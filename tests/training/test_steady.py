"""Steady tones for training, and windows cut out of clips: what is heard is what is labelled. Needs PyTorch."""

from __future__ import annotations

import random

import pytest

torch = pytest.importorskip("torch")

from livepitch.model.config import N_BINS, N_MELS
from training.bank import Bank
from training.contours import Dice
from training.mixing import Batch, Mixer, Source
from training.recipes import RECIPES, Recipe
from training.steady import FRAMES, HIGH, LOW, tone_bank
from training.train import Trainer
from training.voices import HOP, PITCHED, UNVOICED, VOICED
from training.windows import LAYOUTS, through_windows

CPU = torch.device("cpu")
CLIPS = 16
SILENCE = torch.zeros(12 * 16_000).half()
AS_IT_IS = frozenset(("music", "noise", "room", "pitched", "muted", "colour", "doubled", "uneven", "gated", "faint"))


@pytest.fixture(scope="module")
def tones() -> tuple[Bank, torch.Tensor]:
    return tone_bank(3, CLIPS, CPU, batch=5)


def mixed(sources: list[Source], without: frozenset[str], size: int = 40, **shares: float) -> Batch:
    return Mixer(sources, SILENCE, SILENCE, Dice(7, CPU), 96, False, without, **shares).batch(size)


def test_tones_repeat_after_the_labelled_period_and_are_silent_elsewhere(tones: tuple[Bank, torch.Tensor]) -> None:
    bank, _ = tones
    state, f0 = bank.state.view(CLIPS, FRAMES), bank.f0.view(CLIPS, FRAMES)
    audio = bank.audio.float().view(CLIPS, FRAMES * HOP)
    unvoiced = (state == UNVOICED).repeat_interleave(HOP, 1)
    assert float(audio[unvoiced].abs().max()) < 1e-4
    pitched = (state == VOICED) | (state == PITCHED)
    assert bool(((f0 > LOW / 1.06) & (f0 < HIGH * 1.06))[pitched].all())
    likeness = []
    for clip in range(CLIPS):
        voiced = state[clip] == VOICED
        for frame in range(8, FRAMES - 8, 12):
            if bool(voiced[frame - 6 : frame + 7].all()):
                period, at = round(16_000 / float(f0[clip, frame])), frame * HOP
                one, two = audio[clip, at : at + period], audio[clip, at + period : at + 2 * period]
                likeness.append(float(torch.cosine_similarity(one, two, dim=0)))
    assert len(likeness) > 5 * CLIPS
    assert float(torch.tensor(likeness).median()) > 0.95


def test_half_of_the_tones_sound_from_the_first_sample_on(tones: tuple[Bank, torch.Tensor]) -> None:
    bank, starts = tones
    at_once = bank.state.view(CLIPS, FRAMES)[:, 0] == VOICED
    assert CLIPS // 4 < int(at_once.sum()) < CLIPS
    power = bank.audio.float().view(CLIPS, -1)[:, : 5 * HOP].square().mean(1)
    assert bool((power[at_once] > 1e-5).all())
    assert bool((bank.state[starts] == bank.state.view(CLIPS, FRAMES)[:-1, 0]).all())


def voice() -> Bank:
    """Ten even partials of 200 Hz, without a pause."""
    time = torch.arange(12 * 16_000) / 16_000
    sound = sum(torch.sin(2 * torch.pi * 200.0 * k * time) for k in range(1, 11)) * 0.03
    return Bank(torch.as_tensor(sound).half(), torch.full((1_200,), 200.0), torch.full((1_200,), VOICED).byte())


def test_nothing_makes_tones_rough_or_mutes_them() -> None:
    sources = [Source(voice(), 0.5, 0.0), Source(voice(), 0.5, 0.0, recorded=False, tones=True)]
    batch = mixed(sources, AS_IT_IS - {"doubled", "muted"}, size=80, halved=0.0)
    power = batch.audio[:, 400 : 400 + 180 * 80].unflatten(1, (180, 80)).square().mean(2)
    even = power.amin(1) > 0.95 * power.amax(1)
    voiced = (batch.state == VOICED).all(1)
    assert int((voiced & even)[:40].sum()) < 38
    assert bool((voiced & even)[40:].all())


def test_a_lower_octave_is_made_of_recorded_voices_alone() -> None:
    sources = [Source(voice(), 0.5, 0.0), Source(voice(), 0.5, 0.0, recorded=False)]
    batch = mixed(sources, AS_IT_IS - {"doubled"}, halved=1.0)
    torch.testing.assert_close(batch.f0[:20], torch.full((20, 96), 100.0))
    torch.testing.assert_close(batch.f0[20:], torch.full((20, 96), 200.0))


def test_batches_end_anywhere_between_two_frames() -> None:
    bank = Bank(SILENCE + 0.1, torch.full((1_200,), 200.0), torch.full((1_200,), VOICED).to(torch.uint8))
    mixer = Mixer([Source(bank, 1.0, 0.0)], SILENCE, SILENCE, Dice(7, CPU), 32, False, AS_IT_IS)
    lengths = [mixer.batch(1).audio.shape[1] - 31 * HOP for _ in range(40)]
    assert 5 < lengths.count(0) < 30
    assert len(set(lengths)) > 10
    assert all(0 <= length < HOP for length in lengths)


def test_windows_are_the_networks_own_of_what_they_hold_and_teach_what_they_give_out(tiny: dict[str, Recipe]) -> None:
    network, rng = tiny["rmvpe-small"].network().eval(), random.Random(0)
    mel = torch.randn(2, 288, N_MELS, generator=torch.Generator().manual_seed(0))
    f0 = torch.arange(1.0, 577.0).view(2, 288)
    batch = Batch(torch.zeros(2, 1), f0, torch.full((2, 288), VOICED).to(torch.uint8))
    seen = set()
    for _ in range(12):
        with torch.no_grad():
            output, labels = through_windows(network, mel, batch, rng)
        n, size = labels.f0.shape
        assert output.shape == (n, size, N_BINS)
        assert n == 2 * (288 // size)
        begin = int(labels.f0[0, 0]) - 1
        with torch.no_grad():
            torch.testing.assert_close(output[0], network(mel[:1, begin : begin + size])[0], atol=1e-4, rtol=1e-4)
        taught = (labels.state == VOICED)[0].nonzero()[:, 0].tolist()
        assert taught == list(range(taught[0], taught[-1] + 1))
        seen.add((size, taught[0], taught[-1] + 1))
    assert seen >= set(LAYOUTS)


def test_windows_are_trained_through(tiny: dict[str, Recipe], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.windows.LAYOUTS", ((32, 0, 24),))
    assert RECIPES is tiny
    trainer = Trainer(tiny["rmvpe-small"], 10, CPU, False, 0, 0.9, windows=1.0)
    before = [weight.clone() for weight in trainer.network.parameters()]
    tones = torch.sin(torch.arange(96 * HOP)).repeat(2, 1)
    labels = torch.full((2, 97), 200.0), torch.full((2, 97), VOICED).to(torch.uint8)
    assert float(trainer.train_on(Batch(tones, *labels))) > 0
    assert any(not torch.equal(old, new) for old, new in zip(before, trainer.network.parameters(), strict=True))
