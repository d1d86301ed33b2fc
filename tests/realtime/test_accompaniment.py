"""The accompaniment: which second of it is heard when, whatever the device's clock does; its starts and ends."""

import math
import sys
import threading
import time
from contextlib import suppress

import numpy as np
import pytest

from livepitch.practice.sound.guide import GuideSettings, GuideSound
from livepitch.practice.target.target import Beat, Target, TargetNote
from livepitch.realtime import portaudio as portaudio_module
from livepitch.realtime.playing import sounding
from livepitch.realtime.playing.accompaniment import LEAD, Accompaniment, AccompanimentWave
from livepitch.realtime.playing.clicks import find_click
from livepitch.realtime.playing.even_clock import EvenClock
from livepitch.realtime.portaudio import output_devices
from tests.realtime.fakes import wait_until
from tests.realtime.test_heard_output import Ear
from tests.realtime.test_player import Outputs
from tests.realtime.virtual_microphone import DEVICE, VirtualMicrophone, skip_unless_installed

RATE, BLOCK = 1_000, 20


class Counting:
    """A sound whose samples say which they are."""

    def __init__(self, begin=-1.0, end=9.0):
        self.begin, self.end = begin, end

    def samples(self, start, size):
        return np.arange(start, start + size, dtype=np.float32) + 10_000


class Device:
    """Asks a wave for blocks by a clock that drifts, and claims with jitter when they will sound."""

    def __init__(self, wave, drift=0.0, jitter=0.0, begun=None, wrong=None, size=BLOCK):
        self.size, self.wave, self.drift, self.given, self.gap = size, wave, drift, 0, 0.0
        self.begun = time.monotonic() + 1000 if begun is None else begun
        self.rng, self.jitter, self.wrong = np.random.default_rng(1), jitter, wrong or {}

    def instant(self, second):
        """When a second of the stream really sounds."""
        return self.begun + second * (1 + self.drift) + self.gap

    def ask(self, seconds):
        blocks = []
        for _ in range(round(seconds * RATE / self.size)):
            second, block = self.given / RATE, np.zeros(self.size, np.float32)
            claim = self.instant(second) + self.jitter * self.rng.standard_normal()
            self.wave.render(block, claim + self.wrong.get(round(second, 3), 0.0))
            self.given += self.size
            blocks.append(block)
        return np.concatenate(blocks)


def test_what_is_due_at_an_instant_follows_a_clock_that_drifts():
    wave = AccompanimentWave(Counting(end=200.0), RATE)
    device = Device(wave, drift=300e-6, jitter=0.002, wrong={0.0: -0.6, 5.0: 0.2, 90.0: -0.15}, size=50)
    worst = 0.0
    for _ in range(12):
        device.ask(10.0)
        second = device.given / RATE - 0.05
        believed = wave.position_at(device.instant(second)) - (second - LEAD - 1.0)
        worst = max(worst, abs(believed))
    assert worst < 0.001
    for second in (0.5, 47.0, 90.0, 119.0):  # and when it is asked later on
        assert wave.position_at(device.instant(second)) == pytest.approx(second - LEAD - 1.0, abs=5e-4)
        assert wave.instant_of(second - LEAD - 1.0) == pytest.approx(device.instant(second), abs=5e-4)
    assert wave.tears == 0


def test_nothing_is_known_before_the_first_block_and_something_after_it():
    wave = AccompanimentWave(Counting(), RATE)
    assert math.isnan(wave.position_at(0.0))
    device = Device(wave)
    device.ask(0.02)
    assert wave.position_at(device.instant(LEAD)) == pytest.approx(-1.0)


@pytest.mark.parametrize("said", [True, False], ids=["reported", "not reported"])
def test_after_the_output_ran_dry_the_place_is_right_again_and_before_it_still(said):
    dry = [0]
    wave = AccompanimentWave(Counting(), RATE, underflows=lambda: dry[0])
    device = Device(wave, jitter=0.001)
    device.ask(4.0)
    heard_before = device.instant(2.0)
    device.gap, torn = 0.12, device.instant(4.0)
    dry[0] += said
    device.ask(0.1 if said else 3.0)
    assert wave.tears == 1
    assert wave.position_at(device.instant(4.05)) == pytest.approx(4.05 - LEAD - 1, abs=0.002)
    assert wave.position_at(heard_before) == pytest.approx(2.0 - LEAD - 1, abs=0.002)
    assert wave.position_at(torn + 0.06) == pytest.approx(4.0 - LEAD - 1, abs=0.2 if not said else 0.002)


def test_a_block_that_comes_after_all_before_it_have_sounded_tells_of_a_tear():
    wave = AccompanimentWave(Counting(), RATE)
    device = Device(wave, begun=time.monotonic() - 60)  # everything is long overdue
    device.ask(1.0)
    assert wave.tears == 0
    device.gap = 0.05
    device.ask(0.02)
    assert wave.tears == 1
    assert wave.position_at(device.instant(1.01)) == pytest.approx(1.01 - LEAD - 1, abs=1e-6)


def test_claims_that_are_wrong_for_the_first_second_are_forgotten():
    clock = EvenClock()
    for second in np.arange(0, 8, 0.01):
        clock.note(second, 100 + second + (0.07 if second < 0.9 else 0.0))
    assert clock.instant_of(0.2) == pytest.approx(100.2)
    assert clock.second_at(104.0) == pytest.approx(4.0)
    assert clock.tears == 0


