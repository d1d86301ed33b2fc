"""The demo voice: what it claims to sing is what an independent tracker hears."""

import numpy as np
import parselmouth
import pytest

from livepitch.realtime.demo import demo_phrase

RATES = (16_000, 44_100, 48_000)


@pytest.fixture(scope="module")
def phrases():
    return {rate: demo_phrase(rate) for rate in RATES}


@pytest.mark.parametrize("rate", RATES)
def test_an_independent_tracker_hears_the_known_f0(phrases, rate):
    """Praat's autocorrelation, asked at our frames' instants. (YIN of librosa would have to be compiled first.)"""
    audio, time, f0 = phrases[rate]
    pitch = parselmouth.Sound(audio.astype(float), rate).to_pitch_ac(0.01, pitch_floor=120, pitch_ceiling=600)
    heard = np.array([pitch.get_value_at_time(second) for second in time])
    voiced = ~np.isnan(f0)
    off = np.abs(1200 * np.log2(heard[voiced] / f0[voiced]))
    assert np.nanmedian(off) <= 1
    assert np.mean(off <= 50) >= 0.97  # what Praat calls unvoiced is not


@pytest.mark.parametrize("rate", RATES)
def test_shapes_time_and_level(phrases, rate):
    audio, time, f0 = phrases[rate]
    assert audio.dtype == np.float32
    assert len(time) == len(f0)
    np.testing.assert_allclose(time, np.arange(len(time)) * 0.01)
    assert len(audio) == round(len(time) * 0.01 * rate)
    assert 10 <= len(audio) / rate <= 20
    assert np.abs(audio).max() == pytest.approx(0.5)


def test_the_known_f0_does_not_depend_on_the_rate(phrases):
    for rate in RATES:
        np.testing.assert_array_equal(phrases[rate][2], phrases[16_000][2])


def test_it_is_the_same_every_time(phrases):
    np.testing.assert_array_equal(demo_phrase(16_000)[0], phrases[16_000][0])


def test_it_is_a_song(phrases):
    _, _, f0 = phrases[48_000]
    voiced = ~np.isnan(f0)
    assert 0.6 < voiced.mean() < 0.9
    assert np.nanmax(f0) / np.nanmin(f0) > 2  # over an octave
    assert np.count_nonzero(np.diff(voiced.astype(int)) == -1) >= 6  # gaps of consonants and rests
    step = np.abs(1200 * np.log2(f0[1:] / f0[:-1]))
    assert np.nanmax(step) < 150  # it glides, it does not jump


def test_nothing_loud_sounds_where_nothing_is_voiced(phrases):
    audio, time, f0 = phrases[48_000]
    hop = 480
    level = np.array([np.sqrt(np.mean(audio[max(i * hop - 240, 0) : i * hop + 240] ** 2)) for i in range(len(time))])
    voiced = ~np.isnan(f0)
    assert np.median(level[voiced]) > 4 * np.percentile(level[~voiced], 95)
    assert level[voiced].min() > 2e-3


def test_it_loops_without_a_click(phrases):
    audio, *_ = phrases[48_000]
    seam = np.concatenate([audio[-960:], audio[:960]])
    assert np.abs(seam).max() < 0.02
    assert np.abs(np.diff(seam)).max() < 0.01


@pytest.mark.parametrize("rate", [0, 7999])
def test_a_rate_too_low_for_a_voice(rate):
    with pytest.raises(ValueError, match=str(rate)):
        demo_phrase(rate)
