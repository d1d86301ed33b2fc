from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livepitch.model.registry import Model, load_model
from livepitch.realtime.demo import demo_phrase
from livepitch.realtime.estimate import estimate, stream_track, track_of
from livepitch.realtime.frame import PitchFrame, PitchTrack, Settings
from livepitch.realtime.tracker import StreamTracker
from tests.model.networks import SMALL_CAUSAL, seeded

RATE = 16_000


@cache
def model(name: str = "stream") -> Model:
    return load_model(name)


@cache
def phrase(seconds: float = 1.7, rate: int = RATE) -> np.ndarray:
    return demo_phrase(rate)[0][: int(seconds * rate)].astype(np.float32)


@cache
def whole(name: str, rate: int = RATE, seconds: float = 1.7) -> PitchTrack:
    return estimate(phrase(seconds, rate), model(name), rate)


def streamed(audio: np.ndarray, sizes: list[int], rate: int = RATE, name: str = "stream") -> list[PitchFrame]:
    """The frames of audio pushed in blocks whose sizes go round."""
    tracker, frames, at, turn = StreamTracker(model(name), rate), [], 0, 0
    while at < len(audio):
        size = sizes[turn % len(sizes)]
        frames += tracker.push(audio[at : at + size])
        at, turn = at + size, turn + 1
    return frames + tracker.flush()


def assert_same(frames: list[PitchFrame], expected: PitchTrack) -> None:
    track = track_of(frames)
    np.testing.assert_allclose(track.time, expected.time, atol=1e-12)
    np.testing.assert_array_equal(track.voiced, expected.voiced)
    cents = 1200 * np.log2(track.candidate / expected.candidate)
    assert np.abs(cents).max() < 0.01
    np.testing.assert_allclose(track.confidence, expected.confidence, atol=1e-5)


@pytest.mark.parametrize("size", [1, 64, 160, 441, 1000, 10**6])
def test_blocks_of_any_size_give_the_whole_file(size: int) -> None:
    assert whole("stream").voiced.mean() > 0.3
    assert_same(streamed(phrase(), [size]), whole("stream"))


@given(st.lists(st.integers(0, 1500).filter(lambda n: n != 0), min_size=1, max_size=10))
@settings(max_examples=4, deadline=None)
def test_random_blocks_give_the_whole_file(sizes: list[int]) -> None:
    assert_same(streamed(phrase(), sizes), whole("stream"))


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000])
def test_any_device_rate_streams_like_the_whole_file(rate: int) -> None:
    assert_same(streamed(phrase(1.5, rate), [480, 37], rate), whole("stream", rate, 1.5))


@given(at=st.integers(8_000, 24_000), seed=st.integers(0, 99))
@settings(max_examples=4, deadline=None)
def test_appended_audio_never_changes_a_frame_given_out(at: int, seed: int) -> None:
    head = phrase()[:at]
    tail = (np.random.default_rng(seed).normal(size=8_000) * 0.2).astype(np.float32)
    one, two = StreamTracker(model()), StreamTracker(model())
    given_out = one.push(head)
    longer = two.push(head) + two.push(tail)
    assert len(longer) > len(given_out) > 40
    assert repr(longer[: len(given_out)]) == repr(given_out)  # repr: NaN equals itself


def test_the_declared_latency_is_kept_to_the_sample() -> None:
    for rate in (16_000, 48_000):
        tracker = StreamTracker(model(), rate)
        for pushed, sample in enumerate(phrase(0.5, rate), start=1):
            for frame in tracker.push(np.array([sample])):
                if frame.time:  # the first waits until the left edge can be reflected
                    assert pushed / rate <= frame.time + tracker.latency + 1.5 / rate
        assert tracker.latency <= 0.030
    assert StreamTracker(model()).latency == 0.028


def test_a_network_may_look_less_far_ahead() -> None:
    nearer = Model(seeded(replace(SMALL_CAUSAL, lookahead=448)))
    tracker, frames = StreamTracker(nearer), []
    assert tracker.latency == 0.028
    for pushed, sample in enumerate(phrase(0.5), start=1):
        for frame in tracker.push(np.array([sample])):
            # The first waits until the left edge can be reflected.
            assert pushed == (1024 - 448 + 1 if frame.time == 0 else round(frame.time * 16_000) + 448)
            frames.append(frame)
    assert_same(frames + tracker.flush(), estimate(phrase(0.5), nearer))


def test_the_waveforms_say_can_be_declined() -> None:
    alone = Settings(refine=False)
    given_out, plain = estimate(phrase(1.0), model()), estimate(phrase(1.0), model(), settings=alone)
    unasked = Model(replace(model().checkpoint, refine=False))
    np.testing.assert_array_equal(plain.candidate, estimate(phrase(1.0), unasked).candidate)
    np.testing.assert_array_equal(plain.voiced, given_out.voiced)
    cents = np.abs(1200 * np.log2(plain.candidate / given_out.candidate))[given_out.voiced]
    assert 0.5 < cents.max() < 200.5
    np.testing.assert_allclose(stream_track(phrase(1.0), model(), settings=alone).candidate, plain.candidate, rtol=1e-5)


def test_frames_follow_the_10_ms_grid_and_know_no_clock() -> None:
    frames = streamed(phrase(), [333])
    assert len(frames) == 1 + len(phrase()) // 160
    assert [frame.time for frame in frames] == pytest.approx([0.01 * i for i in range(len(frames))])
    assert all(math.isnan(frame.captured) and math.isnan(frame.emitted) for frame in frames)


