"""The reference note as samples: its frequency, its changes without a click, its harmonics."""

import numpy as np
import pytest

from livepitch.realtime.playing.tone import ReferenceTone, ToneWave

RATE = 48_000


def heard(wave, seconds, block=480):
    blocks = []
    for _ in range(round(seconds * RATE / block)):
        blocks.append(np.full(block, 9.0, np.float32))
        wave.render(blocks[-1])
    return np.concatenate(blocks)


def measured_hz(sound, rate=RATE):
    """Frequency of a steady sound, by the phase of its fundamental over time."""
    spectrum = np.fft.rfft(sound * np.hanning(len(sound)))
    peak = np.abs(spectrum)[5:].argmax() + 5
    around = np.zeros(len(sound), np.complex128)
    around[peak - 4 : peak + 5] = spectrum[peak - 4 : peak + 5]
    phase = np.unwrap(np.angle(np.fft.ifft(around)))
    middle = slice(len(sound) // 4, 3 * len(sound) // 4)
    return np.polyfit(np.arange(len(sound))[middle] / rate, phase[middle], 1)[0] / (2 * np.pi)


def sounding(hz, **wanted):
    wave = ToneWave(RATE)
    wave.hz, wave.wanted = hz, True
    for name, value in wanted.items():
        setattr(wave, name, value)
    return wave


@pytest.mark.parametrize("voice", [0.0, 1.0])
@pytest.mark.parametrize("hz", [30.0, 82.41, 440.0, 466.16, 2_000.0])
def test_the_frequency_is_that_asked_for(hz, voice):
    sound = heard(sounding(hz, voice=voice), 1.0)
    assert measured_hz(sound[RATE // 10 :]) == pytest.approx(hz, rel=1e-4)
    assert np.abs(sound).max() <= 1.0


def test_changes_start_and_stop_have_no_jump():
    wave, slope = sounding(220.0, volume=0.5), 2 * np.pi * 880 / RATE * 0.5
    sound = [heard(wave, 0.2)]
    for hz in (880.0, 220.0, 440.0, 233.08):
        wave.hz = hz
        sound.append(heard(wave, 0.1))
    wave.volume = 0.1
    sound.append(heard(wave, 0.1))
    wave.wanted = False
    sound.append(heard(wave, 0.1))
    whole = np.concatenate([[0.0], *sound])
    assert np.abs(np.diff(whole)).max() <= slope * 1.02
    assert not whole[-2_000:].any()
    assert np.abs(sound[-2]).max() == pytest.approx(0.5, rel=1e-2)
    assert np.abs(sound[-2][2_000:]).max() == pytest.approx(0.1, rel=1e-2)
    # From one note to the next in 40 ms, and there exactly.
    assert measured_hz(sound[1][2_000:]) == pytest.approx(880.0, rel=1e-3)


def test_a_note_after_silence_begins_as_itself():
    wave = sounding(220.0)
    heard(wave, 0.1)
    wave.wanted = False
    heard(wave, 0.1)
    wave.hz, wave.wanted = 880.0, True
    assert measured_hz(heard(wave, 0.04)) == pytest.approx(880.0, rel=1e-2)


def test_nothing_wanted_is_silence():
    wave, block = ToneWave(RATE), np.full(100, 9.0, np.float32)
    assert not wave.render(block)
    assert not block.any()


def test_the_voice_has_harmonics_that_fall_off_and_none_above_what_the_rate_carries():
    spectrum = np.abs(np.fft.rfft(heard(sounding(400.0, voice=1.0), 1.1)[RATE // 10 :])) / (RATE / 2)
    levels = spectrum[400 : 8 * 400 + 1 : 400]
    assert (np.diff(levels) < 0).all()
    np.testing.assert_allclose(levels / levels[0], np.arange(1, 9) ** -1.5, rtol=1e-3)
    slow = ToneWave(8_000)
    slow.hz, slow.voice, slow.wanted = 1_100.0, 1.0, True
    sound = np.zeros(8_000, np.float32)
    slow.render(sound)
    aliased = np.abs(np.fft.rfft(sound[800:7_200])) / 3_200
    for k in (4, 5, 6, 7, 8):
        at = abs((k * 1_100 + 4_000) % 8_000 - 4_000)
        assert aliased[round(at * 0.8)] < 1e-3


def test_a_note_out_of_range_is_refused():
    tone = ReferenceTone()
    for hz in (29.9, 2_000.1, float("nan"), -440.0):
        for act in (tone.start, tone.change):
            with pytest.raises(ValueError, match=r"30\.\.2000 Hz"):
                act(hz)
    with pytest.raises(ValueError, match="volume"):
        tone.volume = 1.5
    with pytest.raises(ValueError, match="one of sine, voice"):
        tone.timbre = "trumpet"
    tone.timbre = "voice"
    tone.change(300.0)
    assert (tone.timbre, tone.hz, tone.sounding, tone.error) == ("voice", 300.0, False, None)
