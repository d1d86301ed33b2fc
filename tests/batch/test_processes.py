"""Several processes over several recordings: who does what, in which order it is told, and what is left of them."""

import os
import signal

import numpy as np
import pytest
import soundfile

from livepitch.batch import processes
from livepitch.batch.processes import track_files
from livepitch.batch.work import Recipe, Work
from livepitch.model.errors import LivepitchError
from livepitch.realtime.engine.launch import NoEngineError
from livepitch.realtime.engine.tasks import TaskProcess

RECIPE = Recipe("stream", stream=True)


@pytest.fixture
def started(monkeypatch):
    """The processes that were started."""
    made = []

    class Noted(TaskProcess):
        def __init__(self, *arguments, **names):
            super().__init__(*arguments, **names)
            made.append(self)

    monkeypatch.setattr(processes, "TaskProcess", Noted)
    return made


@pytest.fixture
def folder(tmp_path, tone):
    soundfile.write(tmp_path / "1 long.wav", np.tile(tone(220.0, 1.0), 8), 16_000)
    (tmp_path / "2 text.wav").write_text("la la la")
    soundfile.write(tmp_path / "3.wav", tone(330.0, 1.0), 16_000)
    soundfile.write(tmp_path / "4.wav", tone(262.0, 1.0), 16_000)
    return tmp_path


def works_in(folder):
    return [Work(path, ((path.with_suffix(".csv"), "csv"),)) for path in sorted(folder.glob("*.wav"))]


def written(folder):
    return sorted(path.name for path in folder.glob("*.csv"))


def test_outcomes_come_in_order_and_a_bad_file_harms_no_other(folder, started):
    told = []
    outcomes = list(track_files(works_in(folder), RECIPE, 2, told.append))
    assert [outcome.work.path.name[0] for outcome in outcomes] == ["1", "2", "3", "4"]
    errors = [outcome.error for outcome in outcomes]
    assert errors[0] is errors[2] is errors[3] is None
    assert isinstance(errors[1], LivepitchError)
    assert str(errors[1]).startswith(f"{folder / '2 text.wav'}: is not audio")
    assert written(folder) == ["1 long.csv", "3.csv", "4.csv"]
    assert len(started) == 2
    assert told[-1] == 4
    assert any(share % 1 for share in told)
    assert not any(process.alive for process in started)


def test_a_process_that_dies_costs_its_recording_only(folder, started):
    killed = []

    def kill_first(_):
        if not killed:
            killed.append(started[0].pid)
            os.kill(started[0].pid, signal.SIGKILL)

    outcomes = list(track_files(works_in(folder), RECIPE, 1, kill_first))
    assert "1 long.wav: its process has ended (killed by signal 9)" in str(outcomes[0].error)
    assert written(folder) == ["3.csv", "4.csv"]
    assert len(started) == 2


def test_no_process_outlives_an_iteration_that_is_left(folder, started):
    outcomes = track_files(works_in(folder)[2:], RECIPE, 1)
    next(outcomes)
    outcomes.close()
    assert started
    assert not any(process.alive for process in started)


def test_where_none_can_be_started_the_work_is_done_here(folder, monkeypatch):
    def impossible(*_, **__):
        raise NoEngineError("no ordinary Python")

    monkeypatch.setattr(processes, "TaskProcess", impossible)
    outcomes = list(track_files(works_in(folder)[1:], RECIPE, 2))
    assert [outcome.error is None for outcome in outcomes] == [False, True, True]
    assert written(folder) == ["3.csv", "4.csv"]
