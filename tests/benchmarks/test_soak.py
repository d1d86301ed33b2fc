"""What the long runs judge by: a slope, a repetition that differs, sound that has moved; every run named is there."""

import ast
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from soak import RUNS
from soak_day import FRAME, LAST, REFERENCE, Day, Repetition
from soak_live import RATE, Heard, _other_levels, drift, shifts
from soaking import Figures, Memory, slope

from livepitch.realtime.frame import PitchFrame
from tests.benchmarks.conftest import BENCHMARKS

LENGTH = 20  # frames of a phrase


@pytest.mark.parametrize("name", RUNS)
def test_every_run_that_is_named_is_there(name):
    tree = ast.parse((BENCHMARKS / f"soak_{name}.py").read_text(encoding="utf-8"))
    assert name in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def test_an_unknown_run_is_refused_with_those_there_are():
    told = subprocess.run([sys.executable, BENCHMARKS / "soak.py", "week"], capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert all(name in told.stdout for name in RUNS)


def test_the_slope_is_that_of_the_memory_after_it_is_warm():
    memory = Memory()
    memory.hours = [0.1 * i for i in range(100)]
    memory.mebibytes = [50.0 if hour < 1 else 100 + 0.5 * hour for hour in memory.hours]
    first, last, rate = memory.after(1.0)
    assert rate == pytest.approx(0.5)
    assert 100 < first < 101.5 < 104 < last < 105
    assert np.isnan(slope([1.0], [2.0]))


def test_one_line_that_does_not_hold_is_enough():
    figures = Figures()
    figures.add("frames", 5)
    figures.add("lost", 0, True)
    assert figures.hold
    figures.add("doubled", 1, False)
    assert not figures.hold
    assert "| doubled | 1 | **no** |" in str(figures)


def sung(times):
    """Frames of a phrase sung so often, and once more in part."""
    one = [PitchFrame(0.0, 0.0, 0.9, -20.0 - i, 200.0 + i) for i in range(LENGTH)]
    return [replace(one[i % LENGTH], time=i * 0.01) for i in range(times * LENGTH + LAST)]


def heard(frames):
    repetition = Repetition(LENGTH, len(frames))
    for frame in frames:
        repetition.hear(frame)
    return repetition


def test_the_same_again_and_again_is_well():
    found = heard(sung(REFERENCE + 3))
    assert (found.misplaced, found.levels, found.pitches) == (0, 0, 0)
    assert found.compared == 3 * LENGTH


def test_a_frame_that_is_missing_misplaces_all_that_follow():
    frames = sung(REFERENCE + 3)
    found = heard(frames[:50] + frames[51:])
    assert found.misplaced == len(frames) - 51


def test_another_level_and_another_pitch_are_seen():
    frames = sung(REFERENCE + 3)
    at = (REFERENCE + 1) * LENGTH + 4
    frames[at] = replace(frames[at], level=frames[at].level + 1e-9, candidate=frames[at].candidate * 2 ** (2 / 1200))
    found = heard(frames)
    assert (found.levels, found.pitches) == (1, 1)
    assert found.largest == pytest.approx(2.0)


def test_a_day_is_the_phrase_over_and_over():
    phrase = np.arange(30 * FRAME, dtype=np.float32)
    samples = 2 * len(phrase) + 12_345
    pushed = np.concatenate(list(Day(samples)._cut(phrase, 4410)))
    np.testing.assert_array_equal(pushed, np.tile(phrase, 3)[:samples])


def test_sound_that_has_moved_on_record_is_seen_to_the_sample(tmp_path):
    played = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
    sound = np.concatenate((np.zeros(777, np.float32), np.tile(played, 3), np.zeros(5, np.float32), np.tile(played, 3)))
    soundfile.write(tmp_path / "take.flac", sound, RATE)
    assert shifts(tmp_path / "take.flac", played).tolist() == [0, 0, 0, 5, 5]


def test_a_frame_with_the_level_of_another_time_is_seen():
    recorded = np.linspace(-40, -10, 100)
    kept = Heard(100)
    kept.take([PitchFrame(0.5 + i / 100, 0.0, 0.0, float(recorded[i])) for i in range(100)])
    assert _other_levels(kept, recorded, 50) == (0, 80)
    assert _other_levels(kept, recorded, 49)[0] == 80


def test_a_clock_that_drifts_is_told_from_sound_that_is_missing():
    times = np.arange(30_000) / 100
    late = np.random.default_rng(1).exponential(0.02, len(times))
    captured = 5000 + times * (1 + 100e-6) + late
    rate, holes = drift(times, captured)
    assert rate == pytest.approx(100e-6, abs=20e-6)
    assert holes == []
    captured[15_000:] += 0.5
    rate, holes = drift(times, captured)
    assert rate == pytest.approx(100e-6, abs=20e-6)
    assert holes == pytest.approx([0.5], abs=0.01)
