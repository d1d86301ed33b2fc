"""Instant, then settled: the same frames twice, and the second time never at the cost of the first."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livepitch.model.decode import decode
from livepitch.model.registry import Model, load_model
from livepitch.realtime.chunker import Chunker
from livepitch.realtime.frame import PitchFrame, Settings
from livepitch.realtime.idle import FEWEST, Gaps
from livepitch.realtime.layout import SETTLED
from livepitch.realtime.roles import Marks
from livepitch.realtime.session import Session, stream_tracker
from livepitch.realtime.settling import ABANDONED, REFUSALS, SettlingTracker
from livepitch.realtime.source import DemoVoice
from livepitch.realtime.tracker import StreamTracker
from livepitch.realtime.windowed import WindowedStream
from tests.conftest import sung_tone
from tests.model.networks import SMALL_CAUSAL, SMALL_RMVPE, seeded
from tests.realtime.fakes import FakeClock, FakeSource, FakeTracker, wait_until

HOP = SETTLED.hop


@cache
def models(lookahead: int = 512) -> tuple[Model, Model]:
    return Model(seeded(replace(SMALL_CAUSAL, lookahead=lookahead))), Model(seeded(SMALL_RMVPE, seed=1))


@cache
def voice() -> np.ndarray:
    """2.2 s of tones and quiet."""
    parts = [sung_tone(hz, 0.5) for hz in (220, 247, 330)]
    return np.concatenate([*parts, np.zeros(8000, np.float32), sung_tone(196, 0.2)])


def facts(frames: list[PitchFrame]) -> list[tuple]:
    return [(round(100 * f.time), None if math.isnan(f.f0) else f.f0, f.confidence, f.level) for f in frames]


@cache
def settled_by_hand() -> list[tuple]:
    """Times, best guesses and confidences by `WindowedStream` alone, on the mel of everything at once."""
    chunker = Chunker(16_000)
    parts = [chunker.push(voice()).mel, chunker.flush().mel]
    stream = WindowedStream(models()[1].network(), SETTLED)
    candidate, confidence = decode(np.concatenate([*map(stream.push, parts), stream.flush()]))
    return list(zip(range(len(candidate)), candidate, confidence, strict=True))


def worked(tracker: SettlingTracker, slices: int) -> list[PitchFrame]:
    """Up to so many slices, as time allows."""
    frames: list[PitchFrame] = []
    for _ in range(slices):
        if tracker.settler.expected is not None:
            frames += tracker.settler.work()
    return frames


@given(st.lists(st.integers(160, 6000), min_size=1, max_size=12), st.integers(0, 100), st.sampled_from((512, 448)))
@settings(max_examples=6)
def test_settled_frames_are_those_of_the_windowed_stream_for_any_blocks(
    sizes: list[int], slices: int, lookahead: int
) -> None:
    audio, tracker, settled, at, turn = voice(), SettlingTracker(*models(lookahead)), [], 0, 0
    while at < len(audio):
        size = sizes[turn % len(sizes)]
        tracker.push(audio[at : at + size])
        at, turn = at + size, turn + 1
        settled += worked(tracker, slices)
    tracker.flush()
    settled += tracker.settler.finish()
    assert all(frame.settled for frame in settled)
    assert [(round(100 * f.time), f.candidate, f.confidence) for f in settled] == settled_by_hand()
    assert tracker.settler.take_unsettled() == 0


@given(st.integers(160, 3000), st.integers(0, 100), st.sampled_from((512, 448)))
@settings(max_examples=5)
def test_instant_frames_are_the_same_with_and_without_settling(size: int, slices: int, lookahead: int) -> None:
    audio, alone, both = voice(), StreamTracker(models(lookahead)[0]), SettlingTracker(*models(lookahead))
    one, two = [], []
    for at in range(0, len(audio), size):
        one += alone.push(audio[at : at + size])
        two += both.push(audio[at : at + size])
        worked(both, slices)
    one, two = one + alone.flush(), two + both.flush()
    assert facts(one) == facts(two)
    assert not any(frame.settled for frame in two)
    assert all(frame.settled for frame in one)
    assert both.latency == alone.latency == lookahead / 16_000
    assert both.settled_latency == pytest.approx(0.032 + 0.01 * SETTLED.lookahead)


def test_the_settled_voicing_is_that_of_the_settled_model() -> None:
    causal, windowed = models()
    tracker = SettlingTracker(causal, windowed, settings=Settings(threshold=1.0, gate=-30.0))
    tracker.push(voice())
    frames = list(tracker.settler.finish())
    voiced = [frame for frame in frames if frame.voiced]
    assert voiced
    assert all(frame.level >= -30.0 for frame in voiced)
    assert all(frame.level < -30.0 for frame in frames if frame.confidence > 0.9 and not frame.voiced)


@pytest.mark.parametrize("lookahead", [512, 448])
def test_after_a_gap_both_begin_afresh(lookahead: int) -> None:
    audio, tracker = voice(), SettlingTracker(*models(lookahead))
    tracker.push(audio[:12_345])
    worked(tracker, 50)
    tracker.skip(3655)
    assert tracker.settler.take_unsettled() > 0
    frames = tracker.push(audio) + tracker.flush()
    settled = tracker.settler.finish()
    assert frames[0].time == settled[0].time == 1.0
    fresh = SettlingTracker(*models(lookahead))
    fresh.push(audio)
    fresh.flush()
    expected = fresh.settler.finish()
    assert [(f.candidate, f.confidence) for f in settled] == [(f.candidate, f.confidence) for f in expected]


def test_who_falls_behind_goes_on_with_the_newest_window_on_the_grid_and_counts() -> None:
    tracker = SettlingTracker(*models())
    hop = 160 * HOP
    audio = np.tile(voice(), 4)
    for start in range(0, 11 * hop, hop):
        tracker.push(audio[start : start + hop])
    tracker.settler.keep_up()
    settled: list[PitchFrame] = []
    while tracker.settler.expected is not None:
        settled += tracker.settler.work()
    left_out = tracker.settler.take_unsettled()
    assert left_out == round(100 * settled[0].time) > 0
    assert left_out % HOP == 0
    assert len(settled) == HOP
    # The state after a leap comes from the context: near to what an unbroken stream says, though not equal.
    unbroken = SettlingTracker(*models())
    for start in range(0, 11 * hop, hop):
        unbroken.push(audio[start : start + hop])
        while unbroken.settler.expected is not None:
            if frames := unbroken.settler.work():
                same = {frame.time: frame for frame in frames}
                for frame in settled:
                    if frame.time in same:
                        assert frame.confidence == pytest.approx(same[frame.time].confidence, abs=0.02)
    assert settled[0].time in same


def test_the_first_window_waits_for_more_sound_and_is_not_late_for_that() -> None:
    tracker = SettlingTracker(*models())
    audio = np.tile(voice(), 2)
    settled: list[list[PitchFrame]] = []
    for start in range(0, 300 * 160, 160):
        tracker.push(audio[start : start + 160])
        tracker.settler.keep_up()
        if tracker.settler.expected is not None:
            heard = tracker.settler._stream.waiting if not settled else 0
            frames = worked(tracker, 1000)
            settled.append(frames)
            assert not heard or heard == SETTLED.opening + SETTLED.lookahead
    assert [len(frames) for frames in settled] == [SETTLED.opening, HOP, HOP, HOP, HOP]
    assert [round(100 * frame.time) for frames in settled for frame in frames] == list(range(SETTLED.opening + 4 * HOP))
    assert tracker.settler.take_unsettled() == 0


def test_a_window_that_never_ends_is_given_up() -> None:
    tracker = SettlingTracker(*models())
    hop, heard = 160 * HOP, 0
    audio = np.tile(voice(), 8)
    for start in range(0, 30 * hop, hop):
        tracker.push(audio[start : start + hop])
        tracker.settler.keep_up()
        heard = max(heard, tracker.settler._stream.waiting)
        assert tracker.settler.expected is not None or start < SETTLED.opening * 160 + hop
        tracker.settler.work()
    assert SETTLED.opening < heard <= (ABANDONED + 1) * HOP + SETTLED.opening + SETTLED.lookahead
    assert tracker.settler.take_unsettled() > 10 * HOP


def test_warming_up_learns_what_every_slice_takes_and_leaves_no_trace() -> None:
    clock = FakeClock()

    def ticking() -> float:
        clock.now += 0.001
        return clock.now

    tracker = SettlingTracker(*models(), clock=ticking)
    tracker.warm_up()
    assert tracker.settler.take_unsettled() == 0
    tracker.push(voice()[:32_000])
    while (expected := tracker.settler.expected) is not None:
        assert expected == pytest.approx(0.001)
        tracker.settler.work()
    again = SettlingTracker(*models())
    one, two = facts(tracker.flush()), facts([*again.push(voice()[:32_000]), *again.flush()])
    assert one == two[-len(one) :]


def test_a_slice_that_had_a_bad_moment_and_is_refused_for_it_is_tried_again() -> None:
    clock, step = FakeClock(), 0.050

    def ticking() -> float:
        clock.now += step
        return clock.now

    tracker = SettlingTracker(*models(), clock=ticking)
    tracker.warm_up()
    tracker.push(voice()[:32_000])
    step = 0.001
    tracker.settler.work()
    tracker.settler.reset()
    tracker.push(voice()[:32_000])
    assert tracker.settler.expected == pytest.approx(0.050)
    refused = 0
    while tracker.settler.expected > 0.002:  # type: ignore[operator]
        tracker.settler.refuse()
        refused += 1
    assert refused == 3 * REFUSALS


@pytest.mark.parametrize("pair", [(0, 0), (1, 1), (1, 0)])
def test_only_a_windowed_model_settles_a_causal_one(pair: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot settle"):
        SettlingTracker(*(models()[i] for i in pair))


# when there is time


def noted(gaps: list[float]) -> Gaps:
    found, now = Gaps(), 100.0
    found.note(now)
    for gap in gaps:
        found.note(now := now + gap)
    return found


def last(gaps: list[float]) -> float:
    return 100.0 + sum(gaps)


def test_between_even_blocks_there_is_time_until_the_next() -> None:
    gaps = [0.010, 0.0101, 0.0099] * 20
    free, now = noted(gaps).free, last(gaps)
    assert free(now + 0.003, 0.006)
    assert not free(now + 0.003, 0.008)
    assert not free(now + 0.011, 0.0001)  # overdue: it may come at any moment


def test_after_a_burst_there_is_time_until_the_next_burst() -> None:
    gaps = [0.0002, 0.0002, 0.0396] * 20
    free, now = noted(gaps).free, last(gaps)
    assert free(now + 0.005, 0.030)
    assert not free(now + 0.005, 0.036)
    assert not free(now, 0.001)


def test_nothing_is_free_before_anything_is_known_and_one_odd_gap_counts_for_little() -> None:
    assert not noted([]).free(100.0, 0.0)
    assert not noted([0.01] * (FEWEST - 1)).free(last([0.01] * (FEWEST - 1)), 0.001)
    gaps = [0.01] * 30 + [0.015, 0.005] + [0.01] * 70
    assert noted(gaps).free(last(gaps) + 0.003, 0.005)


# in a session


class FakeSettler:
    """Wants `seconds` for each of its slices; `slices` of them give a frame for what was pushed before them."""

    def __init__(self, clock: FakeClock, seconds: float, slices: int) -> None:
        self.clock, self.seconds, self.slices = clock, seconds, slices
        self.marks, self.begun = Marks(), math.nan
        self.heard: list[PitchFrame] = []
        self.done = self.left_out = 0
        self.worked: list[float] = []

    def hear(self, frames: list[PitchFrame]) -> None:
        self.heard += frames

    def keep_up(self) -> None:
        if len(self.heard) > 6:
            self.left_out, self.heard, self.done = self.left_out + len(self.heard) - 1, self.heard[-1:], 0

    @property
    def expected(self) -> float | None:
        return self.seconds if self.heard else None

    def refuse(self) -> None:
        assert self.heard

    def work(self) -> list[PitchFrame]:
        self.worked.append(self.clock.now)
        self.clock.now += self.seconds
        self.done += 1
        if self.done < self.slices:
            return []
        self.done = 0
        return [self.heard.pop(0)]

    def finish(self) -> list[PitchFrame]:
        frames, self.heard = self.heard, []
        return frames

    def take_unsettled(self) -> int:
        n, self.left_out = self.left_out, 0
        return n


class FakeSettlingTracker(FakeTracker):
    settled_latency = 0.0

    def __init__(self, settler: FakeSettler, *arguments: object) -> None:
        super().__init__(*arguments)
        self.settler = settler

    def _frames(self, lookahead: int) -> list[PitchFrame]:
        frames = super()._frames(lookahead)
        self.settler.hear(frames)
        return [PitchFrame(f.time, f.f0, f.confidence, f.level, settled=False) for f in frames]


class WatchedSource(FakeSource):
    """Counts how often the worker went to sleep: only then does it ask how long to wait."""

    sleeps = 0

    @property
    def patience(self) -> float:
        self.sleeps += 1
        return math.inf

    @patience.setter
    def patience(self, value: float) -> None: ...


def run(seconds: float, slices: int, blocks: int = 60, live: bool = True) -> tuple[Session, FakeSettler, list]:
    """A session on blocks of 10 ms by a clock that only slices move: each block comes in time or when a slice ends."""
    clock, source = FakeClock(1000.0), WatchedSource(1000, live=live)
    settler = FakeSettler(clock, seconds, slices)
    session = Session(
        source,
        "instant",
        settle="settled",
        tracker_factory=lambda model, rate, given, settle: FakeSettlingTracker(settler, model, rate, given, 0.001),
        clock=clock,
    )
    session._worker.models._loaded = lambda model, tell: model  # type: ignore[method-assign,assignment,return-value]
    frames: list[PitchFrame] = []
    with session:
        wait_until(lambda: source.sleeps == 2)  # once it looked round, at the beginning
        for k in range(blocks):
            clock.now = max(clock.now, 1000 + 0.01 * (k + 1))
            source.give(np.full(10, k, np.float32), captured=1000 + 0.01 * k)
            wait_until(lambda k=k: source.sleeps == k + 3)
            frames += session.frames()
        source.end()
        wait_until(lambda: not session.running)
        frames += session.frames()
    return session, settler, frames


def test_a_settler_that_needs_too_long_never_delays_an_instant_frame_and_what_it_leaves_is_counted() -> None:
    session, settler, frames = run(seconds=0.012, slices=1)
    assert settler.worked == []
    assert [frame.time for frame in frames if not frame.settled] == pytest.approx([0.01 * k for k in range(60)])
    stats = session.stats
    assert (stats.late, stats.stages["wait"].max) == (0, pytest.approx(0, abs=1e-6))
    assert stats.unsettled > 40
    assert stats.unsettled + stats.settled == 60  # the end of the stream gives those that still waited
    assert session._worker._notice[0].startswith("no time to settle everything with settled: 0.5 s")


def test_slices_run_only_where_they_end_before_the_next_block() -> None:
    session, settler, frames = run(seconds=0.004, slices=2)
    arrivals = [1000 + 0.01 * (k + 1) for k in range(60)]
    for begun in settler.worked:
        following = min((at for at in arrivals if at > begun + 1e-9), default=math.inf)
        assert begun + 0.004 <= following + 1e-9
    settled = [frame.time for frame in frames if frame.settled]
    assert len(settled) > 40
    assert settled == sorted(settled)
    stats = session.stats
    assert (stats.late, stats.stages["wait"].max) == (0, pytest.approx(0, abs=1e-6))
    assert stats.settled == len(settled)
    assert stats.frames == 60
    instant = {frame.time: place for place, frame in reversed(list(enumerate(frames))) if not frame.settled}
    for place, frame in enumerate(frames):
        if frame.settled:
            assert instant[frame.time] < place
            assert frame.captured == pytest.approx(1000 + frame.time)
            assert frame.emitted >= frame.captured
    assert "sound_to_settled" in stats.stages


def test_what_is_settled_is_left_out_of_the_way_to_the_screen() -> None:
    session, _, frames = run(seconds=0.001, slices=1)
    session.painted([frame for frame in frames if frame.settled], frames[-1].emitted + 1)
    assert "draw" not in session.stats.stages
    session.painted(frames, frames[-1].emitted + 1)
    assert "draw" in session.stats.stages


def test_a_file_that_waits_for_its_reader_is_settled_whole() -> None:
    session, _, frames = run(seconds=0.5, slices=3, live=False)
    assert session.stats.unsettled == 0
    assert [round(100 * f.time) for f in frames if f.settled] == list(range(60))


def test_a_windowed_model_of_its_own_is_not_settled() -> None:
    assert isinstance(stream_tracker(models()[1], 16_000, Settings()), StreamTracker)
    source, made = FakeSource(1000), []

    def factory(*arguments: object) -> FakeTracker:
        made.append(len(arguments))
        return FakeTracker(*arguments)

    with Session(source, models()[1], settle=models()[1], tracker_factory=factory) as session:
        wait_until(lambda: made)
        assert session.settle is None
    assert made == [3]


def test_the_demo_voice_is_settled_while_it_sounds() -> None:
    """Real models in real time; how soon depends on the machine, that the instant frames are whole does not."""
    with Session(DemoVoice(), load_model("stream"), settle="rmvpe-small") as session:
        frames = []
        for frame in session:
            frames.append(frame)
            if frame.settled or frame.time > 4:
                break
    instant = [frame for frame in frames if not frame.settled]
    times = [round(100 * frame.time) for frame in instant]
    assert times == sorted(set(times))
    assert session.settle.name == "rmvpe-small"  # type: ignore[union-attr]
    settled = [frame for frame in session.frames() if frame.settled]
    assert settled or session.stats.unsettled  # on a busy machine it may never be idle
    assert all(frame.inferred >= frame.begun >= frame.complete for frame in settled)
