"""UltraStar's points, counted by hand."""

from dataclasses import replace

import numpy as np
import pytest

from livepitch.practice.scoring.heard import Heard
from livepitch.practice.scoring.judging import Judging
from livepitch.practice.scoring.result import UltraStarPoints
from livepitch.practice.scoring.take import score_take
from livepitch.practice.target.target import Kind, Target, TargetNote
from tests.practice.planted import in_tune, track

BEAT = 0.1
SONG = Target(
    "song",
    (
        TargetNote(0.0, 1.0, 60),
        TargetNote(1.0, 1.5, 62, kind=Kind.GOLDEN),
        TargetNote(2.0, 2.5, 64, kind=Kind.FREESTYLE),
        TargetNote(2.5, 3.5, 65),
        TargetNote(3.5, 4.5, 67),
    ),
    beat_seconds=BEAT,
    lines=(0, 3),
)


def points(
    target: Target, left_out: tuple[int, ...] = (), higher: float = 0.0, difficulty: str = "medium"
) -> UltraStarPoints:
    notes = [replace(note, midi=note.midi + higher) for i, note in enumerate(in_tune(target)) if i not in left_out]
    pitch, level = track(notes, 5.0)
    inside = ~np.isnan(pitch.f0)
    assert inside.any()
    found = score_take(target, Heard(pitch, level), Judging(difficulty=difficulty)).ultrastar
    assert found is not None
    return found


def test_a_perfect_take_has_ten_thousand() -> None:
    found = points(SONG)
    # 10 + 2·5 + 10 + 10 beats: 225 points each; the golden note's ten are 2250.
    assert found == UltraStarPoints(6750, 2250, 1000)
    assert found.total == 10_000


def test_golden_and_line_are_lost_with_their_note() -> None:
    found = points(SONG, left_out=(1,))
    assert (found.notes, found.golden) == (6750, 0)
    # Its line has 2250 of 4500 points, of which 2 are spared: 500 · 2250 / 4498, and the whole other line.
    assert found.line_bonus == 750


@pytest.mark.parametrize(("higher", "total"), [(-12, 10_000), (1, 10_000), (2, 0)])
def test_any_octave_and_a_semitone_will_do(higher: float, total: int) -> None:
    assert points(SONG, higher=higher).total == total


@pytest.mark.parametrize(
    ("difficulty", "higher", "total"), [("easy", 2, 10_000), ("easy", 3, 0), ("hard", 0, 10_000), ("hard", 1, 0)]
)
def test_the_game_is_as_hard_as_asked_for(difficulty: str, higher: float, total: int) -> None:
    assert points(SONG, higher=higher, difficulty=difficulty).total == total


def test_a_difficulty_that_the_game_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="easy, medium, hard"):
        Judging(difficulty="harder")


def test_other_targets_have_none() -> None:
    target = replace(SONG, beat_seconds=float("nan"))
    assert score_take(target, Heard(*track(in_tune(target)))).ultrastar is None
