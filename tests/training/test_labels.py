"""Labels lie where the sound is, and every kind of frame teaches what it knows and no more. Needs PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from training.bank import Bank, labels_at, resampled
from training.contours import Dice
from training.labels import BESIDE, CEILING, LED, guessed, led
from training.losses import causal_loss, decoded, salience_loss, target
from training.mixing import Batch
from training.synthesis import bends, synthetic_bank
from training.voices import PITCHED, UNKNOWN, UNVOICED, VOICED

CPU = torch.device("cpu")
KINDS = (UNVOICED, VOICED, UNKNOWN, PITCHED)


def bank_of(states: list[int], f0: list[float]) -> Bank:
    return Bank(torch.zeros(160 * len(f0)), torch.tensor(f0), torch.tensor(states, dtype=torch.uint8))


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


def test_between_frames_only_what_both_know_is_known() -> None:
    bank = bank_of(
        [VOICED, VOICED, PITCHED, PITCHED, UNKNOWN, UNVOICED, VOICED], [100, 200, 400, 400, 0, 0, 300]
    )  # fmt: skip
    f0, state = labels_at(bank, torch.tensor([80.0]), torch.tensor([1.0]), 6)
    assert state[0].tolist() == [VOICED, PITCHED, PITCHED, UNKNOWN, UNKNOWN, UNKNOWN]
    np.testing.assert_allclose(f0[0, :3].numpy(), [100 * 2**0.5, 200 * 2**0.5, 400], rtol=1e-5)


def test_within_a_tenth_of_a_frame_its_own_label_holds() -> None:
    states = [VOICED, PITCHED, UNKNOWN, UNVOICED, VOICED]
    bank = bank_of(states, [100, 100, 0, 0, 100])
    for offset, first in ((8.0, 0), (152.0, 1)):
        _, state = labels_at(bank, torch.tensor([offset]), torch.tensor([1.0]), 4)
        assert state[0].tolist() == states[first : first + 4]


def test_spoken_pitch_is_led_to_a_near_answer_alone() -> None:
    cents = np.array([6_000.0, 6_000.0, 6_000.0, np.nan, 6_000.0])
    answer = np.array([5_920.0, 6_040.0, 5_880.0, 6_000.0, np.nan])
    np.testing.assert_allclose(led(cents, answer), [6_000 - 80 * LED, 6_000 + 40 * LED, 6_000, np.nan, 6_000])


def test_the_target_decodes_to_its_own_pitch() -> None:
    f0 = torch.tensor([[60.0, 220.0, 440.0, 1_100.0]])
    pitch, confidence = decoded(target(f0))
    back = 10 * 2 ** ((1997.3794084376191 + 20 * pitch) / 1200)
    assert float((1200 * (back / f0).log2()).abs().max()) < 0.5
    assert float(confidence.min()) > 0.9


def of_every_kind() -> Batch:
    """A clip with two frames of every kind."""
    state = torch.tensor([KINDS * 2], dtype=torch.uint8)
    f0 = torch.where((state == VOICED) | (state == PITCHED), 220.0, 0.0)
    return Batch(torch.zeros(1, 7 * 160 + 80), f0, state)


def taught(gradient: torch.Tensor, batch: Batch) -> list[bool]:
    """Whether frames of each of `KINDS` have any gradient."""
    return [float(gradient[batch.state == kind].abs().max()) > 0 for kind in KINDS]


def test_pitched_frames_teach_the_causal_network_the_pitch_but_not_voicing() -> None:
    batch = of_every_kind()
    pitch, voicing = torch.zeros(1, 8, 360, requires_grad=True), torch.zeros(1, 8, requires_grad=True)
    causal_loss((pitch, voicing), batch).backward()
    assert pitch.grad is not None
    assert voicing.grad is not None
    assert taught(pitch.grad, batch) == [False, True, False, True]
    assert taught(voicing.grad, batch) == [True, True, False, False]
    # Descent raises the true bin, 220 Hz, above all others.
    right = int(target(batch.f0)[0, 3].argmax())
    assert int((-pitch.grad[0, 3]).argmax()) == right


def test_pitched_frames_teach_the_salience_which_bin_is_highest_but_not_how_high() -> None:
    batch = of_every_kind()
    logits = torch.randn(1, 8, 360, generator=torch.Generator().manual_seed(0)).requires_grad_()
    salience_loss(logits, batch).backward()
    gradient = logits.grad
    assert gradient is not None
    assert taught(gradient, batch) == [True, True, False, True]
    assert int((-gradient[0, 3]).argmax()) == int(target(batch.f0)[0, 3].argmax())
    sums, sizes = gradient.sum(-1).abs()[0], gradient.abs().sum(-1)[0]
    assert float(sums[3] / sizes[3]) < 1e-4  # no more up than down
    assert float(sums[1] / sizes[1]) > 0.1


def test_synthetic_voices_carry_their_label() -> None:
    """The sound repeats itself after the period of the labelled f0."""
    bank = synthetic_bank(4, 10, CPU, seconds=3.0)
    assert bank.audio.shape == (10 * 48_000,)
    assert len(bank.f0) == len(bank.state) == 10 * 300
    assert bool(torch.isfinite(bank.audio).all())
    assert set(KINDS) == set(bank.state.tolist())
    assert bool(((bank.f0 > 0) == ((bank.state == VOICED) | (bank.state == PITCHED))).all())
    right = total = 0
    for frame in range(10, 2_990):
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
    assert total > 150
    assert right / total > 0.8


def test_pitch_bends_where_voices_set_in_and_end_only() -> None:
    voiced = torch.zeros(64, 200, dtype=torch.bool)
    voiced[:, 40:160] = True
    bent = bends(Dice(0, CPU), voiced)
    assert float(bent[~voiced].abs().max()) == 0.0
    assert float(bent[:, 40].abs().mean()) > 0.2
    assert float(bent[:, 159].abs().mean()) > 0.2
    assert float(bent[:, 95:105].abs().max()) < 0.01


def test_a_pitch_is_guessed_where_two_agree_and_beside_sung_notes() -> None:
    agreed, alone, without_fcpe, high = (slice(start, start + 20) for start in (0, 20, 40, 60))
    tracks = {name: np.full(80, np.nan) for name in ("fcpe", "swift_guess", "praat_guess")}
    tracks["fcpe"][:40], tracks["swift_guess"][:20], tracks["praat_guess"][:20] = 9_000.0, 9_010.0, 9_600.0
    tracks["swift_guess"][alone], tracks["praat_guess"][alone] = 9_300.0, 9_600.0
    tracks["swift_guess"][without_fcpe], tracks["praat_guess"][without_fcpe] = 9_300.0, 9_310.0
    for track in tracks.values():
        track[high] = 1200 * np.log2(CEILING) + 30
    state = np.full(80, UNKNOWN, np.uint8)
    state[10:20] = VOICED
    spoken, sung = guessed(tracks, state, sung=False), guessed(tracks, state, sung=True)
    np.testing.assert_allclose(spoken[agreed], 9_005.0)
    np.testing.assert_allclose(spoken[without_fcpe], 9_305.0)
    assert np.isnan(spoken[alone]).all()
    assert np.isnan(spoken[high]).all()
    np.testing.assert_allclose(sung[20 : 20 + BESIDE], 9_000.0)
    assert np.isnan(sung[20 + BESIDE : 40]).all()
