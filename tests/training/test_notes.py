"""Short notes for training, drawn and cut out of voices, and what hums beside them. Needs PyTorch."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from training import mixing
from training.bank import Bank
from training.contours import Dice
from training.mixing import PARTS, Batch, Mixer, Source
from training.notes import HIGH, LOW, REACH, note_bank
from training.steady import FRAMES
from training.voices import HOP, PITCHED, UNVOICED, VOICED, runs

CPU = torch.device("cpu")
CLIPS = 12
SILENCE = torch.zeros(12 * 16_000).half()
AS_IT_IS = frozenset(PARTS) - {"voices"}


@pytest.fixture(scope="module")
def notes() -> Bank:
    bank, starts = note_bank(5, CLIPS, CPU, batch=5)
    assert starts.tolist() == list(range(0, (CLIPS - 1) * FRAMES, FRAMES))
    return bank


def test_notes_are_short_and_their_pitch_is_that_of_their_label(notes: Bank) -> None:
    state, f0 = notes.state.view(CLIPS, FRAMES), notes.f0.view(CLIPS, FRAMES)
    pitched = (state == VOICED) | (state == PITCHED)
    reach = 2 ** ((REACH + 0.5) / 12)
    assert bool(((f0 > LOW / reach) & (f0 < HIGH * reach))[pitched].all())
    audio, likeness, lengths = notes.audio.float().view(CLIPS, -1), [], []
    for clip in range(CLIPS):
        for first, last in runs((state[clip] == VOICED).numpy()):
            lengths.append(int(last - first))
            # Without pauses notes follow each other: one period beside the next, within what has one pitch.
            for frame in range(first + 3, last - 3):
                if float(f0[clip, frame - 2 : frame + 3].log2().std()) < 0.002:
                    period, at = round(16_000 / float(f0[clip, frame])), frame * HOP
                    one, two = audio[clip, at : at + period], audio[clip, at + period : at + 2 * period]
                    likeness.append(float(torch.cosine_similarity(one, two, dim=0)))
    assert sum(length <= 55 for length in lengths) > 0.6 * len(lengths)
    assert len(lengths) > 5 * CLIPS
    assert float(torch.tensor(likeness).median()) > 0.9


def test_most_notes_lie_in_the_noise_of_a_room(notes: Bank) -> None:
    audio, state = notes.audio.float().view(CLIPS, FRAMES, HOP), notes.state.view(CLIPS, FRAMES)
    power = torch.stack([a[s == UNVOICED].square().mean() for a, s in zip(audio, state, strict=True)]).nan_to_num()
    assert CLIPS // 3 < int((power > 1e-9).sum()) < CLIPS


def gated() -> Batch:
    voice = torch.sin(2 * torch.pi * 200.0 * torch.arange(12 * 16_000) / 16_000).half()
    bank = Bank(voice, torch.full((1_200,), 200.0), torch.full((1_200,), VOICED).byte())
    drawn = Source(bank, 0.5, 0.0, recorded=False)
    sources = [Source(bank, 0.5, 0.0), drawn]
    return Mixer(sources, SILENCE, SILENCE, Dice(7, CPU), 192, False, AS_IT_IS - {"gated"}).batch(40)


def test_short_notes_are_cut_out_of_recorded_voices_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "GATED", 1.0)
    batch = gated()
    assert bool((batch.state[20:] == VOICED).all())
    # Whole periods round the middle of a frame; in one of either kind that has neighbours like it.
    power = batch.audio[:, HOP // 2 :][:, : 190 * HOP].unflatten(1, (190, HOP)).square().mean(2)
    power = power / power.amax(1, keepdim=True)
    state = batch.state[:20, 1:191]
    assert float(power[:20][state == UNVOICED].max()) < 1e-6
    assert float(power[:20][state == VOICED].min()) > 0.3
    assert 0.2 < float((state == UNVOICED).float().mean()) < 0.5
    assert {VOICED, UNVOICED, PITCHED} == set(state.unique().tolist())


def test_a_faint_hum_is_no_louder_than_the_noise_and_no_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "FAINT", 1.0)
    mixer = Mixer([], SILENCE, SILENCE, Dice(7, CPU), 192, False, AS_IT_IS)
    tones = mixer._faint(200)
    level = tones.square().mean(1).sqrt()
    assert bool((level < 1.01).all())
    spectrum = torch.fft.rfft(tones * torch.hann_window(tones.shape[1])).abs()
    found = spectrum.argmax(1) * 16_000 / tones.shape[1]
    assert int((found < 130).sum()) > 50
    assert int((found > 290).sum()) > 80
    monkeypatch.setattr(mixing, "FAINT", 0.0)
    assert float(mixer._faint(20).abs().max()) == 0.0
