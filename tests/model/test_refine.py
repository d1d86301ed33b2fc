"""The waveform's say in a pitch: right where a voice repeats itself, silent where nothing does."""

import numpy as np
import pytest
from numpy.typing import NDArray

from livepitch.model.mel import HOP, SAMPLE_RATE, windows_of
from livepitch.model.refine import MEMORY, Refiner, around

Floats = NDArray[np.float32]
AHEAD = 448
SECONDS = 3.0


def voice(f0: NDArray[np.float64]) -> Floats:
    """Harmonics up to 4 kHz over a contour in Hz, a value a sample."""
    phase = 2 * np.pi * np.cumsum(f0) / SAMPLE_RATE
    parts = [np.sin(k * phase) / k * (k * f0 < 4000) for k in range(1, 60)]
    return (0.2 * np.sum(parts, axis=0)).astype(np.float32)


def contour(cents: NDArray[np.float64], base: float) -> NDArray[np.float64]:
    return base * 2 ** (cents / 1200)


def seconds() -> NDArray[np.float64]:
    return np.arange(int(SECONDS * SAMPLE_RATE)) / SAMPLE_RATE


def off(hz: Floats, truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cents by which a track is off; without half a second at either end, where a stream has not settled."""
    exact = np.append(truth, truth[-1])[::HOP][: len(hz)]
    return np.asarray(1200 * np.log2(hz / exact))[50:-50]


def refined(audio: Floats, candidate: Floats, confidence: float = 0.9) -> Floats:
    sound = around(windows_of(audio, AHEAD), AHEAD)
    sure = np.full(len(candidate), confidence, np.float32)
    return Refiner().refine(candidate, sure, sound)


def told(truth: NDArray[np.float64], cents: float) -> Floats:
    """What a network says that is `cents` off."""
    frames = np.append(truth, truth[-1])[::HOP]
    return (frames * 2 ** (cents / 1200)).astype(np.float32)


@pytest.mark.parametrize("base", [52.0, 98.0, 220.0, 523.0, 988.0, 1250.0])
@pytest.mark.parametrize("wrong", [-40.0, 25.0])
def test_a_held_note_gets_its_exact_pitch(base: float, wrong: float) -> None:
    truth = contour(np.zeros_like(seconds()), base)
    # A second of it, and the long stretch alone speaks.
    later = off(refined(voice(truth), told(truth, wrong)), truth)[MEMORY:]
    assert np.abs(later).max() < 1.0


def test_vibrato_is_followed() -> None:
    truth = contour(50 * np.sin(2 * np.pi * 5.5 * seconds()), 330.0)
    said = told(truth, 0.0)
    assert np.abs(off(said, truth)).max() < 0.01
    assert np.abs(off(refined(voice(truth), told(truth, 20.0)), truth)).max() < 20.0


def test_a_glide_is_followed_without_delay() -> None:
    truth = contour(300 * (seconds() - SECONDS / 2), 200.0)
    errors = off(refined(voice(truth), told(truth, 15.0)), truth)
    assert np.abs(errors).max() < 8.0
    assert np.abs(errors.mean()) < 3.0


def test_silence_and_noise_leave_the_networks_word() -> None:
    rng = np.random.default_rng(0)
    silence = np.zeros(int(SECONDS * SAMPLE_RATE), np.float32)
    said = np.full(1 + len(silence) // HOP, 220.0, np.float32)
    np.testing.assert_array_equal(refined(silence, said), said)
    noise = rng.normal(0, 0.1, len(silence)).astype(np.float32)
    np.testing.assert_allclose(refined(noise, said)[2 * MEMORY :], said[2 * MEMORY :], rtol=1e-6)


def test_a_loud_accompaniment_leaves_the_networks_word() -> None:
    truth = contour(np.zeros_like(seconds()), 220.0)
    chord = sum(voice(contour(np.zeros_like(seconds()), hz)) for hz in (131.0, 165.0, 196.0, 233.0))
    said = told(truth, 10.0)
    answered = refined((voice(truth) + chord).astype(np.float32), said)
    np.testing.assert_allclose(answered[2 * MEMORY :], said[2 * MEMORY :], rtol=1e-6)


def test_a_period_longer_than_the_stretch_shows_keeps_the_candidate() -> None:
    truth = contour(np.zeros_like(seconds()), 29.0)
    said = told(truth, 20.0)
    np.testing.assert_array_equal(refined(voice(truth), said), said)


def test_frames_in_doubt_teach_nothing() -> None:
    """Noise that nobody takes for a voice does not change how the voice after it is measured."""
    truth = contour(np.zeros_like(seconds()), 220.0)
    noise = np.random.default_rng(1).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    refiner = Refiner()
    sound = around(windows_of(noise, AHEAD), AHEAD)
    refiner.refine(np.full(len(sound), 220.0, np.float32), np.full(len(sound), 0.2, np.float32), sound)
    sound, said = around(windows_of(voice(truth), AHEAD), AHEAD), told(truth, 20.0)
    sure = np.full(len(said), 0.9, np.float32)
    np.testing.assert_array_equal(refiner.refine(said, sure, sound), Refiner().refine(said, sure, sound))


@pytest.mark.parametrize("size", [1, 7, 64])
def test_pieces_make_no_difference(size: int) -> None:
    truth = contour(100 * np.sin(2 * np.pi * 0.7 * seconds()), 180.0)
    sound, said = around(windows_of(voice(truth), AHEAD), AHEAD), told(truth, 10.0)
    sure = np.full(len(said), 0.9, np.float32)
    refiner = Refiner()
    pieces = [
        refiner.refine(said[i : i + size], sure[i : i + size], sound[i : i + size]) for i in range(0, len(said), size)
    ]
    np.testing.assert_array_equal(np.concatenate(pieces), Refiner().refine(said, sure, sound))
    refiner.reset()
    np.testing.assert_array_equal(refiner.refine(said, sure, sound), Refiner().refine(said, sure, sound))


def test_the_sound_round_a_frame_lies_in_its_window() -> None:
    audio = np.arange(4000, dtype=np.float32)
    for ahead in (448, 512, 577):
        sound = around(windows_of(audio, ahead), ahead)
        middle = sound.shape[1] // 2
        assert sound.shape[1] == 895
        np.testing.assert_array_equal(sound[10:15, middle], audio[[1600, 1760, 1920, 2080, 2240]])
