"""A session in a process of its own: the same frames as in this one, and nothing left whatever dies."""

import math
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livepitch.model.errors import CheckpointError, LivepitchError
from livepitch.model.registry import Model, load_model
from livepitch.realtime.audio_file import AudioFileError
from livepitch.realtime.engine import engines, launch, remote
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.engine.wire import EngineError, Kind, Wire, pack_frames, unpack_frames
from livepitch.realtime.frame import PitchFrame, Settings
from livepitch.realtime.session import Session
from livepitch.realtime.source import DemoVoice, DeviceError, FileSource, Microphone
from tests.conftest import sung_tone
from tests.realtime.distant import Bound, Odd, Refused, Renamed, Stuck
from tests.realtime.fakes import wait_until

ROOT = Path(__file__).resolve().parents[2]


def ours():
    return {thread for thread in threading.enumerate() if thread.name.startswith("livepitch")}


def children():
    """Processes that this one has started and not yet seen end."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended meanwhile
            parent = path.read_text().rpartition(")")[2].split()[1]
            found |= {int(path.parent.name)} if int(parent) == os.getpid() else set()
    return found


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def gone(pid):
    """Whether a process has ended, be it that nobody has asked for its exit code yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc")


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch):
    monkeypatch.setattr(launch, "LAST", 20.0)  # s: on a busy machine a killed process takes longer to be gone
    before = ours(), children()
    yield
    assert ours() - before[0] == set()
    assert children() - before[1] == set()


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    path = tmp_path_factory.mktemp("song") / "song.wav"
    soundfile.write(path, np.concatenate([sung_tone(f0, 1.0) for f0 in (220.0, 330.0, 262.0)]), 16_000)
    return path


def run(session):
    session.start()
    return list(session)


def assert_same(frames, expected):
    """The same but for the last bit: how many frames the network takes at once depends on who is quicker."""
    assert [(frame.time, frame.level, frame.settled) for frame in frames] == [
        (frame.time, frame.level, frame.settled) for frame in expected
    ]
    for name in ("f0", "confidence", "candidate"):
        got, known = ([getattr(frame, name) for frame in side] for side in (frames, expected))
        np.testing.assert_allclose(got, known, rtol=1e-5, atol=1e-6)


def test_frames_travel_unchanged():
    rng = np.random.default_rng(1)
    frames = [
        PitchFrame(*map(float, rng.normal(size=5)), k % 2 == 0, *map(float, rng.normal(size=9))) for k in range(9)
    ]
    frames.append(replace(frames[0], f0=math.nan, level=-math.inf, captured=1e9 + 0.1))
    assert [str(astuple(frame)) for frame in unpack_frames(pack_frames(frames))] == [str(astuple(f)) for f in frames]


def test_the_frames_are_those_of_a_session_in_this_process(song):
    settings = Settings(threshold=0.6, release=0.3)
    with Session(FileSource(song, realtime=False), "stream", settings) as session:
        expected = list(session)
    with RemoteSession(FileSource(song, realtime=False), load_model(), settings) as away:
        frames = list(away)
        assert not away.running
        assert away.frames() == []
    assert len(expected) == 301
    assert_same(frames, expected)
    assert away.stats.frames == 301
    assert away.latency == session.latency
    assert (away.sample_rate, away.source.name, away.settle) == (16_000, "song.wav", None)
    assert (away.error, away.message) == (None, None)
    assert all(frame.inferred <= frame.decoded <= frame.emitted <= time.monotonic() for frame in frames)


def test_settled_frames_come_too_and_paints_of_them_do_not_count(song):
    source = FileSource(song, realtime=False)
    with RemoteSession(source, settle="rmvpe-small") as session:
        frames = list(session)
        assert session.settle == "rmvpe-small"
        session.painted(frames, time.monotonic())
    assert {frame.settled for frame in frames} == {True, False}
    assert session.stats.stages["draw"].max > 0
    assert session._drawn.spans["draw"].total == sum(not frame.settled for frame in frames)


