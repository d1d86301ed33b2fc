"""The session with a fake source, tracker and clock: every sample and every frame is accounted for."""

import gc
import threading
import time

import numpy as np
import pytest

from livepitch.model.errors import LivepitchError
from livepitch.realtime import outlet, worker
from livepitch.realtime.frame import PitchFrame, Settings
from livepitch.realtime.roles import Marks
from livepitch.realtime.session import Session
from livepitch.realtime.source import DeviceError
from tests.realtime.fakes import PATIENT, Factory, FakeClock, FakeSource, FakeTracker, wait_until

RATE = 1000  # Hz, so a hop is 10 samples


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = threading.enumerate()  # a test of whole files may have left its pool, which is kept on purpose
    yield
    after = [thread for thread in threading.enumerate() if thread not in before]
    assert [thread.name for thread in after if thread.name.startswith("livepitch")] == []


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Waits between attempts that people need and tests do not."""
    for name in ("BACK_OFF", "REOPEN", "REOPEN_LONGEST"):
        monkeypatch.setattr(worker, name, 0.001)


def take(session, count):
    """The next `count` frames."""
    frames = iter(session)
    return [next(frames) for _ in range(count)]


def started(session):
    """The session, once its worker has ended."""
    session.start()
    wait_until(lambda: not session.running)
    return session


def ramp(start, stop):
    return np.arange(start, stop, dtype=np.float32)


def test_frames_carry_the_sound_and_when_it_was_captured():
    source, clock = FakeSource(RATE), FakeClock(1000.0)
    with Session(source, object(), tracker_factory=Factory(), clock=clock) as session:
        clock.now = 1000.5
        source.give(ramp(0, 25), captured=1000.4)
        # The clock of this device jumps: each frame must be timed by its own block.
        source.give(ramp(25, 60), captured=1000.45)
        frames = take(session, 6)
    assert [frame.f0 for frame in frames] == [0, 10, 20, 30, 40, 50]
    assert [frame.time for frame in frames] == pytest.approx([0, 0.01, 0.02, 0.03, 0.04, 0.05])
    expected = [1000.4, 1000.41, 1000.42, 1000.455, 1000.465, 1000.475]
    assert [frame.captured for frame in frames] == pytest.approx(expected)
    assert {frame.emitted for frame in frames} == {1000.5}
    assert frames[0].latency == pytest.approx(0.1)
    assert source.log == ["open", "start", "close"]


def test_the_worker_loads_warms_and_tracks_before_the_source_starts():
    class Watching(FakeSource):
        def start(self):
            self.calls_at_start = list(factory.made[0].calls)
            super().start()

    source, factory = Watching(RATE), Factory()
    with Session(source, object(), Settings(a4=442), tracker_factory=factory) as session:
        source.give(ramp(0, 1))
        take(session, 1)
    (tracker,) = factory.made
    assert source.calls_at_start == ["made", "warm_up"]
    assert tracker.thread == "livepitch-worker"
    assert tracker.settings.a4 == 442
    assert tracker.sample_rate == session.sample_rate == RATE


def test_a_model_given_by_name_is_loaded_by_the_worker(monkeypatch):
    registry = pytest.importorskip("livepitch.model.registry")
    loaded = []

    def load(name):
        loaded.append((name, threading.current_thread().name))
        return model

    model, factory, source = object(), Factory(), FakeSource(RATE)
    monkeypatch.setattr(registry, "load_model", load)
    with Session(source, "some name", tracker_factory=factory) as session:
        source.give(ramp(0, 1))
        take(session, 1)
    assert loaded == [("some name", "livepitch-worker")]
    assert session.model is factory.made[0].model is model


def test_what_is_alive_at_the_start_is_no_work_for_the_garbage_collector():
    source = FakeSource(RATE)
    with Session(source, object(), tracker_factory=Factory()):
        wait_until(lambda: "start" in source.log)
        assert gc.get_freeze_count() > 1000
    assert gc.get_freeze_count() == 0


def test_stats_add_up():
    def compute(block):
        clock.now += 0.003

    source, clock = FakeSource(RATE), FakeClock()
    factory = Factory(latency=0.02, before_push=compute)
    with Session(source, object(), tracker_factory=factory, clock=clock) as session:
        for k in range(10):
            clock.now = 1000 + 0.05 * (k + 1)
            source.give(ramp(50 * k, 50 * k + 50), captured=1000 + 0.05 * k, overflowed=k in (3, 7))
            wait_until(lambda k=k: session.stats.frames == 5 * k + 4)
        stats = session.stats
        assert session.latency == 0.02
    assert (stats.xruns, stats.dropped, stats.skipped, stats.restarts, stats.unread) == (2, 0, 0, 0, 0)
    assert stats.rtf == pytest.approx(0.003 * 10 / 0.5)
    assert stats.late == 0
    assert stats.stages["compute"].max == pytest.approx(3)
    # Blocks arrive when their last sample is captured; a frame waits for the block that ends its lookahead.
    assert stats.stages["lookahead"].max == pytest.approx(20)
    assert stats.stages["input"].max == pytest.approx(40)
    assert stats.stages["input"].p50 == pytest.approx(20, rel=0.02)
    assert stats.stages["sound_to_frame"].max == pytest.approx(63)


def test_the_stages_add_up_to_the_way_from_sound_to_frame():
    """Each begins where the one before ends: by a tracker that says when it came how far."""
    source, clock, factory = FakeSource(RATE), FakeClock(), Factory(latency=0.02)

    def compute(block):
        begun = clock.now
        clock.now += 0.008
        factory.made[0].marks = Marks(begun + 0.001, begun + 0.005, begun + 0.007)

    factory.options["before_push"] = compute
    with Session(source, object(), tracker_factory=factory, clock=clock) as session:
        clock.now = 1000.1
        source.give(ramp(0, 50), captured=1000.0)
        wait_until(lambda: session.stats.frames == 4)
        frames = session.frames()
        session.painted(frames, clock.now + 0.012)
        stages = session.stats.stages
    first = frames[0]
    instants = [
        getattr(first, name)
        for name in ("captured", "complete", "due", "begun", "heard", "inferred", "decoded", "emitted")
    ]
    assert instants == pytest.approx([1000.0, 1000.02, 1000.1, 1000.1, 1000.101, 1000.105, 1000.107, 1000.108])
    assert {name: stages[name].max for name in ("wait", "mel", "network", "decode", "out", "draw")} == pytest.approx(
        {"wait": 0, "mel": 1, "network": 4, "decode": 2, "out": 1, "draw": 12}, abs=1e-6
    )
    assert stages["sound_to_frame"].max == pytest.approx(108)
    assert stages["sound_to_paint"].max == pytest.approx(120)


def test_short_blocks_are_saved_up_but_no_frame_waits_for_it():
    source, factory = FakeSource(RATE), Factory(latency=0.02)
    with Session(source, object(), tracker_factory=factory) as session:
        for start in range(0, 400, 2):
            source.give(ramp(start, start + 2))
            frames = (start + 2 - 20) // 10 + 1  # a frame as soon as 20 samples follow its centre
            wait_until(lambda frames=frames: session.stats.frames == max(frames, 0))
    pushes = [size for name, size in (call for call in factory.made[0].calls if "push" in call)]
    assert pushes[-38:] == [10] * 38
    assert sum(pushes) == 400


def test_a_frame_given_more_than_a_hop_after_it_was_due_is_late():
    delays = iter([0.0099, 0.0101])

    def compute(block):
        clock.now += next(delays)

    source, clock = FakeSource(RATE), FakeClock()
    with Session(source, object(), tracker_factory=Factory(before_push=compute), clock=clock) as session:
        source.give(ramp(0, 10), captured=clock.now - 0.01)
        take(session, 1)
        assert session.stats.late == 0
        source.give(ramp(10, 20), captured=clock.now - 0.01)
        take(session, 1)
        assert session.stats.late == 1


class HopTracker(FakeTracker):
    """Gives out four frames at a time, once all the sound is there that the last of them needs."""

    def _frames(self, lookahead):
        frames = []
        while self.frame * self.hop + lookahead <= self.first + len(self.samples):
            for _ in range(4):
                frames.append(PitchFrame(self.frame / 100, 220.0, 1.0, 0.0))
                self.frame += 1
        return frames


def hop_session(source, clock, **options):
    def factory(model, sample_rate, settings):
        return HopTracker(model, sample_rate, settings, latency=0.05, hop_seconds=0.04, **options)

    return Session(source, object(), tracker_factory=factory, clock=clock)


def give_in_time(source, clock, first, last):
    """Blocks of 10 ms from the `first` on, each as soon as it has sounded."""
    for k in range(first, last):
        clock.now = 1000 + 0.01 * (k + 1)
        source.give(np.zeros(10), captured=1000 + 0.01 * k)


def test_frames_of_a_hop_are_due_together_when_its_last_sound_is_there():
    source, clock = FakeSource(RATE), FakeClock()
    with hop_session(source, clock) as session:
        give_in_time(source, clock, 0, 5)  # the first hop needs 50 ms, the second 90
        frames = take(session, 4)
        give_in_time(source, clock, 5, 9)
        frames += take(session, 4)
        stats = session.stats
    assert [frame.due for frame in frames] == pytest.approx([1000.05] * 4 + [1000.09] * 4)
    assert [frame.complete for frame in frames] == pytest.approx([1000.05] * 4 + [1000.09] * 4)
    assert stats.stages["lookahead"].max == pytest.approx(50)
    assert stats.stages["input"].max == pytest.approx(0, abs=0.01)
    assert stats.late == 0


@pytest.mark.parametrize(("blocks", "late"), [(9, 0), (10, 4), (14, 8)])
def test_frames_of_a_hop_are_late_together_when_the_next_hop_is_due(blocks, late):
    """A worker that was busy gives out, after block 9 (10, 14), what was due after block 5 and, if it is there, 9."""
    going, busy = threading.Event(), threading.Event()

    def compute(block):
        busy.set()
        assert going.wait(PATIENT)

    source, clock = FakeSource(RATE), FakeClock()
    with hop_session(source, clock, before_push=compute) as session:
        give_in_time(source, clock, 0, 1)
        assert busy.wait(PATIENT)
        give_in_time(source, clock, 1, blocks)
        clock.now -= 0.001
        going.set()
        frames = take(session, 8)
        stats = session.stats
    assert [frame.due for frame in frames] == pytest.approx([1000.05] * 4 + [1000.09] * 4)
    assert stats.late == late


def test_a_worker_that_is_too_slow_skips_to_the_newest_and_counts_exactly():
    going, busy = threading.Event(), threading.Event()

    def compute(block):
        busy.set()
        assert going.wait(PATIENT)

    source, clock, factory = FakeSource(RATE), FakeClock(), Factory(before_push=compute)
    settings = Settings(max_behind=0.25, ring_seconds=1.0)
    with Session(source, object(), settings, tracker_factory=factory, clock=clock) as session:
        source.give(ramp(0, 40), captured=1000.0)
        assert busy.wait(PATIENT)
        for start in range(40, 240 + 133, 37):
            source.give(ramp(start, start + 37), captured=1000 + start / RATE)
        going.set()
        wait_until(lambda: session.stats.skipped)
        assert session.message == "this computer is too slow for object: skipped 0.3 s".replace(
            "object", str(session.model)
        )
        source.give(ramp(373, 395), captured=1000.373)
        frames = take(session, 4 + 2)
        clock.now += 60
        assert session.message is None
    assert session.stats.skipped == 333
    assert [frame.f0 for frame in frames] == [0, 10, 20, 30, 380, 390]
    assert [frame.time for frame in frames][4:] == pytest.approx([0.38, 0.39])
    assert [frame.captured for frame in frames] == pytest.approx([1000 + frame.time for frame in frames])
    assert ("skip", 333) in factory.made[0].calls


def test_what_waits_for_a_frame_when_the_session_is_stopped_was_not_skipped():
    source = FakeSource(RATE)
    with Session(source, object(), tracker_factory=Factory()) as session:
        source.give(ramp(0, 20))
        take(session, 2)
        source.give(ramp(20, 27))
        wait_until(lambda: session._worker._input.feed.inlet.ring.end == 27)
    assert (session.stats.heard, session.stats.skipped, session.stats.dropped) == (27, 0, 0)


def test_not_quite_too_far_behind_is_caught_up_without_a_gap():
    going, busy = threading.Event(), threading.Event()

    def compute(block):
        busy.set()
        assert going.wait(PATIENT)

    source = FakeSource(RATE)
    settings = Settings(max_behind=0.25, ring_seconds=1.0)
    with Session(source, object(), settings, tracker_factory=Factory(before_push=compute)) as session:
        source.give(ramp(0, 10))
        assert busy.wait(PATIENT)
        for start in range(10, 260, 50):
            source.give(ramp(start, start + 50))
        going.set()
        assert [frame.f0 for frame in take(session, 26)] == list(range(0, 260, 10))
    assert session.stats.skipped == session.stats.dropped == 0


def test_what_a_full_ring_refused_leaves_a_hole_of_the_right_length():
    going, busy = threading.Event(), threading.Event()

    def compute(block):
        busy.set()
        assert going.wait(PATIENT)

    source, factory = FakeSource(RATE), Factory(before_push=compute)
    settings = Settings(max_behind=0.099, ring_seconds=0.1)
    with Session(source, object(), settings, tracker_factory=factory) as session:
        source.give(ramp(0, 10))
        assert busy.wait(PATIENT)
        source.give(ramp(10, 90))  # 80 of 100 are in use now
        source.give(ramp(90, 120))  # refused whole
        source.give(ramp(120, 130))
        going.set()
        frames = take(session, 10)
    assert session.stats.dropped == 30
    assert session.stats.skipped == 0
    assert [frame.f0 for frame in frames] == [0, 10, 20, 30, 40, 50, 60, 70, 80, 120]
    assert frames[-1].time == pytest.approx(0.12)
    assert ("skip", 30) in factory.made[0].calls


def test_a_file_s_end_flushes_and_ends_the_iteration():
    source, factory = FakeSource(RATE, live=False), Factory(latency=0.03)
    with Session(source, object(), tracker_factory=factory) as session:
        source.give(ramp(0, 100))
        source.end()
        frames = list(session)
        assert len(frames) == 10
        assert not session.running
        assert session.frames() == []
    assert factory.made[0].calls[-1] == "flush"
    assert set(session.stats.stages) == {"compute"}  # a file played as fast as possible has no delay to measure


def test_a_source_that_can_wait_is_never_skipped_nor_its_frames_forgotten(monkeypatch):
    monkeypatch.setattr(outlet.Outlet.__init__, "__defaults__", (8, True))
    source = FakeSource(RATE, live=False)
    settings = Settings(max_behind=0.05, ring_seconds=0.2)

    def play():
        for start in range(0, 5000, 100):
            while not source.sink.wait_for_room(100, 0.05):
                pass
            source.give(ramp(start, start + 100))
        source.end()

    with Session(source, object(), settings, tracker_factory=Factory()) as session:
        player = threading.Thread(target=play)
        player.start()
        frames = []
        for frame in session:
            frames.append(frame.f0)
            time.sleep(0.0002)
        player.join()
    assert frames == list(range(0, 5000, 10))
    stats = session.stats
    assert (stats.dropped, stats.skipped, stats.unread, stats.frames) == (0, 0, 0, 500)


def test_nobody_fetches_the_oldest_frames_go(monkeypatch):
    monkeypatch.setattr(outlet.Outlet.__init__, "__defaults__", (8, True))
    source = FakeSource(RATE)
    with Session(source, object(), tracker_factory=Factory()) as session:
        source.give(ramp(0, 200))
        wait_until(lambda: session.stats.frames == 20)
        assert session.stats.unread == 12
        assert [frame.f0 for frame in session.frames(limit=3)] == [120, 130, 140]
        assert len(session.frames()) == 5


def test_a_failing_tracker_is_restarted_with_time_going_on():
    failing = [False, True, False]

    def compute(block):
        if failing.pop(0):
            raise ZeroDivisionError("broken on purpose")

    source, factory, clock = FakeSource(RATE), Factory(before_push=compute), FakeClock()
    with Session(source, object(), tracker_factory=factory, clock=clock) as session:
        source.give(ramp(0, 20), captured=1000.0)
        first = take(session, 2)
        source.give(ramp(20, 40), captured=1000.02)
        wait_until(lambda: len(factory.made) == 2)
        assert session.message == "the tracker failed and was started again: broken on purpose"
        source.give(ramp(40, 60), captured=1000.04)
        second = take(session, 2)
    assert [frame.f0 for frame in first + second] == [0, 10, 40, 50]
    assert second[0].time == pytest.approx(0.04)
    assert second[0].captured == pytest.approx(1000.04)
    assert factory.made[1].calls[:3] == ["made", "warm_up", ("skip", 40)]
    assert session.stats.restarts == 1
    assert source.log == ["open", "start", "close"]  # the source went on


def test_a_tracker_that_fails_on_a_file_s_last_block_still_lets_it_end():
    going, factory = threading.Event(), None

    def compute(block):
        if len(factory.made) == 1:
            assert going.wait(PATIENT)
            raise ZeroDivisionError("broken on purpose")

    source, factory = FakeSource(RATE, live=False), Factory(before_push=compute)
    with Session(source, object(), tracker_factory=factory) as session:
        source.give(ramp(0, 20))
        source.give(ramp(20, 40))
        source.end()
        going.set()
        assert [frame.f0 for frame in session] in ([20, 30], [])  # both blocks may have gone in one push
    assert session.stats.restarts == 1


def test_a_tracker_that_fails_at_every_attempt_ends_the_session():
    def compute(block):
        raise ZeroDivisionError("broken on purpose")

    source, factory = FakeSource(RATE), Factory(before_push=compute)
    with Session(source, object(), tracker_factory=factory, clock=FakeClock()) as session:
        for k in range(worker.FAULTS):
            wait_until(lambda k=k: len(factory.made) == k + 1)
            source.give(ramp(0, 20))
        with pytest.raises(ZeroDivisionError, match="on purpose"):
            list(session)
        with pytest.raises(ZeroDivisionError):
            session.frames()
        assert not session.running
        assert session.message == "broken on purpose"
    assert session.stats.restarts == worker.FAULTS - 1
    assert isinstance(session.error, ZeroDivisionError)
    assert source.log[-1] == "close"


def test_failures_far_apart_do_not_add_up():
    def compute(block):
        raise ZeroDivisionError("broken on purpose")

    source, factory, clock = FakeSource(RATE), Factory(before_push=compute), FakeClock()
    with Session(source, object(), tracker_factory=factory, clock=clock) as session:
        for k in range(3 * worker.FAULTS):
            wait_until(lambda k=k: len(factory.made) == k + 1)
            clock.now += worker.FAULT_SPAN
            source.give(ramp(0, 20))
        wait_until(lambda: session.stats.restarts == 3 * worker.FAULTS)
        assert session.running


def test_an_error_that_the_user_can_mend_is_not_tried_again():
    def refuse(model, sample_rate, settings):
        raise LivepitchError("weights.pt: is no checkpoint")

    source = FakeSource(RATE)
    session = Session(source, object(), tracker_factory=refuse)
    with pytest.raises(LivepitchError, match="no checkpoint"):  # at the start, or when frames are asked for
        started(session).frames()
    assert session.stats.restarts == 0
    session.stop()
    assert source.log[-1] == "close"


def test_an_input_that_cannot_be_opened_is_an_error_of_start():
    source = FakeSource(RATE)
    source.open_error = DeviceError("no input device")
    session = Session(source, object(), tracker_factory=Factory())
    with pytest.raises(DeviceError, match="no input device"):
        session.start()
    assert not session.running
    with pytest.raises(DeviceError):
        session.frames()


def test_an_input_that_cannot_be_started_is_an_error_too():
    source = FakeSource(RATE)
    source.start_error = DeviceError("busy")
    with (
        pytest.raises(DeviceError, match="busy"),
        Session(source, object(), tracker_factory=Factory()) as session,
    ):
        list(session)


def test_a_lost_input_is_said_waited_for_and_reopened():
    source, factory, clock = FakeSource(RATE), Factory(), FakeClock()
    with Session(source, object(), tracker_factory=factory, clock=clock) as session:
        source.give(ramp(0, 20), captured=1000.0, overflowed=True)
        take(session, 2)
        source.open_error = DeviceError("unplugged")
        source.end(DeviceError("fake input: stopped by the system"))
        wait_until(lambda: source.log.count("refused") > 2)
        assert session.message == "input lost: fake input; listening goes on as soon as it is back"
        clock.now += 3.0
        source.sample_rate, source.open_error = 2 * RATE, None  # plugged in again, with another rate
        wait_until(lambda: source.log.count("start") == 2)
        assert session.message is None
        source.give(ramp(0, 20), captured=1003.1, overflowed=True)
        frames = take(session, 1)
    assert frames[0].time == pytest.approx(3.02)  # 20 ms were heard, then 3 s passed
    assert frames[0].captured == pytest.approx(1003.1)
    assert frames[0].f0 == 0
    assert session.stats.restarts == 1
    assert session.stats.xruns == 2
    assert [tracker.sample_rate for tracker in factory.made] == [RATE, 2 * RATE]
    assert [entry for entry in source.log if entry != "refused"] == [
        "open",
        "start",
        "close",
        "open",
        "start",
        "close",
    ]


def test_an_input_that_falls_silent_without_a_word_is_reopened():
    source = FakeSource(RATE, patience=0.02)
    with Session(source, object(), tracker_factory=Factory()) as session:
        wait_until(lambda: session.stats.restarts >= 2)
        assert session.running
    assert source.log.count("close") >= 3


def test_another_error_of_the_source_ends_the_session_after_its_frames():
    source = FakeSource(RATE, live=False)
    with Session(source, object(), tracker_factory=Factory()) as session:
        source.give(ramp(0, 20))
        source.end(LivepitchError("take1.wav: damaged after 0.020 s"))
        frames = iter(session)
        assert [next(frames).f0 for _ in range(2)] == [0, 10]
        with pytest.raises(LivepitchError, match="damaged"):
            next(frames)


@pytest.mark.parametrize("waiting", ["for sound", "for the input", "for readers"])
def test_stop_ends_every_wait(waiting, monkeypatch):
    monkeypatch.setattr(outlet.Outlet.__init__, "__defaults__", (2, True))
    source = FakeSource(RATE, live=waiting != "for readers")
    session = Session(source, object(), tracker_factory=Factory())
    session.start()
    source.give(ramp(0, 100))
    wait_until(lambda: session._outlet._frames)
    if waiting == "for the input":
        monkeypatch.setattr(worker, "REOPEN", 1000.0)
        source.end(DeviceError("unplugged"))
        wait_until(lambda: session.message)
    session.stop()
    assert not session.running
    assert source.log[-1] == "close"


def test_stop_twice_from_two_threads_and_without_start():
    Session(FakeSource(RATE), object(), tracker_factory=Factory()).stop()
    session = Session(FakeSource(RATE), object(), tracker_factory=Factory())
    session.start()
    stoppers = [threading.Thread(target=session.stop) for _ in range(4)]
    for thread in stoppers:
        thread.start()
    session.stop()
    for thread in stoppers:
        thread.join()
    session.stop()
    assert not session.running


def test_stop_ends_an_iteration_on_another_thread():
    source = FakeSource(RATE)
    session = Session(source, object(), tracker_factory=Factory())
    session.start()
    source.give(ramp(0, 30))
    got = []
    reader = threading.Thread(target=lambda: got.extend(session))
    reader.start()
    wait_until(lambda: len(got) == 3)
    session.stop()
    reader.join(PATIENT)
    assert not reader.is_alive()


def test_start_again_is_nothing_while_running_and_an_error_after():
    source = FakeSource(RATE)
    session = Session(source, object(), tracker_factory=Factory())
    with pytest.raises(RuntimeError, match="start the session"):
        next(iter(session))
    session.start()
    session.start()
    assert source.log.count("open") == 1
    session.stop()
    with pytest.raises(RuntimeError, match="runs once"):
        session.start()


def test_one_source_serves_one_session_after_another():
    source = FakeSource(RATE)
    for _ in range(2):
        with Session(source, object(), tracker_factory=Factory()) as session:
            source.give(ramp(0, 10))
            assert take(session, 1)[0].time == 0
    assert source.log == ["open", "start", "close"] * 2
