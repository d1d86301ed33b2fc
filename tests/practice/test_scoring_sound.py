"""Takes as sound, through the model: planted errors are found within 5 cents, 15 ms and 0.2 Hz."""

from dataclasses import replace

import numpy as np
import pytest

from livepitch.model.registry import load_model
from livepitch.practice.scoring.heard import hear
from livepitch.practice.scoring.result import TakeScore
from livepitch.practice.scoring.take import score_take
from livepitch.practice.target.target import Target
from tests.practice.planted import Sung, in_tune, sound, target_of

FOUR = target_of((0, 0.8, 57), (0.8, 1.6, 59), (1.6, 2.4, 60), (2.4, 3.2, 57))


def heard_score(target: Target, notes: list[Sung], sample_rate: int, timbre: str) -> TakeScore:
    return score_take(target, hear(sound(notes, sample_rate, timbre), sample_rate, load_model("rmvpe-small")))


@pytest.mark.parametrize(
    ("sample_rate", "timbre", "higher", "fade"), [(44_100, "plain", 0, 0.05), (16_000, "ah", 22, 0.005)]
)
def test_planted_errors_in_sound(sample_rate: int, timbre: str, higher: int, fade: float) -> None:
    target = target_of(*[(n.start, n.end, n.midi + higher) for n in FOUR.notes])
    notes = in_tune(target, 0.1, fade=fade)
    notes[0] = replace(notes[0], midi=notes[0].midi - 0.3)
    notes[1] = replace(notes[1], start=notes[1].start + 0.12)
    notes[2] = replace(notes[2], scoop=-150)
    notes[3] = replace(notes[3], rate=5.5, extent=60)
    flat, late, scooped, shaken = heard_score(target, notes, sample_rate, timbre).notes
    assert flat.cents_off == pytest.approx(-30, abs=5)
    assert late.onset_delay == pytest.approx(0.12, abs=0.015)
    assert scooped.scoop_cents == pytest.approx(-150, abs=5)
    assert scooped.scoop_seconds == pytest.approx(0.12, abs=0.015)
    assert shaken.vibrato_rate == pytest.approx(5.5, abs=0.2)
    assert shaken.vibrato_extent == pytest.approx(60, abs=5)
    assert max(abs(note.onset_delay) for note in (flat, scooped, shaken)) < 0.015
    assert max(abs(note.cents_off) for note in (late, scooped, shaken)) < 5


def test_a_perfect_take_in_legato_scores_99_at_least() -> None:
    notes = [replace(note, legato=i > 0) for i, note in enumerate(in_tune(FOUR))]
    take = heard_score(FOUR, notes, 48_000, "ee")
    assert take.score >= 99
    assert max(abs(note.onset_delay) for note in take.notes) < 0.015
    assert take.work_on == ()


def test_a_hiss_before_a_note_is_not_its_onset() -> None:
    notes = in_tune(FOUR, 0.2)
    audio = sound(notes, 16_000)
    hiss = np.random.default_rng(3).standard_normal(1600).astype(np.float32)
    hiss[1:] -= hiss[:-1]
    audio[int(0.7 * 16_000) : int(0.7 * 16_000) + 1600] += 0.02 * hiss
    take = score_take(FOUR, hear(audio, 16_000, load_model("rmvpe-small")))
    assert abs(take.notes[1].onset_delay) < 0.015
