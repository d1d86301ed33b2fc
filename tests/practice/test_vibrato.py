"""The vibrato of whole notes, on contours whose vibrato is known."""

import math

import numpy as np
import pytest

from livepitch.practice.vibrato import vibrato

NOISE = 5.0  # cents


def note(seconds, extent=60.0, rate=5.5, begins=0.0, noise=NOISE, seed=0, hop=0.01):
    """Fractional MIDI numbers of a note that drifts, with vibrato that grows within 0.2 s from `begins` on."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds / hop)) * hop
    grown = np.clip((time - begins) / 0.2, 0, 1) if begins else 1.0
    swing = extent * grown * np.sin(2 * np.pi * rate * time + random.uniform(0, 2 * np.pi))
    return 60.37 + (swing + random.uniform(-20, 20) * time + noise * random.normal(size=len(time))) / 100


@pytest.mark.parametrize("seconds", [0.6, 0.8, 1.0, 1.7, 3.0, 8.0])
def test_rate_and_extent_are_true_whatever_the_length(seconds):
    for seed in range(20):
        found = vibrato(note(seconds, seed=seed))
        assert found.rate == pytest.approx(5.5, abs=0.2)
        assert found.extent == pytest.approx(60, abs=5)
        assert found.regularity > 0.95


@pytest.mark.parametrize(("rate", "extent"), [(4.3, 30.0), (5.0, 100.0), (6.5, 45.0), (7.8, 20.0)])
def test_other_vibratos(rate, extent):
    for seed in range(10):
        found = vibrato(note(2.0, extent, rate, noise=3.0, seed=seed))
        assert found.rate == pytest.approx(rate, abs=0.2)
        assert found.extent == pytest.approx(extent, abs=5)


@pytest.mark.parametrize(("seconds", "begins"), [(1.5, 0.6), (2.0, 0.8), (5.0, 3.5), (8.0, 6.5)])
def test_vibrato_that_begins_late_keeps_its_extent(seconds, begins):
    for seed in range(10):
        found = vibrato(note(seconds, begins=begins, seed=seed))
        assert found.rate == pytest.approx(5.5, abs=0.2)
        assert found.extent == pytest.approx(60, abs=5)


def test_a_changing_rate_is_less_regular_than_an_even_one():
    time = np.arange(300) / 100
    even = vibrato(60 + 0.6 * np.sin(2 * np.pi * 5.5 * time))
    uneven = vibrato(60 + 0.6 * np.sin(2 * np.pi * 5.5 * time + 1.2 * np.sin(2 * np.pi * 1.3 * time)))
    assert even.regularity == pytest.approx(1, abs=0.01)
    assert 0.5 < uneven.regularity < 0.95


def test_frames_may_be_of_another_hop():
    found = vibrato(note(2.0, hop=0.016), hop=0.016)
    assert (found.rate, found.extent) == (pytest.approx(5.5, abs=0.2), pytest.approx(60, abs=5))


def test_slips_and_gaps_are_bridged():
    midi = note(2.0, noise=0)
    midi[[40, 41, 120]] += 12
    midi[80:84] = math.nan
    found = vibrato(midi)
    assert (found.rate, found.extent) == (pytest.approx(5.5, abs=0.1), pytest.approx(60, abs=3))


@pytest.mark.parametrize("extent", [0.0, 4.0])
def test_a_straight_tone_has_none(extent):
    assert not any(vibrato(note(2.0, extent, seed=seed, noise=8.0)) for seed in range(20))


def test_a_wandering_voice_has_none():
    random = np.random.default_rng(2)
    assert not any(vibrato(60 + np.cumsum(0.04 * random.normal(size=300))) for _ in range(50))


@pytest.mark.parametrize("rate", [2.5, 12.0])
def test_swings_too_slow_or_too_fast_are_none(rate):
    assert not any(vibrato(note(2.0, 40.0, rate, seed=seed)) for seed in range(10))


@pytest.mark.parametrize("midi", [[], [60.0], [math.nan] * 200, [60.0] * 30])
def test_nothing_is_said_of_what_is_too_short_or_empty(midi):
    found = vibrato(midi)
    assert not found
    assert math.isnan(found.rate)
    assert math.isnan(found.extent)
    assert math.isnan(found.regularity)
