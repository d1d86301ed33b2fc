"""A recording tracked in a process of its own: the same track as in this one, and nothing left whatever happens."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livepitch.model.errors import CheckpointError
from livepitch.model.registry import Model, load_model
from livepitch.realtime.audio_file import AudioFileError, read_audio
from livepitch.realtime.engine import launch
from livepitch.realtime.engine.tracking import FileTracking
from livepitch.realtime.engine.wire import EngineError
from livepitch.realtime.estimate import estimate
from livepitch.realtime.frame import Settings
from tests.conftest import sung_tone
from tests.realtime.fakes import PATIENT, wait_until
from tests.realtime.test_remote import children, descriptors, gone, linux, ours


@pytest.fixture(autouse=True)
def nothing_is_left():
    before = ours(), children()
    yield
    # What `estimate` has computed with here stays for the next recording.
    assert {thread for thread in ours() - before[0] if not thread.name.startswith("livepitch-track_")} == set()
    assert children() - before[1] == set()


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    """At 44.1 kHz, so that it is resampled, too."""
    path = tmp_path_factory.mktemp("song") / "song.flac"
    soundfile.write(path, np.concatenate([sung_tone(f0, 0.7, 44_100) for f0 in (220.0, 330.0, 262.0)]), 44_100)
    return path


@pytest.fixture(scope="module")
def long_song(tmp_path_factory):
    """More than is tracked while a test looks elsewhere."""
    path = tmp_path_factory.mktemp("song") / "long.wav"
    soundfile.write(path, np.tile(sung_tone(220.0, 10.0), 3), 16_000)
    return path


def tracked(*arguments):
    """A tracking that has ended, and all its progress."""
    tracking, seen = FileTracking(*arguments), [0.0]
    tracking.start()
    while not tracking.wait(0.005):
        seen.append(tracking.progress)
    return tracking, [*seen, tracking.progress]


def assert_same(track, expected):
    for name in ("time", "f0", "voiced", "confidence", "candidate"):
        np.testing.assert_array_equal(getattr(track, name), getattr(expected, name))


@pytest.mark.parametrize("model", ["rmvpe-small", "stream"])
def test_the_track_is_that_of_this_process(song, model):
    settings = Settings(threshold=0.6, release=0.3)
    tracking, seen = tracked(song, model, settings)
    assert (tracking.error, tracking.done, tracking.progress) == (None, True, 1.0)
    assert_same(tracking.track, estimate(read_audio(song), load_model(model), settings=settings))
    assert len(tracking.track) == 211
    assert seen == sorted(seen)
    assert len(set(seen)) > 2
    assert gone(tracking.pid)
    with pytest.raises(RuntimeError, match="once"):
        tracking.start()


@pytest.mark.parametrize(
    ("name", "model", "kind", "text"),
    [
        ("missing.wav", "stream", AudioFileError, "missing.wav: no such file"),
        ("text.wav", "stream", AudioFileError, "text.wav: is not audio livepitch can read"),
        ("song", "crooner", CheckpointError, "crooner: no such model"),
    ],
)
def test_what_cannot_be_tracked_is_one_line(song, tmp_path, name, model, kind, text):
    (tmp_path / "text.wav").write_text("la la la")
    tracking, _ = tracked(song if name == "song" else tmp_path / name, model)
    assert type(tracking.error) is kind
    assert text in str(tracking.error)
    assert "\n" not in str(tracking.error)
    assert tracking.track is None


def test_a_killed_process_is_one_line(long_song):
    tracking = FileTracking(long_song)
    assert not tracking.done
    tracking.start()
    wait_until(lambda: tracking.progress > 0)
    os.kill(tracking.pid, signal.SIGKILL)
    assert tracking.wait(PATIENT)
    assert isinstance(tracking.error, EngineError)
    assert str(tracking.error) == f"{long_song}: tracking ended unexpectedly (killed by signal 9); open it again"
    assert tracking.track is None


@linux
def test_cancel_ends_the_process_in_the_middle(long_song):
    tracking = FileTracking(long_song, "stream")
    tracking.start()
    wait_until(lambda: tracking.progress > 0)
    assert not tracking.done
    threads = [int(entry.name) for entry in Path(f"/proc/{tracking.pid}/task").iterdir()]
    priorities = {os.getpriority(os.PRIO_PROCESS, thread) for thread in threads}
    assert priorities == {min(19, os.getpriority(os.PRIO_PROCESS, 0) + launch.BACKGROUND)}
    tracking.cancel()
    assert gone(tracking.pid)
    assert tracking.done
    tracking.cancel()
    assert (tracking.track, tracking.error) == (None, None)


@linux
def test_cancel_at_any_moment_leaves_nothing(long_song):
    FileTracking(long_song).cancel()
    before = descriptors()
    for seconds in (0.0, 0.01, 0.2, 0.5):
        tracking = FileTracking(long_song)
        tracking.start()
        time.sleep(seconds)
        tracking.cancel()
        assert (tracking.done, tracking.track, tracking.error) == (True, None, None)
        assert tracking.pid is None or gone(tracking.pid)
    assert descriptors() == before
    with pytest.raises(RuntimeError, match="once"):
        tracking.start()


@pytest.mark.parametrize("reason", ["dies at once", "cannot travel"])
def test_without_a_process_a_thread_tracks(song, monkeypatch, reason):
    model = load_model()
    if reason == "dies at once":
        monkeypatch.setattr(launch, "START", "import sys; sys.exit(3)")
    else:
        monkeypatch.setattr(Model, "__module__", "__main__")
    tracking, seen = tracked(song, model)
    assert tracking.error is None
    assert_same(tracking.track, estimate(read_audio(song), model))
    assert seen[-1] == 1.0


def test_a_thread_that_tracks_ends_after_cancel(long_song, monkeypatch):
    monkeypatch.setattr(sys, "executable", "")
    tracking = FileTracking(long_song, "stream")
    tracking.start()
    wait_until(lambda: tracking.progress > 0)
    tracking.cancel()
    assert (tracking.done, tracking.track, tracking.error) == (True, None, None)
    wait_until(lambda: not [thread for thread in ours() if thread.name.startswith("livepitch-engine")])
