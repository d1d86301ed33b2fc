"""A guide that is changed while it sounds: before and after the samples that it would have had, no click between."""

import math

import numpy as np
import pytest

from livepitch.practice.rehearsal import accompanied
from livepitch.practice.rehearsal.arrangement import Arrangement
from livepitch.practice.sound.bleed import bleed
from livepitch.practice.sound.changes import RAMP, Change, steady
from livepitch.practice.sound.guide import GuideSettings, GuideSound
from livepitch.practice.sound.live_guide import LiveGuide
from livepitch.practice.target.target import Beat, Manner, Target, TargetNote
from livepitch.realtime.playing.accompaniment import AccompanimentWave
from tests.practice.rehearsing import step
from tests.practice.test_sound_bleed import RATE, SONG, TARGET, VOICE, ZERO, sung
from tests.realtime.test_accompaniment import Device

SLOW, BLOCK = 8_000, 256
BEATS = tuple(Beat(0.5 * number, number % 4 == 0) for number in range(8))
NOTES = (
    TargetNote(0, 1, 60.0),
    TargetNote(1, 2, 62.0, manner=Manner.LISTEN),
    TargetNote(2, 4, 64.0, manner=Manner.SIREN, glide=5),
)
TUNE = Target("tune", NOTES, BEATS)
LOUD = GuideSettings(guide_volume=0.5, metronome_volume=0.4, cue=(60, 64), drone_midi=48)
CHANGED = {
    "guide off": GuideSettings(guide=False, guide_volume=0.5, metronome_volume=0.4, cue=(60, 64), drone_midi=48),
    "clicks off": GuideSettings(metronome=False, guide_volume=0.5, metronome_volume=0.4, cue=(60, 64), drone_midi=48),
    "softer": GuideSettings(guide_volume=0.1, metronome_volume=1.0, cue=(60, 64), drone_midi=48),
}


def played(guide, until, first=None, change=None, at=math.inf, block=BLOCK):
    """Its samples to a second, block by block, changed from a second on."""
    place, parts = round(guide.begin * SLOW) if first is None else first, []
    while place < until * SLOW:
        if place >= at * SLOW and change is not None:
            guide.change(change)
        parts.append(guide.samples(place, block))
        place += block
    return np.concatenate(parts)


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize("back", [False, True], ids=["there", "back"])
def test_it_turns_from_one_sound_into_the_other_where_it_is(name, back):
    before, after = (CHANGED[name], LOUD) if back else (LOUD, CHANGED[name])
    guide = LiveGuide(TUNE, SLOW, before)
    heard = played(guide, 3.8, change=after, at=2.4)
    begin = round(guide.begin * SLOW)
    (change,) = guide.changes
    assert change.settings == after
    assert 2.4 <= change.second < 2.4 + BLOCK / SLOW
    turned = round(change.second * SLOW) - begin
    wanted = [GuideSound(TUNE, SLOW, each).samples(begin, len(heard)) for each in (before, after)]
    ramp = round(RAMP * SLOW)
    np.testing.assert_allclose(heard[:turned], wanted[0][:turned], atol=1e-6)
    np.testing.assert_allclose(heard[turned + ramp :], wanted[1][turned + ramp :], atol=1e-6)
    share = np.linspace(0, 1, ramp, endpoint=False)
    between = (1 - share) * wanted[0][turned : turned + ramp] + share * wanted[1][turned : turned + ramp]
    np.testing.assert_allclose(heard[turned : turned + ramp], between, atol=1e-6)


def test_a_change_in_the_middle_of_a_change_goes_on_from_there():
    guide = LiveGuide(TUNE, SLOW, LOUD)
    loudest = GuideSettings(guide=False, metronome=False, guide_volume=0.0, metronome_volume=0.0)
    first = round(2.3 * SLOW)
    guide.samples(first, 50)
    guide.change(loudest)
    parts = [guide.samples(first + 50, 50)]  # 6 ms of the 20
    guide.change(LOUD)
    parts.append(guide.samples(first + 100, 400))
    steps = np.abs(np.diff(np.concatenate(parts)))
    usual = np.abs(np.diff(GuideSound(TUNE, SLOW, LOUD).samples(first + 50, 450)))
    assert steps.max() < 1.2 * usual.max()
    assert len(guide.changes) == 2