def test_paints_are_counted_beside_what_the_engine_counts(song):
    with RemoteSession(FileSource(song)) as session:
        frames = [frame for frame, _ in zip(session, range(20), strict=False)]
        shown = frames[-1].emitted + 0.004
        session.painted(frames[-1:], shown)
    stages = session.stats.stages
    assert list(stages) == [
        *("lookahead", "input", "wait", "mel", "network", "decode", "out", "draw"),
        *("compute", "sound_to_frame", "sound_to_paint"),
    ]
    assert stages["draw"].max == pytest.approx(4)
    assert stages["sound_to_paint"].max == pytest.approx(1e3 * (shown - frames[-1].captured))


def test_what_the_source_is_called_is_known_once_it_is_open(song):
    session = RemoteSession(Renamed(song))
    assert (session.source.name, session.sample_rate) == ("some input", 0)
    with session:
        assert (session.source.name, session.sample_rate) == ("Headset", 16_000)
        assert (session.source.sample_rate, session.source.live) == (16_000, True)
        assert session.running


@pytest.mark.parametrize(
    ("source", "model", "kind", "text"),
    [
        (FileSource("no/such.wav"), "stream", AudioFileError, "no/such.wav"),
        (Refused("song.wav"), "stream", DeviceError, "Headset: is in use"),
        (Odd("song.wav"), "stream", EngineError, "OddError: broken, on purpose"),
        (DemoVoice(8000), "crooner", CheckpointError, "crooner: no such model"),
    ],
)
def test_errors_come_as_what_they_were(source, model, kind, text):
    session = RemoteSession(source, model)
    with pytest.raises(kind, match=text) as told:
        run(session)
    assert type(told.value) is kind
    assert text in session.message
    with pytest.raises(kind):
        session.frames()
    session.stop()


def test_a_model_whose_file_has_gone_is_an_error_of_start(tmp_path, song):
    path = tmp_path / "mine.safetensors"
    path.write_bytes((ROOT / "model/checkpoints/stream.safetensors").read_bytes())
    model = load_model(path)
    path.unlink()
    with pytest.raises(CheckpointError, match=r"mine\.safetensors: no such file"):
        RemoteSession(FileSource(song), model).start()


def test_a_killed_engine_is_an_error_after_its_frames(song):
    with RemoteSession(FileSource(song)) as session:
        next(iter(session))
        wait_until(lambda: session._outlet._frames)
        os.kill(session.pid, signal.SIGKILL)
        wait_until(lambda: not session.running)
        assert session.frames()
        with pytest.raises(LivepitchError, match=r"engine ended unexpectedly \(killed by signal 9\): start again"):
            session.frames()
        with pytest.raises(EngineError):
            list(session)
        assert "unexpectedly" in session.message


def test_an_engine_killed_while_it_starts_is_an_error_of_start(song):
    session = RemoteSession(Stuck(song))
    failed = []

    def start():
        try:
            session.start()
        except LivepitchError as error:
            failed.append(error)

    starter = threading.Thread(target=start)
    starter.start()
    wait_until(lambda: session.running)
    os.kill(session.pid, signal.SIGKILL)
    starter.join()
    assert isinstance(failed[0], EngineError)


@pytest.mark.parametrize("greeted", [False, True])
def test_stop_ends_a_start_on_another_thread(song, monkeypatch, greeted):
    for module in (remote, engines):
        monkeypatch.setattr(module, "GRACE", 0.05)  # it will have to be killed
    session = RemoteSession(Stuck(song))
    starter = threading.Thread(target=session.start)
    starter.start()
    wait_until(lambda: session.running if greeted else session._engines.engine)
    session.stop()
    starter.join()
    assert not session.running
    assert session.error is None


def test_stop_kills_an_engine_that_does_not_answer(song, monkeypatch):
    for module in (remote, engines):
        monkeypatch.setattr(module, "GRACE", 0.05)
    with RemoteSession(FileSource(song)) as session:
        next(iter(session))
        os.kill(session.pid, signal.SIGSTOP)
        session.stop()
    assert not session.running
    assert session.error is None


def test_starts_and_stops_may_be_repeated(song):
    RemoteSession(FileSource(song)).stop()
    session = RemoteSession(FileSource(song))
    with pytest.raises(RuntimeError, match="start the session"):
        next(iter(session))
    session.start()
    pid = session.pid
    session.start()
    assert session.pid == pid
    stoppers = [threading.Thread(target=session.stop) for _ in range(3)]
    for thread in stoppers:
        thread.start()
    session.stop()
    for thread in stoppers:
        thread.join()
    session.stop()
    assert gone(pid)
    with pytest.raises(RuntimeError, match="runs once"):
        session.start()


