"""Every kind of fault, one at a time and in random order: the session lives, frames are right, counts are true."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
import soundfile

from livepitch.model.registry import load_model
from livepitch.realtime import worker
from livepitch.realtime.recording import tape
from livepitch.realtime.recording.takes import take_files
from livepitch.realtime.tracker import StreamTracker
from livepitch.realtime.watch import HangingError
from tests.conftest import sung_tone
from tests.realtime import faults
from tests.realtime.fakes import wait_until
from tests.realtime.faults import ALL, SOUNDS, TROUBLES, UNIT, Stage

TIMES = 12  # that each kind is planted, one after another
ROUNDS, IN_A_ROW = 16, 50  # sessions with faults in random order, and how many each


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Waits between attempts that people need and tests do not."""
    for name in ("BACK_OFF", "BACK_OFF_LONGEST", "REOPEN", "REOPEN_LONGEST"):
        monkeypatch.setattr(worker, name, 0.001)
    monkeypatch.setattr(tape, "EVERY", 0.02)
    monkeypatch.setattr(tape, "MOST", 1e9)  # s that may wait for the disk: here sound comes far faster than it sounds


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path):
    threads, files = set(threading.enumerate()), set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc") else set()
    yield
    left = [thread.name for thread in set(threading.enumerate()) - threads if thread.name.startswith("livepitch")]
    assert left == []
    if files:
        assert len(os.listdir("/proc/self/fd")) <= len(files)
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} <= {".flac", ".csv"}


def plant(stage, name):
    """One fault, and back to right frames."""
    overflows = stage.device.overflows
    ALL[name](stage)
    stage.recover()
    stats = stage.session.stats
    assert stage.session.running, name
    assert stats.xruns == stage.device.overflows >= overflows


def end(stage):
    """End it, and look whether every sample is accounted for."""
    stage.session.stop()
    stats = stage.session.stats
    assert stage.session.error is None
    assert stats.heard + stats.skipped + stats.dropped == stage.device.delivered
    times = [frame.time for frame in stage.frames]
    assert times == sorted(set(times))


@pytest.mark.parametrize("name", ALL)
def test_a_fault_passes_and_leaves_nothing(name, tmp_path):
    stage = Stage(np.random.default_rng(len(name)), tmp_path / "take" if name == "disk full" else None)
    for _ in range(TIMES):
        plant(stage, name)
    end(stage)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_faults_in_random_order(seed):
    rng = np.random.default_rng(seed)
    stage = Stage(rng)
    for name in rng.choice([name for name in ALL if name != "disk full"], IN_A_ROW):
        plant(stage, name)
    end(stage)


@pytest.mark.parametrize("seed", range(4))
def test_a_recording_goes_on_through_all_of_it(seed, tmp_path):
    """Every sample that the ring took is in it, where it belongs, and nothing else but silence."""
    rng, take = np.random.default_rng(seed), tmp_path / "take"
    stage = Stage(rng, take)
    for name in rng.choice(list(TROUBLES), 15):
        plant(stage, name)
    recording = stage.session.recording
    assert recording.running
    assert recording.error is None
    end(stage)
    assert stage.session.recording.error is None
    samples = soundfile.read(take_files(take)[0], dtype="float64")[0]
    values = np.round(samples / UNIT).astype(int)
    heard = values[values > 0]
    assert np.all(np.diff(heard) > 0)  # none twice, none out of its turn
    first = round((stage.frames[0].captured - faults.BASE) * faults.TICKS)
    assert len(heard) == stage.device.delivered - stage.session.stats.dropped
    assert heard[0] == first


@pytest.mark.parametrize("name", ["device error in open", "network busy for long", "tracker fails when made"])
def test_a_stop_in_the_middle_of_a_fault_ends_all(name, monkeypatch):
    monkeypatch.setattr(worker, "BACK_OFF", 60.0)
    monkeypatch.setattr(worker, "BACK_OFF_LONGEST", 60.0)
    monkeypatch.setattr(worker, "REOPEN", 60.0)
    stage = Stage(np.random.default_rng(0))
    if name == "device error in open":
        stage.device.fail(faults.DeviceError("unplugged"))
        wait_until(lambda: stage.session.message)
    elif name == "network busy for long":
        stage.plan.held = threading.Event()
        stage.sound(0.5)
        threading.Timer(0.1, stage.plan.held.set).start()
    else:
        stage.plan.failures["push"].append(RuntimeError("on purpose"))
        stage.sound(0.05)
        wait_until(lambda: stage.session.message)
    end(stage)


def test_a_live_tracker_that_has_worked_is_never_given_up():
    stage = Stage(np.random.default_rng(0))
    stage.plan.failures["push"].extend(RuntimeError("on purpose") for _ in range(200))
    wait_until(lambda: (stage.block(), stage.plan.empty)[1])
    assert stage.session.message == "the tracker failed and was started again: on purpose"
    assert stage.session.stats.restarts == 200
    stage.recover()
    end(stage)


def test_two_starts_and_two_stops_of_many_threads():
    stage = Stage(np.random.default_rng(0))
    for act in (stage.session.start, stage.session.stop):
        threads = [threading.Thread(target=act) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not stage.session.running
    assert stage.device.opened == 1
    end(stage)


def test_every_fault_of_the_list_is_planted():
    assert len(ALL) * TIMES + ROUNDS * IN_A_ROW + 4 * 15 >= 1000
    assert len(SOUNDS) == 8


def test_waits_between_attempts_are_a_second_at_most(monkeypatch):
    monkeypatch.undo()
    assert max(worker.BACK_OFF, worker.BACK_OFF_LONGEST, worker.REOPEN, worker.REOPEN_LONGEST) <= 1.0


def test_a_worker_that_hangs_is_left_and_what_came_is_on_record(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "PUSH", 0.0)
    stage = Stage(np.random.default_rng(0), tmp_path / "take")
    held = stage.plan.held = threading.Event()
    wait_until(lambda: (stage.block(), stage.plan.holding)[1])
    stage.sound(3.0)
    before = stage.device.delivered
    session = stage.session
    session.stop()
    assert str(session.error) == session.message == "fake input: livepitch hangs; end it and start it again"
    assert not session.recording.running
    samples = soundfile.read(take_files(tmp_path / "take")[0])[0]
    assert len(samples) == before
    with pytest.raises(HangingError):
        list(session)
    held.set()
    wait_until(lambda: not session.running)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e38, 1e-40, 0.0, 1.0])
def test_whatever_the_samples_were_the_network_hears_right_afterwards(value):
    tracker = StreamTracker(load_model("stream"))
    tone = sung_tone(220.0, 1.0)
    tracker.push(tone)
    tracker.push(np.full(4000, value, np.float32))
    frames = tracker.push(tone)[-30:]
    assert all(abs(1200 * np.log2(frame.f0 / 220.0)) < 20 for frame in frames)


def test_a_network_that_gives_no_numbers_is_started_afresh(monkeypatch):
    tracker = StreamTracker(load_model("stream"))
    monkeypatch.setattr(tracker._stream, "push", lambda mel: np.full((len(mel), 360), np.nan, np.float32))
    with pytest.raises(FloatingPointError, match="gives no numbers"):
        tracker.push(sung_tone(220.0, 0.1))


@pytest.mark.parametrize("kind", ["Session", "RemoteSession"])
def test_an_interpreter_that_exits_while_live_ends_cleanly(kind):
    code = f"""
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.session import Session
from livepitch.realtime.source import DemoVoice
session = {kind}(DemoVoice(16_000))
session.start()
next(iter(session))
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