def test_claims_that_are_wrong_for_a_while_are_no_tear_once_they_are_right_again():
    clock = EvenClock()
    for second in np.arange(0, 20, 0.01):
        clock.note(second, 100 + second * 1.0002 + (0.011 if 8 < second < 10.5 else 0.0))
    assert clock.tears == 0
    for second in (7.0, 9.0, 12.0):
        assert clock.instant_of(second) == pytest.approx(100 + second * 1.0002, abs=2e-4)


def test_it_begins_where_it_is_told_whole_and_ends_by_itself():
    wave = AccompanimentWave(Counting(end=3.0), RATE, at=2.0)
    heard = Device(wave).ask(LEAD + 2.0)
    start = round(LEAD * RATE)
    assert not heard[: start - 5].any()
    np.testing.assert_array_equal(heard[start : start + 900], 12_000 + np.arange(900))
    assert not wave.wanted
    assert not heard[start + 1100 :].any()


def test_a_stop_fades_out():
    wave = AccompanimentWave(Counting(), RATE)
    device = Device(wave)
    device.ask(1.0)
    wave.wanted = False
    heard = device.ask(0.04)
    assert 0 < heard[3] < heard[0] < heard.max() + 1
    assert not heard[5:].any()


@pytest.fixture
def portaudio(monkeypatch):
    fake = Outputs()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    monkeypatch.setattr(sounding, "FADING", 0.0)  # nobody asks for more
    yield fake
    assert not portaudio_module.open_streams
    wait_until(lambda: "livepitch-output-closer" not in {thread.name for thread in threading.enumerate()})


def test_it_plays_one_sound_after_another_and_gives_the_device_back(portaudio):
    accompaniment, rates = Accompaniment(), []

    def make(rate):
        rates.append(rate)
        return Counting()

    assert math.isnan(accompaniment.position_at(time.monotonic()))
    assert not accompaniment.running
    accompaniment.start(make)
    assert accompaniment.running
    assert (accompaniment.name, rates) == ("Speaker", [44_100])
    assert portaudio.ask(1.0)[-1, 0] == 10_000 - 44_100 * (1 + LEAD - 1) - 1
    position = accompaniment.position_at(time.monotonic())
    assert not math.isnan(position)
    accompaniment.start(make, at=3.0)
    assert [stream.state for stream in portaudio.streams] == ["closed", "started"]
    portaudio.ask(0.5)
    accompaniment.close()
    assert not accompaniment.running
    assert accompaniment.error is None
    assert not math.isnan(accompaniment.position_at(time.monotonic()))  # what was heard when is still known


def test_silence_within_a_song_keeps_the_device(portaudio):
    class Rest(Counting):
        def samples(self, start, size):
            return np.zeros(size, np.float32)

    accompaniment = Accompaniment()
    accompaniment.start(lambda rate: Rest())
    portaudio.ask(5.0)
    assert portaudio.streams[0].state == "started"
    assert accompaniment.running
    portaudio.ask(8.0)
    wait_until(lambda: portaudio.streams[0].state == "closed")
    assert accompaniment.error is None


def test_a_device_that_is_not_there_or_goes_is_one_line(portaudio):
    missing = Accompaniment("horn")
    missing.start(lambda rate: Counting())
    assert str(missing.error).startswith("no output device 'horn'")
    assert not missing.running
    accompaniment = Accompaniment()
    accompaniment.start(lambda rate: Counting())
    portaudio.ask(0.5)
    portaudio.streams[0].finished_callback()
    assert str(accompaniment.error) == "Speaker: stopped by the system; check that it is plugged in"
    assert not accompaniment.running
    wait_until(lambda: not portaudio_module.open_streams)
    accompaniment.start(lambda rate: Counting())
    assert accompaniment.error is None
    accompaniment.close()


BEATS = Target(
    "beats",
    tuple(TargetNote(0.25 + 0.5 * n, 0.5 + 0.5 * n, 57 + n) for n in range(6)),
    tuple(Beat(0.5 * n, n % 2 == 0) for n in range(7)),
)


def deviations(ear, accompaniment, start):
    """How much later each click of `BEATS` is heard than is believed, s."""
    audio, instants = ear.since(start)
    sound = GuideSound(BEATS, 48_000, GuideSettings(timbre="sine", count_in_beats=2))
    clock, late = EvenClock(), []
    for sample in range(0, len(audio), 480):
        clock.note(sample / 48_000, instants[sample])
    for click in sound.clicks:
        wave = sound.click_samples(click, click.start + np.arange(0, 0.04, 1 / 48_000))
        due = round(48_000 * clock.second_at(accompaniment.instant_of(click.start)))
        found = find_click(audio[due - 4_800 : due + 6_000], wave, 48_000)
        assert found is not None
        late.append(accompaniment.position_at(clock.instant_of((due - 4_800 + found.sample) / 48_000)) - click.start)
    return np.array(late)


@pytest.mark.audio
def test_clicks_are_heard_when_they_are_believed_to_be():
    skip_unless_installed()
    with VirtualMicrophone(48_000):
        output_devices(refresh=True)
        ear = Ear()
        accompaniment = Accompaniment(DEVICE)
        for attempt in range(4):  # a busy machine tears sound now and then
            start = ear.size
            accompaniment.start(lambda rate: GuideSound(BEATS, rate, GuideSettings(timbre="sine", count_in_beats=2)))
            wait_until(lambda: not accompaniment.running)
            ear.silence()
            assert accompaniment.error is None
            with suppress(AssertionError):
                late = deviations(ear, accompaniment, start)
                assert np.abs(late - np.median(late)).max() < 0.002
                break
            assert attempt < 3
        ear.microphone.close()
        accompaniment.close()