@linux
def test_sessions_leave_no_descriptor(song):
    def begin_and_stop():
        with RemoteSession(FileSource(song)) as session:
            next(iter(session))

    begin_and_stop()
    before = descriptors()
    for _ in range(2):
        begin_and_stop()
    assert descriptors() == before


@linux
@pytest.mark.parametrize("ending", ["killed", "exits", "exits with a spare"])
def test_no_engine_outlives_the_process_that_started_it(ending):
    code = f"""
import os, signal, threading
from livepitch.realtime.engine.launch import _spare, prepare
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.source import DemoVoice
if {ending!r} == "exits with a spare":
    prepare()
    print(_spare[0].pid, flush=True)
else:
    session = RemoteSession(DemoVoice(8000))
    session.start()
    next(iter(session))
    print(session.pid, flush=True)
    if {ending!r} == "killed":
        threading.Event().wait()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        if ending == "killed":
            assert not gone(pid)
            parent.kill()
        assert parent.wait() == (-signal.SIGKILL if ending == "killed" else 0)
        wait_until(lambda: gone(pid))


def test_ctrl_c_is_for_the_window(song):
    with RemoteSession(FileSource(song)) as session:
        next(iter(session))
        os.kill(session.pid, signal.SIGINT)
        newest = next(iter(session)).time
        while newest < 1.0:
            newest = next(iter(session)).time


def test_a_process_started_ahead_is_the_one_that_is_used(song):
    launch.prepare()
    launch.prepare()
    (spare,) = launch._spare
    with RemoteSession(FileSource(song)) as session:
        assert session.pid == spare.pid
    assert launch._spare == []


def test_a_process_started_ahead_that_has_died_is_not_used(song):
    launch.prepare()
    pid = launch._spare[0].pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: gone(pid))
    with RemoteSession(FileSource(song)) as session:
        assert session.pid != pid
        assert session.message in (None, "loading stream")


@pytest.mark.parametrize("reason", ["no Python", "a source that cannot travel", "a source of __main__", "dies at once"])
def test_without_a_process_the_engine_runs_here_and_says_so(song, monkeypatch, reason):
    source = FileSource(song, realtime=False)
    if reason == "no Python":
        monkeypatch.setattr(sys, "executable", "")
    elif reason == "a source that cannot travel":
        source = Bound(song, realtime=False)
    elif reason == "a source of __main__":
        source = type("Mine", (FileSource,), {"__module__": "__main__"})(song, realtime=False)
    else:
        monkeypatch.setattr(launch, "START", "import sys; sys.exit(3)")
    with RemoteSession(source) as session:
        assert "the engine has no process of its own (" in session.message
        frames = list(session)
    with Session(FileSource(song, realtime=False)) as here:
        assert_same(frames, list(here))
    assert session.stats.frames == 301


def test_an_engine_with_another_clock_is_not_used():
    ours, its = socket.socketpair()
    engine = launch.ThreadEngine.__new__(launch.ThreadEngine)
    engine.wire, wire = Wire(ours), Wire(its)
    for told in (time.monotonic() - 1.0, time.monotonic() + 60.0):
        wire.send(Kind.HELLO, pickle.dumps((told, None)))
        with pytest.raises(launch.NoEngineError, match="another clock"):
            launch.greet(engine, b"")
    engine.wire.close()
    wire.close()


def test_a_loaded_model_travels_as_its_name_and_a_made_one_whole():
    model = load_model()
    assert len(pickle.dumps(model)) < 200
    assert pickle.loads(pickle.dumps(model)).name == "stream"
    made = Model(replace(model.checkpoint, hold=7))
    again = pickle.loads(pickle.dumps(made))
    assert again.checkpoint.hold == 7
    for name, weights in made.checkpoint.weights.items():
        np.testing.assert_array_equal(again.checkpoint.weights[name], weights)


def test_a_source_travels_with_what_was_asked_of_it():
    microphone = Microphone("Headset", 44_100, channel=1)
    microphone.suggest_blocksize(64)
    assert vars(pickle.loads(pickle.dumps(microphone))) == vars(microphone)
    voice = pickle.loads(pickle.dumps(DemoVoice(44_100, 32)))
    assert (voice.sample_rate, voice.blocksize, voice.name) == (44_100, 32, "demo voice")
