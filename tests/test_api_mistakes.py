"""What somebody new to livepitch gets wrong in Python is said at once, in a sentence that tells what to do instead."""

import asyncio
import copy
import pickle
import signal
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest

import livepitch as lp

SILENCE = np.zeros(1600, np.float32)
LISTENING = """
import asyncio
async def listen():
    async with lp.Session(lp.DemoVoice()) as session:
        told = False
        try:
            async for frame in session:
                if not told: print("listening", flush=True)
                told = True
        finally:
            await session.__aexit__(None, None, None)
            print("running:", session.running)
try:
    asyncio.run(listen())
except KeyboardInterrupt:
    pass
"""
FORKED = """
import os
model = lp.load_model()
lp.StreamTracker(model)
if os.fork() == 0:
    try: lp.StreamTracker(lp.load_model())
    except RuntimeError as error: print(error, flush=True)
    os._exit(0)
os.wait()
"""


@pytest.fixture(scope="module")
def model():
    return lp.load_model()


@pytest.mark.parametrize(
    ("audio", "kind", "sentence"),
    [
        ("take1.wav", TypeError, "samples, not str: read_audio gives those of a file"),
        (None, TypeError, "samples, not NoneType"),
        (np.zeros(1600, np.int16), ValueError, "floats from -1 to 1, not int16: divide by full scale, 32768 say"),
        (np.zeros((1600, 2)), ValueError, r"\(n,\) mono samples, not of shape \(1600, 2\)"),
    ],
)
def test_what_is_no_sound(model, audio, kind, sentence):
    tracker = lp.StreamTracker(model)
    for listen in (
        lambda: lp.estimate(audio, model),
        lambda: lp.stream_track(audio, model),
        lambda: tracker.push(audio),
    ):
        with pytest.raises(kind, match=sentence):
            listen()


def test_lists_and_doubles_are_sound(model):
    expected = lp.estimate(SILENCE, model).confidence
    for audio in (SILENCE.tolist(), SILENCE.astype(np.float64), SILENCE.astype(np.float16)):
        assert np.array_equal(lp.estimate(audio, model).confidence, expected)
    assert len(lp.estimate([], model)) == 0


@pytest.mark.parametrize("rate", [44100.0, "44100", None, 0, -16_000])
def test_what_is_no_rate(model, rate):
    with pytest.raises(ValueError, match=r"sample_rate must (be a whole number of Hz|lie in 4000\.\.768000 Hz), not"):
        lp.estimate(SILENCE, model, rate)
    with pytest.raises(ValueError, match="sample_rate must"):
        lp.StreamTracker(model, rate)


def test_a_model_that_was_not_loaded():
    for track in (
        lambda: lp.estimate(SILENCE, "rmvpe-small"),
        lambda: lp.stream_track(SILENCE, "rmvpe-small"),
        lambda: lp.StreamTracker("rmvpe-small"),
    ):
        with pytest.raises(TypeError, match=r"load_model\('rmvpe-small'\) gives it"):
            track()


@pytest.mark.parametrize("source", ["USB", "song.wav", None, lp.Microphone, SILENCE])
def test_what_is_no_source(source):
    with pytest.raises(TypeError, match=r"source must be one, Microphone\(\) or FileSource\(path\) say"):
        lp.Session(source)


def test_what_is_no_output_and_no_function():
    with pytest.raises(TypeError, match="outputs must be such as OscOutput"):
        lp.Session(lp.DemoVoice(), outputs=["127.0.0.1:9000"]).start()
    with pytest.raises(TypeError, match="must be callable, not None"):
        lp.Session(lp.DemoVoice()).deliver(None)


def test_a_session_runs_once_and_says_so(tmp_path):
    import soundfile

    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    session = lp.Session(lp.FileSource(tmp_path / "a.wav", realtime=False))
    with session:
        assert len(list(session)) == 101
        assert list(session) == []
    assert session.frames() == []
    with pytest.raises(RuntimeError, match="a session runs once: make a new one"), session:
        raise AssertionError
    with pytest.raises(RuntimeError, match="start the session first: `with Session"):
        next(iter(lp.Session(lp.DemoVoice())))


def test_a_session_works_where_an_event_loop_runs_as_in_a_notebook(tmp_path):
    import soundfile

    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)

    async def cell():
        with lp.Session(lp.FileSource(tmp_path / "a.wav", realtime=False)) as session:
            plain = len(list(session))
        async with lp.Session(lp.FileSource(tmp_path / "a.wav", realtime=False)) as session:
            return plain, len([frame async for frame in session])

    assert asyncio.run(cell()) == (101, 101)


def test_frames_of_no_session_are_told_from_a_track(tmp_path):
    with pytest.raises(TypeError, match="must be a PitchTrack, not list: track_of makes one of frames"):
        lp.export_track([lp.PitchFrame(0.0, 220.0, 1.0, -20.0)], tmp_path / "a.csv")


def test_what_travels_between_processes_and_what_does_not(model):
    track = lp.estimate(SILENCE, model)
    for value in (lp.PitchFrame(0.0, 220.0, 1.0, -20.0), lp.Settings(gate=-50), lp.SungNote(0.0, 1.0, 60.0)):
        assert repr(pickle.loads(pickle.dumps(value))) == repr(value)
    assert np.array_equal(pickle.loads(pickle.dumps(track)).confidence, track.confidence)
    assert pickle.loads(pickle.dumps(model)).name == "stream"
    gone = pickle.loads(pickle.dumps(lp.DeviceError("USB: gone")))
    assert (type(gone), str(gone)) == (lp.DeviceError, "USB: gone")
    for travel in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="a session stays in its process"):
            travel(lp.Session(lp.DemoVoice()))


def test_tracks_can_be_compared_and_kept_in_sets(model):
    one, other = lp.estimate(SILENCE, model), lp.estimate(SILENCE, model)
    assert one == one
    assert one != other
    assert len({one, other, one}) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_a_process_that_is_forked_after_a_model_ran_says_so_instead_of_hanging():
    """MLX's threads are not in it; what waits for them waits for ever."""
    with running(FORKED) as program:
        told, _ = program.communicate(timeout=120)
    assert 'start it by multiprocessing.get_context("spawn")' in told


def test_ctrl_c_ends_a_session_on_asyncio():
    with running(LISTENING) as program:
        assert program.stdout.readline() == "listening\n"
        program.send_signal(signal.SIGINT)
        told, complaints = program.communicate(timeout=60)
    assert (program.returncode, told, complaints) == (0, "running: False\n", "")


@contextmanager
def running(code):
    """A program, which ends with the block, at the latest."""
    command = [sys.executable, "-c", f"import livepitch as lp\n{code}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        try:
            yield program
        finally:
            program.kill()
