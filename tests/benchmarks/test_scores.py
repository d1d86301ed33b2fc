"""The measures by frame: mistakes cost what they should."""

import math

import numpy as np
import pytest
from recordings import Recording
from scores import aligned, clip_mean, pooled, scored, steady

from tests.benchmarks.voices import ALL, FLAT, GRID, SUNG, N, estimate, recording


@pytest.fixture
def half_sung() -> Recording:
    """50 frames sung at 220 Hz, then 50 of silence."""
    return recording(np.where(np.arange(N) < 50, 220.0, 0.0))


@pytest.mark.parametrize(
    ("hz", "voiced", "scores"),
    [
        (FLAT, SUNG, {"RPA": 1, "RCA": 1, "VR": 1, "VFA": 0, "OA": 1, "octave": 0, "gross": 0}),
        (FLAT * 2, SUNG, {"RPA": 0, "RCA": 1, "VR": 1, "VFA": 0, "OA": 0.5, "octave": 1, "gross": 1}),
        (FLAT / 4, SUNG, {"RPA": 0, "RCA": 1, "VR": 1, "VFA": 0, "OA": 0.5, "octave": 1, "gross": 1}),
        (FLAT * 3, SUNG, {"RPA": 0, "RCA": 0, "octave": 0, "gross": 1}),
        (FLAT, ~ALL, {"RPA": 1, "RCA": 1, "VR": 0, "VFA": 0, "OA": 0.5, "octave": 0}),
        (FLAT, ALL, {"RPA": 1, "RCA": 1, "VR": 1, "VFA": 1, "OA": 0.5}),
        (FLAT * 2 ** (49 / 1200), SUNG, {"RPA": 1, "RCA": 1, "VR": 1, "VFA": 0, "OA": 1, "fine": 49, "fine_std": 0}),
        (FLAT * 2 ** (51 / 1200), SUNG, {"RPA": 0, "RCA": 0, "VR": 1, "VFA": 0, "OA": 0.5, "gross": 0}),
        (FLAT * 1.19, SUNG, {"gross": 0}),
        (FLAT * 0.79, SUNG, {"gross": 1}),
        (np.where(np.arange(N) < 10, 300.0, 220.0), SUNG, {"RPA": 0.8, "RCA": 0.8, "VR": 1, "OA": 0.9, "gross": 0.2}),
    ],
    ids=["right", "octave", "down two", "twelfth", "never", "always", "49 c", "51 c", "19 %", "21 %", "ten wrong"],
)
def test_mistakes_cost_what_they_should(
    half_sung: Recording, hz: np.ndarray, voiced: np.ndarray, scores: dict[str, float]
) -> None:
    found = scored(aligned(half_sung, estimate(hz, voiced)))
    assert {name: found[name] for name in scores} == pytest.approx(scores, abs=1e-9)


def test_octaves_count_whether_called_voiced_or_not_but_gross_errors_only_where_both_sing(half_sung: Recording) -> None:
    said = np.arange(N) < 25
    found = scored(aligned(half_sung, estimate(FLAT * 2, said)))
    assert found["octave"] == 1
    assert found["gross"] == 1
    silent = scored(aligned(half_sung, estimate(FLAT * 2, ~ALL)))
    assert silent["octave"] == 1
    assert math.isnan(silent["gross"])


def test_fine_error_knows_nothing_of_wrong_frames() -> None:
    cents = np.where(np.arange(N) % 2 == 0, 10.0, -20.0)
    cents[:10] = 700
    found = scored(aligned(recording(FLAT), estimate(FLAT * 2 ** (cents / 1200), ALL)))
    assert found["fine"] == pytest.approx(15)
    assert found["fine_std"] == pytest.approx(15)


def test_steady_frames_lie_inside_a_voice_that_hardly_moves() -> None:
    glide = 220 * 2 ** (np.arange(N) * 11 / 1200)  # 110 cents within the 100 ms round a frame
    slow = 220 * 2 ** (np.arange(N) * 4 / 1200)
    assert not steady(recording(glide)).any()
    assert steady(recording(slow)).sum() == N - 10
    half = recording(np.where(SUNG, slow, 0.0))
    np.testing.assert_array_equal(np.flatnonzero(steady(half)), np.arange(5, 45))
    unsure = recording(slow, np.arange(N) != 50)
    assert not steady(unsure)[45:56].any()


def test_steady_frames_are_scored_apart(half_sung: Recording) -> None:
    edges_wrong = np.where((np.arange(N) >= 5) & (np.arange(N) < 45), 220.0, 500.0)
    found = scored(aligned(half_sung, estimate(edges_wrong, np.arange(N) < 25)))
    assert found["RPA"] == pytest.approx(0.8)
    assert found["steady"] == 1
    assert found["steady_said"] == pytest.approx(0.5)


def test_uncertain_frames_count_for_nothing() -> None:
    certain = np.arange(N) >= 10
    reference = recording(np.where(SUNG, 220.0, 0.0), certain)
    frames = aligned(reference, estimate(np.where(certain, 220.0, 999.0), SUNG))
    assert len(frames) == 90
    assert scored(frames)["OA"] == 1.0


def test_a_reference_that_begins_later_keeps_its_times() -> None:
    rising = 200.0 * 2 ** (GRID * 2)  # 24 cents a frame: three frames off is wrong
    late = recording(rising[5:], start=0.05)
    frames = aligned(late, estimate(rising, ALL))
    assert len(frames) == N - 5
    assert scored(frames)["RPA"] == 1.0
    shifted = aligned(late, estimate(np.roll(rising, 3), ALL))
    assert scored(shifted)["RPA"] == 0.0


def test_pooling_weighs_frames_and_the_mean_weighs_clips() -> None:
    right = aligned(recording(FLAT), estimate(FLAT, ALL))
    wrong = aligned(recording(FLAT[:20]), estimate(FLAT * 1.3, ALL))
    assert scored(pooled([right, wrong]))["RPA"] == pytest.approx(100 / 120)
    assert clip_mean([right, wrong])["RPA"] == pytest.approx(0.5)


def test_a_measure_without_its_frames_is_no_number() -> None:
    silent = aligned(recording(np.zeros(N)), estimate(FLAT, ~ALL))
    found = scored(silent)
    assert all(math.isnan(found[name]) for name in ("RPA", "octave", "fine", "fine_std", "steady", "gross"))
    assert found["OA"] == 1.0
    sung = aligned(recording(FLAT), estimate(FLAT, ALL))
    assert math.isnan(scored(sung)["VFA"])
    assert clip_mean([silent, sung])["RPA"] == 1.0
