"""The measures in time: delays after onsets by audio clock, and flicker, on tracks made by hand."""

import math

import numpy as np
import pytest
from timing import flickers, joined, onsets, runs, timed

from tests.benchmarks.voices import ALL, FLAT, N, estimate, recording

FRAME = np.arange(N)
SINGS = (FRAME >= 30) & (FRAME < 80)
REFERENCE = np.where(SINGS, 220.0, 0.0)
LATENCY = 0.032


def figures(hz: np.ndarray, voiced: np.ndarray, latency: float = LATENCY) -> dict[str, float]:
    return timed(recording(REFERENCE), estimate(hz, voiced), latency).figures()


@pytest.mark.parametrize("late", [0, 1, 7])
def test_delay_is_what_the_frame_waits_and_what_the_tracker_waits(late: int) -> None:
    found = figures(FLAT, SINGS & (late <= FRAME - 30))
    assert found["onset"] == pytest.approx(0.01 * late + LATENCY)
    assert found["onsets"] == 1
    assert found["missed"] == 0


def test_early_frames_wrong_frames_and_unvoiced_frames_do_not_answer_an_onset() -> None:
    hz = np.where(FRAME < 36, 440.0, 220.0)
    assert figures(hz, FRAME >= 20)["onset"] == pytest.approx(0.06 + LATENCY)
    assert figures(FLAT, SINGS & (FRAME != 30))["onset"] == pytest.approx(0.01 + LATENCY)


def test_a_moving_pitch_is_right_where_the_frame_is() -> None:
    rising = np.where(SINGS, 220 * 2 ** ((FRAME - 30) * 30 / 1200), 0.0)  # 30 cents a frame
    behind = np.where(FRAME >= 2, np.roll(rising, 2), 0.0)  # 60 cents below all along
    assert timed(recording(rising), estimate(rising, SINGS), 0.0).figures()["onset"] == 0
    assert timed(recording(rising), estimate(behind, SINGS), 0.0).missed == 1


def test_other_grids_are_compared_by_the_clock() -> None:
    step = 0.016
    time = np.arange(63) * step
    track = estimate(np.full(63, 220.0), time > 0.3, step)
    found = timed(recording(REFERENCE), track, 0.176).figures()
    assert found["onset"] == pytest.approx(0.304 - 0.3 + 0.176)


def test_an_onset_is_missed_when_nothing_right_comes_in_time() -> None:
    assert figures(FLAT * 1.5, ALL)["missed"] == 1
    assert math.isnan(figures(FLAT * 1.5, ALL)["onset"])
    assert figures(FLAT, FRAME >= 80)["missed"] == 1  # right, but the voice is over
    long = recording(np.where(np.arange(200) >= 30, 220.0, 0.0))
    after = estimate(np.full(200, 220.0), np.arange(200) >= 30 + 51)
    assert timed(long, after, 0.0).missed == 1


def test_which_voices_count_as_onsets() -> None:
    def found(sung: np.ndarray, certain: np.ndarray | None = None) -> list[tuple[int, int]]:
        return onsets(recording(np.where(sung, 220.0, 0.0), certain))

    assert found(SINGS) == [(30, 80)]
    assert found((FRAME >= 30) & (FRAME < 39)) == []  # 90 ms
    assert found((FRAME >= 30) & (FRAME < 40)) == [(30, 40)]
    assert found(FRAME < 50) == []  # sounded before the recording began
    assert found(SINGS & ((FRAME < 50) | (FRAME >= 55))) == [(30, 50)]  # 50 ms of silence are none
    assert found(SINGS & ((FRAME < 50) | (FRAME >= 56))) == [(30, 50), (56, 80)]
    assert found(SINGS, FRAME != 28) == []  # who knows when it began
    coarse = recording(np.where(np.arange(40) >= 10, 220.0, 0.0), step=0.02)
    assert onsets(coarse) == [(10, 40)]


def test_runs() -> None:
    assert list(runs(np.array([1, 1, 0, 1], bool))) == [(0, 2, True), (2, 3, False), (3, 4, True)]
    assert list(runs(np.zeros(0, bool))) == []


@pytest.mark.parametrize(
    ("holes", "blips", "count"),
    [
        ((), (), 0),
        ((50,), (), 1),
        ((50, 51, 52, 53, 54), (), 1),
        ((50, 51, 52, 53, 54, 55), (), 0),
        ((), (10,), 1),
        ((40, 60), (10,), 3),
    ],
)
def test_short_runs_that_the_reference_lacks_are_flicker(
    holes: tuple[int, ...], blips: tuple[int, ...], count: int
) -> None:
    voiced = (SINGS & ~np.isin(FRAME, holes)) | np.isin(FRAME, blips)
    assert flickers(recording(REFERENCE), estimate(FLAT, voiced)) == count


def test_a_short_run_of_the_reference_is_no_flicker() -> None:
    hole = np.where((FRAME >= 50) & (FRAME < 53), 0.0, REFERENCE)
    there, elsewhere = SINGS & (FRAME != 51), SINGS & (FRAME != 60)
    assert flickers(recording(hole), estimate(FLAT, there)) == 0
    assert flickers(recording(hole), estimate(FLAT, elsewhere)) == 1


def test_ends_and_doubtful_frames_are_no_flicker() -> None:
    assert flickers(recording(REFERENCE), estimate(FLAT, (FRAME < 3) | SINGS | (FRAME >= 97))) == 0
    doubtful = recording(REFERENCE, FRAME != 10)
    assert flickers(doubtful, estimate(FLAT, SINGS | (FRAME == 10))) == 0


def test_flicker_is_by_the_second_and_joins_over_recordings() -> None:
    one = timed(recording(REFERENCE), estimate(FLAT, SINGS & (FRAME != 50)), 0.0)
    two = timed(recording(REFERENCE), estimate(FLAT, SINGS & (FRAME >= 34)), 0.0)
    assert one.figures()["flicker"] == pytest.approx(1.0)
    both = joined([one, two]).figures()
    assert both["flicker"] == pytest.approx(0.5)
    assert both["onset"] == pytest.approx(0.02)
    assert both["onset_p90"] == pytest.approx(0.036)
    assert both["onsets"] == 2
