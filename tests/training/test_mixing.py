"""Batches: finite, labelled, repeatable, and without what an ablation leaves out. Needs PyTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from training.bank import Bank
from training.contours import Dice
from training.mixing import PARTS, Batch, Mixer, Source
from training.recipes import Recipe
from training.synthesis import synthetic_bank
from training.train import arguments, load_mixers
from training.voices import PITCHED, UNKNOWN, UNVOICED, VOICED

CPU = torch.device("cpu")
FRAMES, CLIPS = 96, 40
LOW, HIGH, MUSIC = 250.0, 2_000.0, 900.0  # Hz, the voice's two partials and the music's only one


def tone(hz: float, seconds: int = 12) -> torch.Tensor:
    return 0.3 * torch.sin(2 * torch.pi * hz * torch.arange(seconds * 16_000) / 16_000)


def mixed(without: set[str]) -> Batch:
    """A voice of two partials that is silent every other half second, with `PITCHED` frames where it sets in."""
    on = torch.arange(1_200) % 100 < 50
    state = torch.where(on, VOICED, UNVOICED)
    state[torch.arange(1_200) % 100 < 3] = PITCHED
    voice = (tone(LOW) + tone(HIGH)) * on.repeat_interleave(160)
    bank = Bank(voice.half(), torch.where(on, LOW, 0.0), state.to(torch.uint8))
    noise = 0.1 * torch.randn(12 * 16_000, generator=torch.Generator().manual_seed(1))
    mixer = Mixer(
        [Source(bank, 1.0, 0.0)], tone(MUSIC).half(), noise.half(), Dice(7, CPU), FRAMES, False, frozenset(without)
    )
    return mixer.batch(CLIPS)


def shares(batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Per clip: the share of the power round the music's partial, that above all partials, and low over high in dB."""
    spectrum = torch.fft.rfft(batch.audio).abs().square()
    frequency = torch.fft.rfftfreq(batch.audio.shape[1], 1 / 16_000)

    def power(low: float, high: float) -> torch.Tensor:
        return spectrum[:, (frequency > low) & (frequency < high)].sum(1).clamp(min=1e-9)

    whole = power(0, 8_000).clamp(min=1.0)  # a silent clip has no share of anything
    balance = 10 * (power(LOW - 60, LOW + 60) / power(HIGH - 60, HIGH + 60)).log10()
    return power(0.95 * MUSIC * 2**-0.5, 1.05 * MUSIC * 2**0.5) / whole, power(4_500, 7_000) / whole, balance


def octave_below(batch: Batch) -> torch.Tensor:
    """Per clip: the power halfway between 0 Hz and the voice's lower partial, over that of the partial."""
    spectrum = torch.fft.rfft(batch.audio * torch.hann_window(batch.audio.shape[1])).abs().square()
    frequency = torch.fft.rfftfreq(batch.audio.shape[1], 1 / 16_000)
    near = [(frequency - hz).abs() < 12 for hz in (LOW / 2, LOW)]
    below, at = (spectrum[:, band].sum(1) for band in near)
    return below / at.clamp(min=1e-9)


