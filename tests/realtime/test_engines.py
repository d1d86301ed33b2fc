"""An engine that dies, hangs or is killed is followed by another: the session lives, and so does its recording."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livepitch.realtime.engine import engines
from livepitch.realtime.engine.asked import Asked
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.engine.wire import EngineError
from livepitch.realtime.recording.takes import Recording, take_files
from tests.realtime.distant import NOTE, Clockwork, Fatal, Sticky, Unplugged, sung_at
from tests.realtime.fakes import wait_until

EDGE = 0.15  # s next to a change of note in which no pitch is judged
RIGHT = 6  # frames that must be right


def ours():
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("livepitch")}


@pytest.fixture(autouse=True)
def nothing_is_left():
    threads, files = ours(), len(os.listdir("/proc/self/fd")) if Path("/proc").is_dir() else 0
    yield
    assert ours() == threads
    if files:
        assert len(os.listdir("/proc/self/fd")) <= files


def is_right(frame):
    """Whether a frame's pitch is what was sung at its instant; None close to a change of note."""
    into = frame.captured % NOTE
    if not EDGE < into < NOTE - EDGE:
        return None
    return frame.voiced and bool(abs(1200 * np.log2(frame.f0 / sung_at(frame.captured))) < 50)


class Listener:
    """Fetches a session's frames, and looks at them."""

    def __init__(self, session):
        self.session, self.frames = session, []

    def until_right(self, since=0.0):
        """Wait for some frames in a row that are right, of sound from this monotonic instant on."""
        row = 0
        limit = time.monotonic() + 60
        while row < RIGHT:
            assert time.monotonic() < limit, f"no right frames: {self.session.message}"
            for frame in self.session.frames():
                self.frames.append(frame)
                right = is_right(frame) if frame.captured > since else None
                row = 0 if right is False else row + (right is True)
            time.sleep(0.005)

    def check_times(self):
        """Time never goes back, and is that since the first frame."""
        times = [frame.time for frame in self.frames]
        assert times == sorted(set(times))
        begun = np.array([frame.captured - frame.time for frame in self.frames])
        np.testing.assert_allclose(begun, begun[0], atol=0.25)


def kill(session, how=signal.SIGKILL):
    """Kill the engine: the instant."""
    pid = session.pid
    os.kill(pid, how)
    now = time.monotonic()
    wait_until(lambda: session.pid not in (pid, None))
    return now


def test_a_killed_engine_is_followed_by_another_and_the_recording_by_another_part(tmp_path):
    take = tmp_path / "Take"
    with RemoteSession(Clockwork()) as session:
        listener = Listener(session)
        session.adjust(gain=6.0)
        session.record(take)
        listener.until_right()
        wait_until(lambda: session.recording.seconds > 0.3)
        first = listener.frames[-1]
        killed = kill(session)
        assert session.running
        assert session.error is None
        assert session.generation == 1
        assert session.message == (
            "the engine ended unexpectedly (killed by signal 9) and was started again; "
            "the recording goes on as Take (2)"
        )
        listener.until_right(killed)
        louder = listener.frames[-1]
        assert abs(louder.level - first.level) < 1.0  # the gain holds
        wait_until(lambda: session.recording.seconds > 0.3)
        stats = session.stats
        assert stats.restarts >= 1
        assert stats.frames >= len(listener.frames)
        session.end_recording()
        wait_until(lambda: not session.recording.running)
        broken, whole = session.recordings
    listener.check_times()
    assert (broken.path, whole.path) == (take, tmp_path / "Take (2)")
    assert broken.error == f"{take}: ended with the engine; the recording goes on as Take (2)"
    assert whole.error is None
    for recording in (broken, whole):
        samples, rate = soundfile.read(take_files(recording.path)[0])
        assert len(samples) / rate > 0.2
        assert np.abs(samples).max() > 0.3  # with the gain


def test_the_network_hears_on_in_another_process():
    with RemoteSession(Clockwork(network=True)) as session:
        next(iter(session))
        since = kill(session)
        assert any(is_right(frame) for frame in session if frame.captured > since)


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT, signal.SIGSTOP])
def test_crashed_and_hanging_engines_are_followed_by_others(how, monkeypatch):
    monkeypatch.setattr(engines, "QUIET", 2.0)
    with RemoteSession(Clockwork()) as session:
        listener = Listener(session)
        listener.until_right()
        what = "it did not answer" if how is signal.SIGSTOP else f"killed by signal {int(how)}"
        since = kill(session, how)
        assert session.message == f"the engine ended unexpectedly ({what}) and was started again"
        listener.until_right(since)
    listener.check_times()


