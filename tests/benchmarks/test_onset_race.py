"""The race against the clock: planted delays come out as they were planted. No real time passes but for one second."""

import math

import numpy as np
import onset_race
import pytest
import stamps
from onset_race import Standing, clipped, common, markdown, report
from racers import Racer
from racing import Run, answers, engine, pushed, shares, sound_for
from recordings import SAMPLE_RATE, Recording

from tests.benchmarks.voices import recording

BLOCK = 160
ONSETS = (30, 110)  # frames of 10 ms
F0 = np.zeros(200)
for _begin in ONSETS:
    F0[_begin : _begin + 50] = 220.0


class Clock:
    """Moves by what is slept and by what is computed."""

    def __init__(self):
        self.now = 500.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        assert seconds > 0
        self.now += seconds


def voice(f0=F0, name="x"):
    """A recording that is silence: the trackers here know the answer."""
    made = recording(f0)
    return Recording(name, "X", np.zeros(len(f0) * BLOCK, np.float32), None, made.time, made.f0, made.certain)


def racer(clock, waits=0, computes=0.0, late=0.0, f0=F0, wrong=(), name="fake"):
    """Knows every frame's pitch `waits` blocks after its own; stamps it `late` seconds too late."""

    def stream():
        count = -1

        def push(block):
            nonlocal count
            assert len(block) == BLOCK
            count, frame = count + 1, count + 1 - waits
            clock.now += computes
            if not 0 <= frame < len(f0):
                return []
            hz = f0[frame] * (1.5 if frame in wrong else 1.0)
            return [(0.01 * frame + late, hz, hz > 0)]

        return push

    return Racer(name, "0", SAMPLE_RATE, BLOCK, "", None, "", stream)


def ran(clock, made, heard=None):
    return pushed(made, sound_for(made, heard or voice()), clock, clock.sleep)


@pytest.mark.parametrize(("waits", "computes"), [(0, 0.0), (3, 0.004), (17, 0.0095)])
def test_the_delay_is_what_was_planted(waits, computes):
    clock = Clock()
    run = ran(clock, racer(clock, waits, computes))
    # The frame of an onset comes out with the block that begins at it, `waits` blocks later, once computed.
    assert answers(voice(), run) == pytest.approx([0.01 * (waits + 1) + computes] * 2)
    assert run.computed == pytest.approx(computes)
    assert run.behind == pytest.approx(0.0, abs=1e-9)


def test_a_tracker_that_cannot_keep_up_falls_behind_and_its_frames_are_as_late_as_they_are():
    clock = Clock()
    run = ran(clock, racer(clock, computes=0.015))  # 5 ms more than a block lasts, each
    first, second = answers(voice(), run)
    assert first == pytest.approx(0.01 + 0.015 + 30 * 0.005)
    assert second == pytest.approx(0.01 + 0.015 + 110 * 0.005)
    assert run.behind == pytest.approx((len(run.computed) - 1) * 0.005)


def test_a_tracker_that_is_far_behind_is_broken_off_and_misses_what_follows():
    clock = Clock()
    run = ran(clock, racer(clock, computes=0.047))  # 37 ms more than a block lasts, each
    assert answers(voice(), run) == [pytest.approx(0.01 + 0.047 + 30 * 0.037), None]
    assert len(run.computed) == 55
    assert run.behind == pytest.approx(55 * 0.037)


def test_wrong_frames_do_not_answer_and_an_onset_without_a_right_one_is_missed():
    clock = Clock()
    run = ran(clock, racer(clock, wrong={30, 31, *range(110, 160)}))
    assert answers(voice(), run) == [pytest.approx(0.03), None]


def test_late_stamps_are_put_right():
    rising = np.where(F0 > 0, 220 * 2 ** (np.arange(200) * 0.03), 0.0)  # 36 cents a frame
    clock = Clock()
    made = racer(clock, late=0.08, f0=rising)
    run = ran(clock, made)
    assert answers(voice(rising), run)[0] != pytest.approx(0.01)
    assert answers(voice(rising), run.moved(0.08)) == pytest.approx([0.01] * 2)


def test_shares_of_silence_called_voiced_and_of_the_voice_that_is_right():
    clock = Clock()
    said = np.where(np.arange(200) < 5, 100.0, F0)
    run = ran(clock, racer(clock, f0=said, wrong={40, 41}))
    assert shares(voice(), run) == (100, 5, 100, 98)


