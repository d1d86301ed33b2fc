"""Voices and tones of exactly known pitch: the reference says what the sound does."""

import numpy as np
import pytest
from recordings import SAMPLE_RATE, Recording
from scipy import signal
from scores import steady
from transposed import BANDS, DELAY, RATE, certain, contour, sounding, stretched, told, tone, tones, transposed

FINER = 8


def period(sound: np.ndarray, at: float, hz: float) -> float:
    """Hz at which 60 ms (or four periods) round `at` seconds are most alike, within a fifth of `hz`."""
    half, rate = round(FINER * max(0.03, 2 / hz) * SAMPLE_RATE), FINER * SAMPLE_RATE
    middle, margin = round(at * SAMPLE_RATE), round(max(0.06, 4 / hz) * SAMPLE_RATE)
    part = signal.resample_poly(sound[max(0, middle - margin) : middle + margin].astype(np.float64), FINER, 1)
    middle = FINER * min(middle, margin)
    lags = np.arange(int(rate / hz / 1.25), int(np.ceil(rate / hz * 1.25)) + 1)

    def likeness(lag: int) -> float:
        first = middle - half - lag // 2
        a, b = part[first : first + 2 * half], part[first + lag : first + lag + 2 * half]
        return float(np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b)))

    found = np.array([likeness(int(lag)) for lag in lags])
    best = int(np.clip(found.argmax(), 1, len(lags) - 2))
    left, top, right = found[best - 1 : best + 2]
    return rate / (lags[best] + 0.5 * (left - right) / (left - 2 * top + right))


def test_tones_are_what_their_names_say() -> None:
    for hz in (50.0, 333.3, 1200.0):
        for partials in (1, 40):
            clip = tone("x", hz, partials)
            inside = clip.time[clip.f0 > 0]
            assert (inside[0], inside[-1]) == (pytest.approx(0.25), pytest.approx(1.25, abs=0.011))
            assert period(clip.voice, 0.75, hz) == pytest.approx(hz, rel=3e-4)
            assert np.abs(clip.voice[: SAMPLE_RATE // 4]).max() == 0
            assert np.abs(clip.voice).max() == pytest.approx(0.25)
            assert steady(clip).sum() > 80
    rich = np.abs(np.fft.rfft(tone("x", 200.0, 40).voice[6000:16000]))
    assert rich[250] / rich[125] == pytest.approx(0.5, rel=0.05)
    every = list(tones())
    assert len({clip.name for clip in every}) == len(every)
    heights = [clip.f0.max() for clip in every]
    assert (min(heights), max(heights)) == (pytest.approx(50), pytest.approx(1200))


def test_the_edges_of_a_tone_are_not_scored() -> None:
    clip = tone("x", 100.0, 1)
    unsure = clip.time[~clip.certain]
    assert unsure == pytest.approx([0.23, 0.24, 0.25, 0.26, 1.24, 1.25, 1.26, 1.27], abs=1e-6)


def half_voiced() -> np.ndarray:
    n = 400
    own = 200 * 2 ** (300 * np.sin(np.arange(n) / 30) / 1200)
    return np.where((np.arange(n) > 50) & (np.arange(n) < 350), own, 0.0)


@pytest.mark.parametrize(("low", "high"), BANDS)
def test_contours_stay_in_their_band_and_keep_their_shape(low: float, high: float) -> None:
    f0 = half_voiced()
    sung = f0 > 0
    found = [contour(f0, low, high, number)[sung] for number in range(6)]
    assert all(low < 2 ** (cents / 1200).min() and 2 ** (cents / 1200).max() < high for cents in found)
    assert all(np.corrcoef(cents, np.log2(f0[sung]))[0, 1] > 0.98 for cents in found)
    middles = [np.mean(cents) for cents in found]
    assert np.ptp(middles) > 0.2 * 1200 * np.log2(high / low)


def test_the_reference_is_told_only_between_two_sure_voiced_frames() -> None:
    f0 = np.array([0.0, 100, 200, 200, 0, 0, 300, 300])
    sure = np.array([1, 1, 1, 1, 1, 1, 1, 0], bool)
    clip = Recording("x", "X", np.zeros(16_000, np.float32), None, 0.1 + 0.02 * np.arange(8), f0, sure)
    times = np.array([0.05, 0.11, 0.13, 0.14, 0.15, 0.17, 0.23, 0.3])
    assert told(clip, times) == pytest.approx([0, 0, 100 * np.sqrt(2), 200, 200, 0, 0, 0])


def test_the_sound_is_a_little_late() -> None:
    cents = 8000 + 1000 * np.arange(100) / RATE
    assert 1200 * np.log2(sounding(cents)[50]) == pytest.approx(cents[50] - 1000 * DELAY, abs=1e-6)


def test_only_what_is_heard_and_periodic_is_certain() -> None:
    frames = 200
    voiced = (np.arange(frames) >= 60) & (np.arange(frames) < 160)
    sound = np.random.default_rng(0).standard_normal(frames * 80) * np.repeat(voiced, 80)
    sound[120 * 80 : 140 * 80] *= 1e-3
    share = np.where(np.arange(frames) < 90, 0.2, 0.9)
    sure = certain(voiced, sound, share)
    assert sure[:55].all()
    assert not sure[55:65].any()
    assert not sure[66:90].any()  # noise
    assert sure[91:117].all()
    assert not sure[123:137].any()  # not to be heard
    assert not sure[155:165].any()
    assert sure[165:].all()


def test_stretching_moves_a_peak() -> None:
    row = np.exp(-(((np.arange(513) - 100) / 8) ** 2))[None]
    assert stretched(row, 1.3)[0].argmax() == 130
    assert stretched(row, 0.75)[0].argmax() == 75


def sung_vowel() -> Recording:
    """Two seconds round 180 Hz, swaying slowly, a breath in the middle."""
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    hz = 180 * 2 ** (60 * np.sin(2 * np.pi * time) / 1200)
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE
    sings = (np.abs(time - 1) > 0.15) & (time > 0.2) & (time < 1.8)
    sound = sum(np.cos(k * phase) / k for k in range(1, 20)) * sings
    sound = 0.2 * sound / np.abs(sound).max() + 1e-4 * np.random.default_rng(0).standard_normal(len(time))
    frames = np.arange(200) * 0.01
    f0 = np.where(np.interp(frames, time, sings) > 0.5, np.interp(frames, time, hz), 0.0)
    return Recording("vowel", "Vowels", sound.astype(np.float32), None, frames, f0, np.ones(200, bool))


def test_world_follows_the_contour_exactly() -> None:
    pytest.importorskip("pyworld")
    found = {clip.source: clip for clip in transposed([sung_vowel()])}
    assert list(found) == [f"transposed {low}-{high} Hz" for low, high in BANDS]
    for (low, high), clip in zip(BANDS, found.values(), strict=True):
        sure = clip.certain & (clip.f0 > 0)
        assert low < clip.f0[sure].min() <= clip.f0[sure].max() < high
        assert sure.sum() > 60
        chosen = np.flatnonzero(steady(clip) if steady(clip).any() else sure)[::5]
        heard = np.array([period(clip.voice, clip.time[i], clip.f0[i]) for i in chosen])
        error = 1200 * np.abs(np.log2(heard / clip.f0[chosen]))
        assert np.median(error) < 5
        assert error.max() < 25
        silent = clip.certain & (clip.f0 == 0)
        level = [np.std(clip.voice[round(t * 16_000) : round(t * 16_000) + 160]) for t in clip.time[silent][2:-2]]
        assert np.median(level) < 0.05
