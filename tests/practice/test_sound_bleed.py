"""The guide in the microphone: planted softly under a voice it is found; a voice alone, however in tune, is none."""

import math

import numpy as np
import pytest

from livepitch.practice.sound.bleed import Bleed, bleed
from livepitch.practice.sound.bleed_watch import BleedWatch
from livepitch.practice.sound.guide import GuideSettings, GuideSound
from livepitch.practice.target.target import Beat, Manner, Target, TargetNote
from livepitch.realtime.frame import PitchFrame

RATE = 16_000
ZERO = 2.3  # s of the recording that belong to the target's begin
MELODY = (60, 62, 64, 65, 67, 65, 64, 62)
NOTES = tuple(TargetNote(0.5 * n, 0.5 * n + 0.45, midi) for n, midi in enumerate(MELODY))
TARGET = Target("song", NOTES, tuple(Beat(0.5 * n, n % 4 == 0) for n in range(9)))
CLICKS = GuideSettings(cue=(60, 64, 67))
CUE_ALONE = GuideSettings(cue=(60,), timbre="voice", metronome=False, metronome_volume=0.0)
SECONDS = np.arange(round((ZERO + 4.5) * RATE)) / RATE - ZERO
VOICE = 0.1  # RMS


def sung(*notes, detune=0.0, seed=1):
    """A voice in tune, with the unrest that every voice has, breath before each note, and the noise of a room."""
    rng = np.random.default_rng(seed)
    knots = np.arange(SECONDS[0], SECONDS[-1] + 0.1, 0.05)
    unrest = np.interp(SECONDS, knots, rng.normal(0, 8, len(knots)))
    cents, on = np.full(len(SECONDS), np.nan), np.zeros(len(SECONDS))
    for start, end, midi in notes:
        inside = (start <= SECONDS) & (end > SECONDS)
        cents[inside] = 100 * (midi - 69) + detune
        on += np.clip(np.minimum(SECONDS - start, end - SECONDS) / 0.03, 0, 1)
    hz = 440 * 2 ** ((np.nan_to_num(cents) + unrest) / 1200)
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    voice = on * sum(np.sin(k * phase) / k**1.2 for k in range(1, 10))
    voice *= VOICE / np.sqrt(np.mean(voice[on > 0.9] ** 2))
    for start, _, _ in notes:
        breath = np.hanning(800) * rng.normal(0, 0.02, 800)
        at = round((start + ZERO) * RATE) - 700
        voice[at : at + 800] += breath
    return voice + rng.normal(0, 1e-3, len(voice))


def with_guide(voice, settings, level, late=0.012):
    """The guide under it, `level` dB below the voice, and heard `late` s later than is known."""
    sound = GuideSound(TARGET, RATE, settings)
    guide = sound.samples(round((-ZERO - late) * RATE), len(voice))
    first = (sound.tones or sound.cues)[0]
    loudness = np.sqrt(np.mean(sound.tone_samples(first, np.arange(first.start, first.end, 1 / RATE)) ** 2))
    return voice + guide * VOICE / loudness * 10 ** (level / 20)


def found(audio, settings):
    return bleed(audio.astype(np.float32), RATE, TARGET, settings, ZERO)


SONG = tuple((note.start + 0.04, note.end + 0.04, note.midi) for note in NOTES)
AT_ONCE = tuple((note.start, note.end, note.midi) for note in NOTES)
HUMMED = ((-1.5, -0.8, 60.0), *SONG)


@pytest.mark.parametrize("settings", [CLICKS, CUE_ALONE], ids=["clicks", "cue alone"])
@pytest.mark.parametrize("level", [-12, -30, -40])
def test_a_planted_guide_is_found_and_measured(settings, level):
    result = found(with_guide(sung(*SONG), settings, level), settings)
    assert result.level == pytest.approx(level, abs=1.5)
    assert result.heard


@pytest.mark.parametrize("settings", [CLICKS, CUE_ALONE], ids=["clicks", "cue alone"])
@pytest.mark.parametrize("notes", [SONG, AT_ONCE, HUMMED], ids=["sung", "at once", "hummed before"])
def test_a_voice_in_tune_is_no_guide(settings, notes):
    for seed in range(2):
        assert found(sung(*notes, seed=seed), settings) == Bleed(-math.inf)


def test_under_a_hummed_count_in_the_clicks_still_tell():
    assert found(with_guide(sung(*HUMMED), CLICKS, -20), CLICKS).level == pytest.approx(-20, abs=1.5)


def test_what_is_harmless_is_not_said_and_what_matters_is():
    assert found(with_guide(sung(*SONG), CLICKS, -52), CLICKS).sentence is None
    assert found(with_guide(sung(*SONG), CLICKS, -17.7), CLICKS).sentence == (
        "The guide is heard in the microphone (−18 dB): use headphones, or turn it down"
    )


def test_a_recording_without_anything_or_too_short_is_no_guide():
    assert not bleed(np.zeros(RATE, np.float32), RATE, TARGET, CLICKS, ZERO).heard
    assert not bleed(np.zeros(0, np.float32), RATE, TARGET, CLICKS, ZERO).heard


CALL = Target("call", (TargetNote(0, 1, 60.0, manner=Manner.LISTEN), TargetNote(1, 2, 60.0)))


def watched(target, settings, begin, end, midi, before=-3.0):
    """What a watch says of a pitch from second to second."""
    watch = BleedWatch(target, settings)
    for position in np.arange(before, target.duration, 0.01):
        hz = 440 * 2 ** ((midi - 69) / 12) if begin <= position < end else math.nan
        watch.see(PitchFrame(position, hz, 0.9, -30.0), float(position))
    return watch.heard


def test_a_pitch_that_begins_with_the_cue_is_the_guide_and_a_singers_comes_too_late():
    settings = GuideSettings(cue=(60, 64, 67))
    begin = GuideSound(TARGET, RATE, settings).begin
    assert watched(TARGET, settings, begin + 0.06, begin + 1, 64)
    assert watched(TARGET, settings, begin + 0.06, begin + 1, 48)  # the root that a chord seems to have
    assert not watched(TARGET, settings, begin + 0.3, begin + 1, 64)
    assert not watched(TARGET, settings, begin + 0.06, begin + 1, 62)
    assert not watched(TARGET, settings, begin - 0.9, begin + 1, 64)


def test_a_call_that_the_microphone_hears_is_told():
    settings = GuideSettings(metronome=False)
    assert watched(CALL, settings, 0.03, 1.0, 60.1)
    assert not watched(CALL, settings, 0.25, 2.0, 60.0)
    assert not watched(CALL, settings, 1.0, 2.0, 60.0)


def test_frames_that_settle_others_are_not_counted_twice():
    settings = GuideSettings(cue=(64,))
    watch, begin = BleedWatch(TARGET, settings), GuideSound(TARGET, RATE, settings).begin
    for position in np.arange(begin + 0.06, begin + 0.1, 0.01):
        for _ in range(5):
            watch.see(PitchFrame(position, 329.6, 0.9, -30.0), float(position))
    assert not watch.heard  # four are too few