@pytest.mark.parametrize("late", [0.0, 0.07, -0.02])
@pytest.mark.parametrize("sharp", [0.0, 20.0])
def test_a_glide_tells_what_a_stamp_stands_for(late, sharp, monkeypatch):
    monkeypatch.setattr(stamps, "glide", lambda rate, rising: _times(rate, rising))

    def stream():
        count = -1

        def push(block):
            nonlocal count
            count += 1
            return [(count * BLOCK / SAMPLE_RATE + late, float(block[0]) * 2 ** (sharp / 1200), True)]

        return push

    made = Racer("fake", "0", SAMPLE_RATE, BLOCK, "", None, "", stream)
    assert stamps.stamp_error(made) == pytest.approx(late, abs=1e-4)


def _times(rate, rising):
    """Not the glide but its pitch: a tracker that reads it has no window."""
    time = np.arange(round(stamps.SECONDS * rate)) / rate
    return stamps.LOW * 2 ** (time / stamps.SECONDS if rising else 1 - time / stamps.SECONDS)


def test_the_glide_has_the_pitch_that_it_is_said_to_have():
    sound = stamps.glide(SAMPLE_RATE, rising=False)
    at = stamps.sounded(np.array([200.0]), rising=False)[0]
    around = sound[round((at - 0.02) * SAMPLE_RATE) : round((at + 0.02) * SAMPLE_RATE)]
    spectrum = np.abs(np.fft.rfft(around * np.hanning(len(around)), 1 << 16))
    assert np.argmax(spectrum) * SAMPLE_RATE / (1 << 16) == pytest.approx(200.0, rel=0.01)


def test_a_tracker_that_hears_nothing_has_no_stamps():
    made = Racer("deaf", "0", SAMPLE_RATE, BLOCK, "", None, "", lambda: lambda block: [])
    with pytest.raises(ValueError, match="deaf: heard no pitch"):
        stamps.stamp_error(made)


def standing(clock, heard, **planted):
    made = racer(clock, **planted)
    entry = Standing(made, planted.get("late", 0.0))
    entry.add(heard, ran(clock, made, heard), heard.seconds)
    return entry


def test_tables_and_json_hold_the_planted_figures():
    clock, heard = Clock(), voice()
    quick = standing(clock, heard, name="quick")
    slow = standing(clock, heard, waits=9, computes=0.002, late=0.03, wrong=set(range(110, 160)), name="slow")
    assert quick.figures()["onset_p50_ms"] == pytest.approx(10.0)
    assert quick.figures()["frame_age_p50_ms"] == pytest.approx(10.0)
    figures = slow.figures()
    assert figures["onset_p50_ms"] == pytest.approx(102.0)
    assert figures["missed"] == 0.5
    assert figures["right"] == 0.5
    assert figures["stamps_late_ms"] == pytest.approx(30.0)
    assert common([quick, slow]) == pytest.approx([10.0, 102.0])
    text = markdown([quick, slow], [heard], [0.1, 0.2])
    assert "| slow | 102.0 | 102.0 | 50.0 | 102.0 |" in text
    assert "| slow | 102.0 (50) |" in text
    found = report([quick, slow], [heard], [0.1, 0.2])
    assert found["trackers"]["slow"]["delays"]["x"] == [pytest.approx(0.102), None]
    assert found["loadavg_1min"] == [0.1, 0.2]


def test_a_tracker_that_answers_nothing_leaves_dashes():
    clock = Clock()
    mute = standing(clock, voice(), f0=np.zeros(200), name="mute")
    assert mute.figures()["onset_p50_ms"] is None
    assert mute.figures()["missed"] == 1.0
    assert "| mute | – | – | 100.0 | – |" in markdown([mute], [voice()], [0.0, 0.0])


def test_recordings_are_cut_with_their_reference():
    cut = clipped(voice(), 1.2)
    assert cut.seconds == pytest.approx(1.2)
    assert len(cut.time) == len(cut.f0) == len(cut.certain) == 120


def test_trackers_that_are_not_installed_are_left_out(monkeypatch):
    def missing():
        raise ImportError("no such thing")

    monkeypatch.setitem(onset_race.PEERS, "gone", missing)
    assert onset_race.entered(["gone"], []) == []


@pytest.mark.alone
def test_the_engine_gives_every_frame_out_after_its_sound_and_before_the_end():
    made = Racer("livepitch", "0", SAMPLE_RATE, BLOCK, "", None, "", lambda: lambda block: [], "stream")
    seconds = 0.6
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    run = engine(made, np.asarray(0.3 * np.sin(2 * np.pi * 220 * time), np.float32))
    assert isinstance(run, Run)
    assert np.allclose(np.diff(run.time), 0.01)
    assert run.time[-1] > seconds - 0.03
    streamed = run.time < seconds - 0.1  # the last ones come with the end, which waits for nothing
    assert np.all(run.instant[streamed] > run.time[streamed] + 0.03)
    assert not math.isnan(run.behind)
    assert np.all(np.diff(run.instant) >= 0)