def signs(batch: Batch) -> set[str]:
    """The parts that a batch of `mixed` shows, each by what no other brings about."""
    music, above, balance = shares(batch)
    muted = (batch.state == UNVOICED).all(1)
    after = (batch.state[:, :-1] == VOICED) & (batch.state[:, 1:] == UNKNOWN)
    found = {
        "music": bool((music > 0.02).sum() > CLIPS // 5),
        "noise": bool((above > 1e-4).sum() > CLIPS // 5),
        "room": bool(after.any()),
        "pitched": bool((batch.state == PITCHED).any()),
        "muted": bool(muted.any()),
        "colour": float(balance[~muted].std()) > 2.0,
    }
    if not found["noise"]:  # which fills that gap, too
        found["doubled"] = bool((octave_below(batch)[~muted] > 0.01).any())
    return {name for name, there in found.items() if there}


SHOWN = ("music", "noise", "room", "pitched", "muted", "colour", "doubled")
AUGMENTATIONS = (*SHOWN, "uneven", "gated", "faint")  # the first leaves a voice as high as this as it is


def test_every_part_can_be_left_out() -> None:
    assert set(AUGMENTATIONS) | {"voices", "deep", "world", "synthetic", "tones", "notes"} == set(PARTS)
    assert signs(mixed(set(AUGMENTATIONS))) == set()


@pytest.mark.parametrize("part", SHOWN)
def test_a_part_that_is_not_left_out_shows_alone(part: str) -> None:
    assert signs(mixed(set(AUGMENTATIONS) - {part})) == {part}


def pulses(hz: float, without: set[str]) -> tuple[Batch, torch.Tensor]:
    """Clips of ten even partials, and how much of a period's power (0..1) its weaker neighbour has, on average."""
    voice = sum(tone(k * hz) for k in range(1, 11)) * 0.3
    bank = Bank(torch.as_tensor(voice).half(), torch.full((1_200,), hz), torch.full((1_200,), VOICED).to(torch.uint8))
    silence = torch.zeros(12 * 16_000).half()
    batch = Mixer([Source(bank, 1.0, 0.0)], silence, silence, Dice(7, CPU), 96, False, frozenset(without)).batch(CLIPS)
    periods = batch.audio[:, 400 : 400 + 80 * int(16_000 / hz)].unflatten(1, (80, -1))
    power = periods.square().mean(2)
    one, two = power[:, 1:], power[:, :-1]
    return batch, (torch.minimum(one, two) / torch.maximum(one, two)).mean(1)


def test_every_second_pulse_gone_all_along_is_labelled_an_octave_lower() -> None:
    batch, _ = pulses(200.0, set(AUGMENTATIONS) - {"doubled"})
    lower = batch.f0[:, 0] < 150.0
    assert 0 < int(lower.sum()) < CLIPS // 2
    torch.testing.assert_close(batch.f0, torch.where(lower[:, None], 100.0, 200.0).expand_as(batch.f0))
    power = batch.audio[:, 40 : 40 + 188 * 80].unflatten(1, (-1, 80)).square().mean(2)
    ratio = torch.minimum(power[:, 2:-2:2], power[:, 3:-2:2]) / torch.maximum(power[:, 2:-2:2], power[:, 3:-2:2])
    assert float(ratio[lower].median()) < 0.3 < 0.9 < float(ratio[~lower].median())


def test_low_voices_periods_differ_and_keep_their_label() -> None:
    deep, likeness = pulses(100.0, set(AUGMENTATIONS) - {"uneven"})
    torch.testing.assert_close(deep.f0, torch.full_like(deep.f0, 100.0))
    assert CLIPS // 10 < int((likeness < 0.99).sum()) < CLIPS // 2
    _, likeness = pulses(200.0, set(AUGMENTATIONS) - {"uneven"})
    assert bool((likeness > 0.99).all())


def test_without_anything_else_the_voice_is_as_it_was() -> None:
    batch = mixed(set(AUGMENTATIONS))
    sounding = batch.state[:, :-1] == VOICED
    power = batch.audio[:, : (FRAMES - 1) * 160].unflatten(1, (-1, 160)).square().mean(2)
    assert bool((power[sounding] > 0).all())
    np.testing.assert_allclose(batch.f0[batch.state == VOICED].numpy(), LOW, rtol=1e-5)


def test_batches_are_finite_labelled_and_repeatable() -> None:
    bank = synthetic_bank(0, 2, CPU, seconds=3.0)
    music = torch.randn(48_000, generator=torch.Generator().manual_seed(0)).half() * 0.1

    def batch() -> Batch:
        return Mixer([Source(bank, 1.0, 3.0)], music, music, Dice(5, CPU), 32).batch(6)

    one, two = batch(), batch()
    assert 31 * 160 <= one.audio.shape[1] < 32 * 160
    assert len(one.audio) == 6
    assert one.f0.shape == one.state.shape == (6, 32)
    assert bool(torch.isfinite(one.audio).all())
    assert float(one.audio.abs().max()) <= 1.0
    torch.testing.assert_close(one.audio, two.audio)
    assert bool((one.f0[(one.state == VOICED) | (one.state == PITCHED)] > 0).all())


@pytest.mark.parametrize("left_out", [[], ["voices"], ["world"], ["synthetic"], ["voices", "tones", "notes"]])
def test_sources_can_be_left_out(tiny: dict[str, Recipe], pack: Path, tmp_path: Path, left_out: list[str]) -> None:
    words = [
        "stream",
        "--pack",
        str(pack),
        "--out",
        str(tmp_path),
        "--synthetic",
        "1",
        "--tones",
        "2",
        "--notes",
        "2",
        "--device",
        "cpu",
    ]
    train, held = load_mixers(arguments([*words, "--without", *left_out]), tiny["stream"], 0, CPU)
    everything = {"voices": 8.0, "deep": 6.0, "world": 4.0, "tones": 3.0, "notes": 2.0, "synthetic": 4.0}
    kept = [semitones for name, semitones in everything.items() if name not in left_out]
    assert [source.semitones for source in train.voices] == kept
    assert sum(source.share for source in train.voices) == pytest.approx(1.0)
    # What is left out of the training stays in the validation.
    assert held.without == frozenset()
    assert len(held.voices) == 1
    assert np.isfinite(held.batch(4).audio.numpy()).all()
