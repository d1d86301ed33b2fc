"""Where a take lies against the guide, from the instants of its frames."""

import numpy as np
import pytest

from livepitch.practice.rehearsal.timing import Timing
from livepitch.practice.target.target import Beat, Target, TargetNote
from livepitch.realtime.frame import PitchFrame

DRIFT = 80e-6  # s a second, of one quartz against another


def frames(seconds: float, drift: float = 0.0, jitter: float = 0.0):
    """Frames of a stream that began at 500.0 and runs so much too slowly."""
    noise = np.random.default_rng(1).uniform(0, jitter, round(100 * seconds))
    for number, late in enumerate(noise):
        yield PitchFrame(0.01 * number, 220.0, 0.9, -20.0, captured=500.0 + 0.01 * number * (1 + drift) + late)


@pytest.mark.parametrize("offset", [0.0, 0.07, -0.02])
def test_the_targets_begin_is_found_between_jittering_claims(offset):
    timing = Timing(lambda instant: instant - 503.0, offset)  # its 0 was heard 3 s into the stream
    for frame in frames(6.0, jitter=0.004):
        timing.note(frame)
    times = timing.map()
    assert times.zero == pytest.approx(3.0 - 0.002 + offset, abs=0.0003)
    assert times.rate == pytest.approx(1.0, abs=1e-4)
    assert timing.second_of(4.0) == pytest.approx(1.002 - offset, abs=0.0005)


def test_clocks_that_drift_apart_are_followed_through_a_long_take():
    timing = Timing(lambda instant: instant - 503.0)
    for frame in frames(120.0, DRIFT, jitter=0.002):
        timing.note(frame)
    times = timing.map()
    assert len(times.target) == 2
    assert times.rate == pytest.approx(1 + DRIFT, abs=5e-6)
    for second in (0.0, 60.0, 117.0):  # of the target, by the line and by the truth
        heard_at = (second + 3.0 - 0.001) / (1 + DRIFT)
        assert times.zero + second / times.rate == pytest.approx(heard_at, abs=0.0005)


def test_a_guide_that_stopped_is_waited_for_as_the_singer_did():
    """The machine was too busy from 5.0 to 5.4 s: the guide stood still meanwhile, and with it the singer."""
    timing = Timing(lambda instant: min(instant - 503.0, 2.0) if instant < 505.4 else instant - 503.4)
    for frame in frames(10.0):
        timing.note(frame)
    times = timing.map().shifted(1.0)
    song = Target("song", (TargetNote(0.5, 1.5, 60.0), TargetNote(1.5, 3.0, 62.0)), (Beat(1.0), Beat(2.5)))
    heard = times.recorded(song)
    assert [note.start for note in heard.notes] == pytest.approx([2.5, 3.5], abs=0.01)
    assert [note.end for note in heard.notes] == pytest.approx([3.5, 5.4], abs=0.01)
    assert [beat.time for beat in heard.beats] == pytest.approx([3.0, 4.9], abs=0.01)
    assert times.target_at(5.4) == pytest.approx(3.0, abs=0.01)
    assert times.target_at(np.array([2.0, 20.0])) == pytest.approx([0.0, 17.6], abs=0.01)


def test_frames_that_settle_earlier_ones_say_nothing_new():
    timing = Timing(lambda instant: instant - 503.0)
    taken = list(frames(5.0))
    for frame in taken[:300] + taken[:200] + taken[300:]:
        timing.note(frame)
    assert timing.map().zero == pytest.approx(3.0, abs=1e-9)


def test_what_is_not_known_is_not_guessed():
    timing = Timing(lambda instant: float("nan"))
    with pytest.raises(ValueError, match="0 frames are too few"):
        timing.map()
    for frame in frames(1.0):
        timing.note(frame)
    with pytest.raises(ValueError, match="nobody knows when the guide was heard"):
        timing.map()