def test_a_worker_that_hangs_in_a_driver_is_found_and_what_was_recorded_is_complete(tmp_path):
    with RemoteSession(Sticky(tmp_path / "note")) as session:
        session.record(tmp_path / "Take")
        wait_until(lambda: session.generation == 1)
        since = time.monotonic()
        listener = Listener(session)
        listener.until_right(since)
        assert [recording.path.name for recording in session.recordings] == ["Take", "Take (2)"]
    first = session.recordings[0]
    samples, rate = soundfile.read(take_files(first.path)[0])
    assert len(samples) / rate == pytest.approx(0.6, abs=0.011)  # all that came before it was lost


def test_a_device_that_is_not_there_when_another_engine_looks_is_waited_for(tmp_path):
    with RemoteSession(Unplugged(tmp_path / "note")) as session:
        listener = Listener(session)
        listener.until_right()
        since = kill(session)
        listener.until_right(since)
        assert session.stats.restarts >= 2
    listener.check_times()


def test_what_is_ordered_while_no_engine_lives_is_done_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "BACK_OFF", 1.0)
    with RemoteSession(Clockwork()) as session:
        listener = Listener(session)
        session.record(tmp_path / "one")
        listener.until_right()
        before = listener.frames[-1].level
        os.kill(session.pid, signal.SIGKILL)
        wait_until(lambda: session.generation == 1)
        session.end_recording()
        assert session.recording.path == tmp_path / "one"
        assert not session.recording.running
        session.adjust(gain=-20.0)
        session.record(tmp_path / "two")
        wait_until(lambda: session.pid)
        listener.until_right(time.monotonic())
        assert listener.frames[-1].level == pytest.approx(before - 20.0, abs=1.5)
        wait_until(lambda: session.recording.seconds > 0.2)
        assert session.recording.path == tmp_path / "two"
    assert not take_files(tmp_path / "one (2)")[0].exists()


def test_engines_that_never_give_a_frame_are_given_up():
    session = RemoteSession(Fatal())
    session.start()
    with pytest.raises(EngineError, match=r"ended unexpectedly \(exit code 7\)"):
        list(session)
    assert session.generation == 2
    session.stop()


def test_the_next_process_waits_and_is_the_one_that_is_used(monkeypatch):
    monkeypatch.setattr(engines, "SPARE_AFTER", 0.0)
    with RemoteSession(Clockwork()) as session:
        wait_until(lambda: session._engines._spare)
        waiting = session._engines._spare.pid
        since = kill(session)
        assert session.pid == waiting
        Listener(session).until_right(since)
        wait_until(lambda: session._engines._spare)
        left = session._engines._spare.pid
    assert not Path(f"/proc/{left}").exists()


def test_a_stop_while_no_engine_lives_ends_all(monkeypatch):
    monkeypatch.setattr(engines, "BACK_OFF", 60.0)
    monkeypatch.setattr(engines, "BACK_OFF_LONGEST", 60.0)
    with RemoteSession(Clockwork()) as session:
        Listener(session).until_right()
        os.kill(session.pid, signal.SIGKILL)
        wait_until(lambda: session.generation == 1)
    assert not session.running
    assert session.error is None


def test_a_stop_while_the_next_engine_starts_ends_all():
    with RemoteSession(Clockwork()) as session:
        Listener(session).until_right()
        kill(session)
        session.stop()
    assert not session.running
    assert session.error is None


def test_parts_within_an_engine_follow_those_of_the_engines_before(tmp_path):
    """First engine: a take, killed. Second: goes on as (2), then another rate, so as (3)."""
    first, second, third = (tmp_path / name for name in ("take", "take (2)", "take (3)"))
    asked = Asked()
    asked.record(first)
    asked.tell(Recording(first, seconds=1.0))
    for file in take_files(first):
        file.touch()
    asked.break_off()
    assert asked.going_on == second
    ended = Recording(second, seconds=2.0, running=False, error="another rate")
    asked.tell(Recording(second, seconds=1.5))
    asked.tell(Recording(third, seconds=0.5, before=ended))
    asked.tell(Recording(third, seconds=3.0, before=ended))
    latest = asked.latest(over=False)
    assert [(part.path, part.seconds, part.running) for part in latest.parts] == [
        (first, 1.0, False),
        (second, 2.0, False),
        (third, 3.0, True),
    ]
    asked.record(tmp_path / "another")
    asked.tell(Recording(third, seconds=4.0, running=False, before=ended))  # late news
    assert [part.path for part in asked.latest(over=False).parts] == [tmp_path / "another"]