def test_the_wave_keeps_its_time_while_it_is_changed():
    guide = LiveGuide(TUNE, 1_000, LOUD)
    wave = AccompanimentWave(guide, 1_000)
    device = Device(wave)
    for number in range(20):
        guide.change(list(CHANGED.values())[number % 3])
        device.ask(0.1)
    second = device.given / 1_000 - 0.05
    assert wave.position_at(device.instant(second)) == pytest.approx(second - 0.3 + guide.begin, abs=1e-3)
    assert wave.tears == 0


def test_what_is_arranged_anew_is_heard_at_once_and_only_what_may_change(monkeypatch):
    class Output:
        error, name, underflows = None, "Headphones", 0

        def __init__(self, device):
            pass

        def start(self, make):
            self.sound = make(SLOW)

    monkeypatch.setattr(accompanied, "Accompaniment", Output)
    asked = step(60.0, 62.0)
    playing = accompanied.Sounding(asked, Arrangement(count_in=4), "Headset")
    playing.start()
    sound = playing._accompaniment.sound
    sound.samples(round(0.2 * SLOW), 100)
    playing.change(asked, Arrangement(count_in=0, guide_volume=0.9, metronome=False, timbre=1.0))
    assert not playing.changes  # not heard yet
    sound.samples(round(0.2 * SLOW) + 100, 100)
    (change,) = playing.changes
    settings = change.settings
    assert (settings.guide_volume, settings.metronome) == (0.9, False)
    assert (settings.count_in_beats, settings.timbre) == (4, 0.3)
    assert change.second == pytest.approx(0.2 + 100 / SLOW)


def test_what_held_is_known_unless_it_changed_meanwhile():
    off = GuideSettings(guide=False)
    changes = Change(1.0, off), Change(2.0, LOUD)
    assert steady(LOUD, changes, 0.0, 0.9) is LOUD
    assert steady(LOUD, changes, 0.5, 1.5) is None
    assert steady(LOUD, changes, 1.0, 1.1) is None  # still turning
    assert steady(LOUD, changes, 1.5, 2.0) is off
    assert steady(LOUD, changes, 2.5, 9.0) is LOUD


@pytest.mark.parametrize("late", [0.6, 2.2])
def test_a_guide_that_was_turned_off_is_found_by_what_was_heard_of_it(late):
    settings = GuideSettings(cue=(60, 64, 67))
    off = GuideSettings(cue=(60, 64, 67), guide=False, metronome=False)
    voice, first = sung(*SONG), round((-ZERO - 0.012) * RATE)
    guide = GuideSound(TARGET, RATE, settings)
    one = guide.cues[0]
    loudness = np.sqrt(np.mean(guide.tone_samples(one, np.arange(one.start, one.end, 1 / RATE)) ** 2))
    live = LiveGuide(TARGET, RATE, settings)
    size = round((late + ZERO) * RATE)
    sound = [live.samples(first, size)]
    live.change(off)
    sound.append(live.samples(first + size, len(voice) - size))
    audio = (voice + np.concatenate(sound) * VOICE / loudness * 10 ** (-25 / 20)).astype(np.float32)
    assert bleed(audio, RATE, TARGET, settings, ZERO, changes=live.changes).heard
    assert not bleed(voice.astype(np.float32), RATE, TARGET, settings, ZERO, changes=live.changes).heard


def test_a_guide_at_no_volume_is_not_found():
    silent = GuideSettings(guide_volume=0.0, metronome_volume=0.0)
    assert not bleed(sung(*SONG).astype(np.float32), RATE, TARGET, silent, ZERO).heard
    clicks = GuideSettings(guide_volume=0.0)
    audio = sung(*SONG) + 0.5 * GuideSound(TARGET, RATE, clicks).samples(round(-ZERO * RATE), len(sung(*SONG)))
    assert bleed(audio.astype(np.float32), RATE, TARGET, clicks, ZERO).heard