def test_skipped_audio_is_counted_in_time_and_forgotten() -> None:
    tracker = StreamTracker(model(), 48_000)
    audio = phrase(2.5, 48_000)
    before = tracker.push(audio[:24_001])
    tracker.skip(23_000)
    after = tracker.push(audio[47_001:]) + tracker.flush()
    assert after[0].time > before[-1].time
    assert after[0].time == pytest.approx(math.ceil(47_001 / 480) * 0.01)
    fresh = streamed(audio[math.ceil(47_001 / 480) * 480 :], [4_800], 48_000)
    assert [frame.candidate for frame in after] == pytest.approx([frame.candidate for frame in fresh], rel=1e-5)


def test_reset_starts_a_new_stream() -> None:
    tracker = StreamTracker(model())
    first = tracker.push(phrase())
    tracker.reset()
    assert repr(tracker.push(phrase())) == repr(first)


def test_one_model_serves_two_streams_at_once() -> None:
    one, two, frames = StreamTracker(model()), StreamTracker(model()), []
    noise = (np.random.default_rng(0).normal(size=len(phrase())) * 0.1).astype(np.float32)
    for start in range(0, len(phrase()), 800):
        frames += one.push(phrase()[start : start + 800])
        two.push(noise[start : start + 800])
    assert_same(frames + one.flush(), whole("stream"))


@pytest.mark.parametrize("n", [0, 1, 100, 512, 513, 700])
@pytest.mark.parametrize("name", ["stream", "rmvpe-small"])
def test_very_short_audio(n: int, name: str) -> None:
    audio = phrase()[:n]
    expected = 1 + n // 160 if n else 0
    assert len(estimate(audio, model(name))) == expected
    assert len(streamed(audio, [100], name=name)) == expected


def test_bad_samples_do_not_poison_what_follows() -> None:
    audio = phrase().copy()
    audio[1000:1010] = np.nan
    audio[1010:1020] = np.inf
    frames = streamed(audio, [256])
    assert all(math.isfinite(frame.candidate) and 0 <= frame.confidence <= 1 for frame in frames)
    assert abs(1200 * math.log2(frames[-20].candidate / whole("stream").candidate[-20])) < 5


def test_the_gate_silences_what_is_quieter() -> None:
    loud = streamed(phrase(), [1600])
    tracker = StreamTracker(model(), settings=Settings(gate=0.0))
    gated = tracker.push(phrase()) + tracker.flush()
    assert any(frame.voiced for frame in loud)
    assert not any(frame.voiced for frame in gated)
    assert [frame.confidence for frame in gated] == pytest.approx([frame.confidence for frame in loud], abs=1e-5)


def test_thresholds_of_the_user_win() -> None:
    never = estimate(phrase(), model(), settings=Settings(threshold=1.0, release=1.0))
    always = estimate(phrase(), model(), settings=Settings(threshold=0.0, release=0.0))
    assert not never.voiced.any()
    assert always.voiced.all()


def test_the_windowed_model_agrees_with_its_whole_file() -> None:
    track, expected = stream_track(phrase(2.5), model("rmvpe-small")), whole("rmvpe-small", seconds=2.5)
    assert len(track) == len(expected)
    assert (track.voiced == expected.voiced).mean() > 0.95
    both = track.voiced & expected.voiced
    cents = np.abs(1200 * np.log2(track.f0[both] / expected.f0[both]))
    assert np.mean(cents < 10) > 0.95


def test_the_windowed_model_declares_what_it_waits_for() -> None:
    settings_ = Settings(context=64, lookahead=16, hop=4)
    tracker = StreamTracker(model("rmvpe-small"), settings=settings_)
    assert tracker.latency == pytest.approx(0.032 + 0.19)
    pushed = 0
    for start in range(0, 16_000, 160):
        pushed += 160
        for frame in tracker.push(phrase()[start : start + 160]):
            assert pushed / RATE <= frame.time + tracker.latency + 0.01


@pytest.mark.parametrize("name", ["stream", "rmvpe-small"])
def test_tones_at_every_semitone(name: str) -> None:
    """A3 to A5 here; the wide range is measured by the accuracy benchmark."""
    rng = np.random.default_rng(0)
    for midi in range(45, 82, 3):
        f0 = 440.0 * 2 ** ((midi - 69) / 12)
        time = np.arange(RATE // 2) / RATE
        tone = sum(np.sin(2 * np.pi * k * f0 * time) / k for k in range(1, 9) if k * f0 < 7000)
        audio = (0.1 * tone + 1e-4 * rng.normal(size=len(time))).astype(np.float32)
        track = estimate(audio, model(name))
        steady = slice(15, 40)
        cents = np.abs(1200 * np.log2(track.candidate[steady] / f0))
        assert np.mean(cents < 25) >= 0.9, (midi, cents)


def test_wrong_shapes_and_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="block must be"):
        StreamTracker(model()).push(np.zeros((2, 100), np.float32))
    with pytest.raises(ValueError, match="audio must be"):
        estimate(np.zeros((100, 2), np.float32), model())
    with pytest.raises(ValueError, match="sample_rate must lie"):
        StreamTracker(model(), 1_000)
    with pytest.raises(ValueError, match="must not be negative"):
        StreamTracker(model("rmvpe-small"), settings=Settings(hop=0))
