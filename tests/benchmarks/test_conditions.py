"""What is done to a voice: ratios, levels and bands are what they are called."""

import numpy as np
import pytest
from conditions import Condition, in_room, mu_law, room_tone
from recordings import CLEAN, SAMPLE_RATE, Recording, added, rms
from scipy import signal

from tests.benchmarks.voices import FLAT, recording
from tests.conftest import sung_tone


def voice(name: str = "x", hz: float = 220.0) -> Recording:
    clip = recording(FLAT)
    return Recording(name, "X", sung_tone(hz, 2.0), None, clip.time, clip.f0, clip.certain)


def ratio(mix: np.ndarray, part: np.ndarray) -> float:
    """dB by which `part` lies above what else is in `mix`."""
    gain = float(np.dot(mix, part) / np.dot(part, part))
    return 20 * np.log10(gain * rms(part) / rms(mix - gain * part))


@pytest.mark.parametrize("snr", [20.0, 5.0, 0.0, -5.0])
def test_mix_has_the_ratio_it_claims(snr: float) -> None:
    clip = recording(FLAT)
    mix = Condition.of(f"{snr:g}").heard(clip).astype(np.float64)
    assert ratio(mix, clip.voice.astype(np.float64)) == pytest.approx(snr, abs=0.3)  # nearly uncorrelated noises
    assert np.abs(mix).max() <= 1.0 + 1e-6


@pytest.mark.parametrize("snr", [20.0, 0.0])
def test_white_noise_has_its_ratio_and_no_colour(snr: float) -> None:
    clip = voice()
    mix = Condition("white", snr).heard(clip).astype(np.float64)
    assert ratio(mix, clip.voice.astype(np.float64)) == pytest.approx(snr, abs=0.1)
    gain = np.dot(mix, clip.voice) / np.dot(clip.voice, clip.voice)
    hz, power = signal.welch(mix - gain * clip.voice, SAMPLE_RATE, nperseg=256)
    octaves = [10 * np.log10(power[(hz > low) & (hz <= 2 * low)].mean()) for low in (500, 1000, 2000, 3900)]
    assert np.ptp(octaves) < 1


def test_a_room_rings_on_and_keeps_the_moment_of_the_voice() -> None:
    click = np.zeros(SAMPLE_RATE, np.float32)
    click[1000] = 1
    wet = in_room(click, np.random.default_rng(1)).astype(np.float64)
    assert wet[:1000] == pytest.approx(0, abs=1e-6)
    assert np.argmax(np.abs(wet)) == 1000
    tail = wet[1001:]
    assert -10 * np.log10(np.sum(tail**2)) == pytest.approx(3, abs=0.1)
    left = 10 * np.log10(np.cumsum(tail[::-1] ** 2)[::-1] / np.sum(tail**2))
    assert -45 < left[round(0.3 * SAMPLE_RATE)] < -30  # 60 dB in 0.5 s; sooner at high frequencies


def test_room_tone_is_pink_and_has_its_ratio() -> None:
    tone = room_tone(20 * SAMPLE_RATE, np.random.default_rng(0))
    hz, power = signal.welch(tone, SAMPLE_RATE, nperseg=4096)
    octaves = [10 * np.log10(power[(hz > low) & (hz <= 2 * low)].mean()) for low in (250, 500, 1000, 2000)]
    assert np.diff(octaves) == pytest.approx([-3, -3, -3], abs=0.6)
    clip = voice()
    wet = in_room(clip.voice, np.random.default_rng(0))
    assert ratio(added(wet, tone[: len(wet)], 10.0).astype(np.float64), wet.astype(np.float64)) == pytest.approx(
        10, abs=0.3
    )
    assert len(Condition("room", 10.0).heard(clip)) == len(clip.voice)


@pytest.mark.parametrize("level", [-35.0, -50.0])
def test_levels_are_rms_in_steps_of_sixteen_bits(level: float) -> None:
    quiet = Condition("level", level).heard(voice()).astype(np.float64)
    assert 20 * np.log10(rms(quiet)) == pytest.approx(level, abs=0.05)
    steps = quiet * 32768
    assert steps == pytest.approx(np.round(steps), abs=1e-3)
    assert len(np.unique(steps)) > 20


def test_a_telephone_passes_its_band_alone() -> None:
    n = 2 * SAMPLE_RATE
    clip = voice()
    noise = Recording(
        "x", "X", np.random.default_rng(0).standard_normal(n).astype(np.float32), None, clip.time, clip.f0, clip.certain
    )
    line = Condition("telephone").heard(noise).astype(np.float64)
    assert len(line) == n
    assert 20 * np.log10(rms(line)) == pytest.approx(-26 + 10 * np.log10(3100 / 8000), abs=0.5)
    hz, power = signal.welch(line, SAMPLE_RATE, nperseg=1024)
    level = 10 * np.log10(power)
    passed = level[(hz > 400) & (hz < 3300)].mean()
    assert level[(hz > 30) & (hz < 200)].mean() < passed - 25  # what mu-law adds lies there, too
    assert level[hz > 4200].mean() < passed - 60


def test_a_telephone_delays_nothing() -> None:
    clip = voice(hz=440.0)
    line = Condition("telephone").heard(clip).astype(np.float64)
    lags = np.arange(-30, 31)
    match = [np.dot(np.roll(clip.voice, lag)[1000:-1000], line[1000:-1000]) for lag in lags]
    assert lags[int(np.argmax(match))] == 0


def test_mu_law_has_255_levels_fine_where_it_is_quiet() -> None:
    ramp = np.linspace(-1, 1, 100_001)
    coded = mu_law(ramp)
    assert len(np.unique(coded)) == 255
    assert np.abs(coded - ramp)[np.abs(ramp) < 0.01].max() < 5e-4
    assert np.abs(coded - ramp).max() < 0.025


def test_every_run_hears_the_same_and_every_recording_something_else() -> None:
    white = Condition.of("white:10")
    np.testing.assert_array_equal(white.heard(voice("a")), white.heard(voice("a")))
    assert np.abs(white.heard(voice("a")) - white.heard(voice("b"))).max() > 0.01


def test_words() -> None:
    words = ["clean", "5", "-5dB", "white:20", "room:10", "level:-50", "telephone"]
    names = ["clean", "5 dB", "-5 dB", "white noise 20 dB", "room 10 dB", "-50 dBFS", "telephone"]
    assert [str(Condition.of(word)) for word in words] == names
    for word in ("nois", "white", "white:x", "clean:3"):
        with pytest.raises(ValueError, match="no condition"):
            Condition.of(word)


def test_clean_is_the_voice_and_a_lone_voice_cannot_be_mixed() -> None:
    clip, lone = recording(FLAT), voice()
    np.testing.assert_array_equal(clip.mixed(CLEAN), clip.voice)
    np.testing.assert_array_equal(Condition.of("clean").heard(clip), clip.voice)
    assert Condition.of("5").suits(clip)
    assert not Condition.of("5").suits(lone)
    assert Condition.of("telephone").suits(lone)
    with pytest.raises(ValueError, match="no accompaniment"):
        lone.mixed(0.0)
