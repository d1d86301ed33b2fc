"""What was lost, doubled or filled up in a recording of the counter is found, to the sample; and how late it came."""

import numpy as np
import pytest
import soundfile
from callback import Taken, lateness
from counting import PERIOD, counted, write_counter

RATE = 48_000


@pytest.fixture
def sound(tmp_path):
    write_counter(tmp_path / "counter.wav", 3.0, RATE)
    samples, rate = soundfile.read(tmp_path / "counter.wav", dtype="float32")
    assert rate == RATE
    return samples


def framed(samples):
    """With silence before and after, as a recording has it."""
    return np.concatenate((np.zeros(5000, np.float32), samples, np.zeros(5000, np.float32)))


def test_a_whole_sound_counts_through_more_than_one_period(sound):
    assert len(sound) > 2 * PERIOD
    count = counted(framed(sound))
    assert count.first == 5000
    assert (count.lost, count.inserted, count.breaks) == (0, 0, 0)
    np.testing.assert_array_equal(count.position, np.arange(len(sound)))


@pytest.mark.parametrize("size", [1, 64, 20_000])
def test_what_is_missing_is_counted_and_what_follows_keeps_its_place(sound, size):
    count = counted(framed(np.delete(sound, np.s_[70_000 : 70_000 + size])))
    assert (count.lost, count.inserted, count.breaks) == (size, 0, 1)
    assert count.position[-1] == len(sound) - 1
    assert count.position[70_000] == 70_000 + size


def test_what_is_repeated_is_counted(sound):
    twice = np.concatenate((sound[:50_000], sound[49_000:]))
    count = counted(framed(twice))
    assert (count.lost, count.inserted, count.breaks) == (0, 1000, 1)
    assert count.position[-1] == len(sound) - 1


def test_silence_instead_of_sound_is_both_lost_and_filled_up(sound):
    holed = sound.copy()
    holed[60_000:60_100] = 0.0
    count = counted(framed(holed))
    assert count.breaks > 1
    assert count.lost > 0
    assert count.inserted > 0
    assert count.position[-1] % PERIOD == (len(sound) - 1) % PERIOD


def test_nothing_of_the_sound():
    for nothing in (np.zeros(10_000, np.float32), np.zeros(0, np.float32)):
        count = counted(nothing)
        assert count.first == -1
        assert len(count.position) == 0


@pytest.mark.parametrize("together", [1, 4])
def test_lateness_is_told_from_the_sound_itself(sound, together):
    whole = framed(sound)
    late = np.zeros(len(whole) // 480)
    late[150:160] = 0.03
    late[200] = 0.05
    taken = Taken([], [], [])
    for index, behind in enumerate(late):
        stop = (index + 1) * 480
        taken.ring.append((stop, 7.0 + stop / RATE + behind))
        if not (index + 1) % together:
            taken.chunks.append(whole[stop - together * 480 : stop])
            taken.instants.append(7.0 + stop / RATE + behind + 0.002)
    count, in_hand, in_ring = lateness(taken, 480)
    assert count.lost == 0
    assert in_ring["p50"] == pytest.approx(0.0, abs=1e-6)
    assert in_ring["max"] == pytest.approx(50.0)
    # The first of four blocks that come together is three blocks older than the last.
    assert in_hand["p50"] == pytest.approx(2.0 if together == 1 else 2.0 + 15.0, abs=5.1)
    assert in_hand["max"] == pytest.approx(52.0 if together == 1 else 32.0 + 30.0)
    assert in_hand["p50"] >= in_ring["p50"] + 2.0


def test_a_recording_of_nothing_has_no_lateness():
    count, in_hand, in_ring = lateness(Taken([], [], []), 480)
    assert (count.first, in_hand, in_ring) == (-1, {}, {})
