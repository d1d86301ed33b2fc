"""Takes judged in a process of its own: the outcome of this one, one line where it fails, and nothing left behind."""

import os
import signal
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livepitch.practice.rehearsal.apart import Apart
from livepitch.practice.rehearsal.arrangement import Arrangement
from livepitch.practice.rehearsal.judge import Judge
from livepitch.practice.rehearsal.recorded import Taken
from livepitch.practice.rehearsal.time_map import TimeMap
from livepitch.practice.scoring.judging import Judging
from livepitch.practice.target.target_file import TargetError
from livepitch.realtime.audio_file import AudioFileError
from livepitch.realtime.engine import launch
from livepitch.realtime.engine.wire import EngineError
from tests.practice.planted import in_tune, sound
from tests.practice.rehearsing import A3, B3, RATE, step
from tests.realtime.fakes import wait_until
from tests.realtime.test_remote import gone


@dataclass(frozen=True)
class Fails:
    """A task of which nothing comes."""

    how: str

    def __call__(self, model, progress):
        progress(0.5)
        if self.how == "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        raise RuntimeError(self.how)


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """Two notes of half a second, the second a fifth of a semitone flat."""
    take = tmp_path_factory.mktemp("takes") / "take"
    asked = step(A3, B3)
    notes = in_tune(asked.target, gap=0.05)
    notes[1] = replace(notes[1], midi=notes[1].midi - 0.2)
    soundfile.write(f"{take}.flac", np.concatenate([np.zeros(RATE, np.float32), sound(notes, RATE)]), RATE)
    times = TimeMap((1.0, 2.0), (0.0, 1.0))
    return Taken(take, "two", asked, Arrangement(), None, times, 0.0)


@pytest.fixture(scope="module")
def apart():
    made = Apart()
    made.prepare()
    yield made
    pid = made.pid
    made.close()
    assert gone(pid)


def test_the_outcome_is_that_of_this_process(apart, taken):
    told = []
    outcome, here = apart.judge(taken, Judging(), told.append), Judge()(taken, Judging())
    assert outcome.taken is taken
    assert outcome.score.score == pytest.approx(here.score.score)
    assert [note.target for note in outcome.score.notes] == list(taken.step.target.notes)
    assert outcome.score.notes[1].cents_off == pytest.approx(-20, abs=2)
    np.testing.assert_allclose(outcome.track.f0, here.track.f0, rtol=1e-6)
    np.testing.assert_array_equal(outcome.level, here.level)
    assert (told == sorted(told), told[-1]) == (True, 1.0)
    assert outcome.bleed == here.bleed


def test_the_notes_of_a_recording(apart, taken):
    target = apart.reference(Path(f"{taken.take}.flac"))
    assert [note.midi for note in target.notes] == [A3, B3]
    assert target.name == "take"


def test_what_is_wrong_is_raised_here_and_the_process_goes_on(apart, taken, tmp_path):
    pid = apart.pid
    with pytest.raises(AudioFileError, match="no such file"):
        apart.reference(tmp_path / "missing.wav")
    soundfile.write(tmp_path / "still.wav", np.zeros(RATE, np.float32), RATE)
    with pytest.raises(TargetError, match="no notes were heard in still"):
        apart.reference(tmp_path / "still.wav")
    with pytest.raises(RuntimeError, match="broken"):
        apart.do(Fails("broken"))
    assert apart.pid == pid


def test_a_killed_process_is_one_line_and_another_takes_its_place(apart, taken):
    with pytest.raises(EngineError, match=r"killed by signal 9\); the recording is kept") as error:
        apart.do(Fails("is killed"))
    assert "\n" not in str(error.value)
    before = apart.pid
    apart.prepare()
    assert apart.pid != before


def test_closing_ends_what_is_under_way():
    apart = Apart()
    apart.close()
    apart.prepare()
    pid = apart.pid
    threading.Timer(0.05, apart.close).start()
    with pytest.raises(EngineError, match="killed by signal 9"):
        apart.do(Fails("no matter"))
    wait_until(lambda: gone(pid))
    assert apart.pid is None


def test_without_a_process_this_one_judges(taken, monkeypatch):
    monkeypatch.setattr(launch.sys, "executable", "")
    apart = Apart()
    apart.prepare()
    assert apart.pid is None
    assert apart.judge(taken, Judging()).score.notes[1].cents_off == pytest.approx(-20, abs=2)
