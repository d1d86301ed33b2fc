"""The octave guard that the decoding benchmark measures does what its table says it measured."""

from __future__ import annotations

import numpy as np
from decoding import PATIENCE, flashes, guarded

from livepitch.model.decode import decode

HELD, OCTAVE = 100, 160  # bins


def salience(*peaks: dict[int, float]) -> np.ndarray:
    """(n, 360): narrow peaks {bin: height}, a frame each."""
    distance = np.arange(360)[:, None]
    frames = [
        sum(height * np.exp(-0.5 * ((distance[:, 0] - at) / 1.25) ** 2) for at, height in found.items())
        for found in peaks
    ]
    return np.array(frames, np.float32)


def bins(frames: np.ndarray, voiced: bool = True) -> list[int]:
    """The bin nearest to each frame's guarded pitch."""
    found = decode(guarded(frames, np.full(len(frames), voiced))).candidate
    expected = decode(salience({HELD: 1.0}, {OCTAVE: 1.0})).candidate
    return [HELD if abs(np.log2(hz / expected[0])) < 0.01 else OCTAVE for hz in found]


def test_a_leap_beside_the_old_pitch_is_believed_after_a_while() -> None:
    leap = {HELD: 0.6, OCTAVE: 0.9}
    frames = salience({HELD: 0.9}, *[leap] * (PATIENCE + 2))
    assert bins(frames) == [HELD] * (1 + PATIENCE) + [OCTAVE] * 2
    assert bins(frames, voiced=False) == [HELD] + [OCTAVE] * (PATIENCE + 2)


def test_a_leap_from_a_pitch_that_is_gone_is_believed_at_once() -> None:
    assert bins(salience({HELD: 0.9}, {HELD: 0.4, OCTAVE: 0.9})) == [HELD, OCTAVE]


def test_other_intervals_are_not_touched() -> None:
    frames = salience({HELD: 0.9}, {HELD: 0.8, HELD + 20: 0.9})
    np.testing.assert_array_equal(guarded(frames, np.ones(2, bool)), frames)


def test_flashes_are_short_voiced_runs_within_the_sound() -> None:
    voiced = np.array([1] * 3 + [0] * 9 + [1] * 5 + [0] * 2 + [1] * 6 + [0] * 3 + [1], bool)
    assert flashes(voiced) == 1
