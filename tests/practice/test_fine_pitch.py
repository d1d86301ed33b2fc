"""The tracked pitch made exact, on sounds whose pitch is known."""

import numpy as np
import pytest

from livepitch.practice.fine_pitch import refined
from livepitch.realtime.frame import PitchTrack

RATE = 16_000
SIZE = RATE  # samples


def sound(hz, harmonics=8, rate=RATE, size=SIZE, level=0.1):
    """A tone along `hz`, a function of seconds, and its track's times."""
    time = np.arange(size) / rate
    phase = 2 * np.pi * (np.cumsum(hz(time)) - hz(time)) / rate
    parts = [np.sin(k * phase + k * k) / k for k in range(1, harmonics + 1)]
    return (level * np.sum(parts, axis=0)).astype(np.float32), np.arange(1 + size * 100 // rate) / 100


def track(time, hz, error=8.0):
    """What a tracker might have said: `error` cents off at random."""
    f0 = (hz(time) * 2 ** (np.random.default_rng(0).normal(0, error, len(time)) / 1200)).astype(np.float32)
    return PitchTrack(time, f0, np.isfinite(f0), np.ones(len(f0), np.float32), f0.copy())


def errors(found, hz):
    """Cents in the middle of the sound: at its ends windows are cut."""
    return (1200 * np.log2(found.f0 / hz(found.time)))[8:-8]


def steady(f0):
    return lambda time: np.full(len(time), f0)


def vibrato(f0, extent=60.0):
    return lambda time: f0 * 2 ** (extent * np.sin(2 * np.pi * 5.5 * time) / 1200)


@pytest.mark.parametrize("f0", [80.0, 97.3, 146.8, 220.0, 331.7, 523.3, 997.0])
@pytest.mark.parametrize("harmonics", [1, 8])
@pytest.mark.parametrize("level", [0.1, 1e-4])
def test_steady_tones_are_told_to_a_tenth_of_a_cent(f0, harmonics, level):
    audio, time = sound(steady(f0), 1 if f0 > 900 else harmonics, level=level)
    assert np.abs(errors(refined(audio, RATE, track(time, steady(f0))), steady(f0))).max() < 0.1


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_at_any_sample_rate(rate):
    audio, time = sound(steady(330.0), rate=rate, size=rate)
    assert np.abs(errors(refined(audio, rate, track(time, steady(330.0))), steady(330.0))).max() < 0.1


@pytest.mark.parametrize("f0", [110.0, 220.0, 440.0])
def test_vibrato_keeps_its_extent(f0):
    audio, time = sound(vibrato(f0))
    cents = 1200 * np.log2(refined(audio, RATE, track(time, vibrato(f0))).f0 / f0)
    swing = np.sin(2 * np.pi * 5.5 * time)
    assert np.polyfit(swing[8:-8], cents[8:-8], 1)[0] == pytest.approx(60, abs=2)


def test_a_glide_is_not_delayed():
    def hz(time):
        return 220 * 2 ** (time / 2)

    audio, time = sound(hz)
    assert np.abs(errors(refined(audio, RATE, track(time, hz)), hz)).max() < 0.5


def test_noise_leaves_what_was_tracked():
    random = np.random.default_rng(1)
    audio, time = sound(steady(220.0))
    said = track(time, steady(220.0))
    found = refined(random.normal(size=len(audio)).astype(np.float32), RATE, said)
    assert np.mean(found.f0 == said.f0) > 0.95
    some = refined(audio + 0.02 * random.normal(size=len(audio)).astype(np.float32), RATE, said)
    assert np.median(np.abs(errors(some, steady(220.0)))) < np.median(np.abs(errors(said, steady(220.0))))


def test_a_wrong_octave_stays_and_so_does_silence():
    audio, time = sound(steady(220.0), harmonics=1)
    for hz, heard in ((steady(330.0), audio), (steady(220.0), np.zeros_like(audio))):
        said = track(time, hz)
        assert np.array_equal(refined(heard, RATE, said).f0, said.f0)


def test_only_voiced_frames_change_and_the_rest_of_the_track_stays():
    audio, time = sound(steady(220.0))
    said = track(time, steady(220.0))
    said.f0[20:40] = np.nan
    found = refined(audio, RATE, said)
    assert np.array_equal(np.isnan(found.f0), np.isnan(said.f0))
    assert np.array_equal(found.candidate[20:40], said.candidate[20:40])
    assert np.array_equal(found.candidate[50:60], found.f0[50:60])
    assert np.array_equal(found.confidence, said.confidence)
    assert not np.array_equal(found.f0[50:60], said.f0[50:60])


@pytest.mark.parametrize("size", [0, 1, 100])
def test_sounds_of_any_length(size):
    audio, time = sound(steady(220.0), size=size) if size else (np.zeros(0, np.float32), np.zeros(0))
    said = track(time, steady(220.0))
    assert np.array_equal(refined(audio, RATE, said).f0, said.f0)


def test_stereo_is_refused():
    with pytest.raises(ValueError, match=r"\(2, 100\)"):
        refined(np.zeros((2, 100), np.float32), RATE, track(np.zeros(0), steady(220.0)))
