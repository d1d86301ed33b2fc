"""How steady a note is held, and its vibrato, on synthetic voices."""

import math

import numpy as np
import pytest

from livepitch.gui.look.wording import steadiness_text, vibrato_text
from livepitch.gui.viewmodel.reading import CurrentNote
from livepitch.gui.viewmodel.stability import Stability, stability
from livepitch.practice.music import Music

SECOND = np.arange(125) / 100  # s
NOISE = 3.0  # cents


def judged(cents, times=20):
    """What is said of a voice at these cents from middle C, with noise, many times over."""
    random = np.random.default_rng(7)
    return [stability(60 + (cents(random) + NOISE * random.normal(size=len(SECOND))) / 100) for _ in range(times)]


@pytest.mark.parametrize("rate", [4.2, 5.5, 7.0, 8.2])
@pytest.mark.parametrize("extent", [15.0, 40.0, 100.0])
def test_vibrato_is_measured_and_taken_away(rate, extent):
    def voice(random):
        return extent * np.sin(2 * np.pi * rate * SECOND + random.uniform(0, 2 * np.pi))

    for found in judged(voice):
        assert found.rate == pytest.approx(rate, abs=0.2)
        assert found.extent == pytest.approx(extent, abs=0.1 * extent + 2)
        assert found.spread < 2 * NOISE


@pytest.mark.parametrize("vibrato", [0.0, 40.0])
def test_drift_counts_as_unsteady_with_vibrato_or_without(vibrato):
    for found in judged(lambda _: 50 * SECOND + vibrato * np.sin(2 * np.pi * 5.5 * SECOND)):
        assert found.spread == pytest.approx(0.4 * 50, abs=3.5)
        assert found.vibrato == (vibrato > 0)


def test_noise_is_no_vibrato():
    random = np.random.default_rng(1)
    for size in (3.0, 20.0):
        found = [stability(60 + size / 100 * random.normal(size=125)) for _ in range(50)]
        assert not any(each.vibrato for each in found)
        assert np.median([each.spread for each in found]) == pytest.approx(1.28 * size, rel=0.15)


def test_a_wandering_voice_has_no_vibrato():
    random = np.random.default_rng(2)
    walks = [np.cumsum(4 * random.normal(size=125)) for _ in range(100)]
    assert not any(stability(60 + walk / 100).vibrato for walk in walks)


@pytest.mark.parametrize("rate", [2.5, 12.0])
def test_swings_too_slow_or_too_fast_are_no_vibrato(rate):
    assert not any(found.vibrato for found in judged(lambda _: 40 * np.sin(2 * np.pi * rate * SECOND)))


def test_a_slip_of_an_octave_does_no_harm():
    midi = 60 + 0.4 * np.sin(2 * np.pi * 5.5 * SECOND)
    midi[[60, 61, 90]] += 12
    found = stability(midi)
    assert (found.rate, found.extent) == (pytest.approx(5.5, abs=0.1), pytest.approx(40, abs=3))
    assert found.spread < 3


def test_nothing_is_said_of_a_note_that_has_just_begun():
    assert math.isnan(stability(np.full(30, 60.0)).spread)
    assert math.isnan(stability(np.r_[np.full(95, 60.0), np.full(30, 62.0)]).spread)
    assert stability(np.r_[np.full(45, 60.0), np.full(80, 62.0)]).spread == pytest.approx(0, abs=1e-6)


def test_it_is_said_in_words():
    assert steadiness_text(Stability(6.2)) == "steady ±6 cents"
    assert steadiness_text(Stability(22.0)) == "unsteady ±22 cents"
    assert vibrato_text(Stability(6.2, 5.44, 38.2)) == "vibrato 5.4 Hz ±38 cents"
    assert (steadiness_text(Stability()), vibrato_text(Stability(6.2))) == ("", "")


def test_figures_under_vibrato_stand_still(frame):
    note, shown = CurrentNote(), []
    for i in range(400):
        swing = 40 * math.sin(2 * math.pi * 5.4 * i / 100)
        note.observe([frame(i / 100, 440.0 * 2 ** ((10 + swing) / 1200))], i / 100)
        if i >= 150:
            shown.append(note.read(i / 100, Music()).cents)
    assert np.mean(shown) == pytest.approx(10, abs=1)
    assert np.ptp(shown) < 6


def test_a_step_between_two_notes_with_vibrato_names_no_note_between(frame):
    note, names = CurrentNote(), set()
    for i in range(300):
        midi = (60 if i < 200 else 64) + 0.4 * math.sin(2 * math.pi * 5.4 * i / 100)
        note.observe([frame(i / 100, 440.0 * 2 ** ((midi - 69) / 12))], i / 100)
        names.add(note.read(i / 100, Music()).name)
    assert names == {"C4", "E4"}
