"""A take from its recording to what is kept of it: really tracked and scored, without devices."""

import json
from dataclasses import replace

import numpy as np
import pytest

from livepitch.practice.exercise.vocal_range import VocalRange
from livepitch.practice.progress.store import Progress
from livepitch.practice.rehearsal.arrangement import Arrangement
from livepitch.practice.rehearsal.kept import kept_file, remember
from livepitch.practice.rehearsal.rehearsal import Rehearsal
from livepitch.practice.rehearsal.singer import SingerError, remember_range, remembered_range, singer_file
from livepitch.practice.rehearsal.state import State
from livepitch.practice.scoring.judging import LEVELS
from livepitch.practice.target.target_json import to_json
from livepitch.practice.temperament import MEANTONE
from livepitch.practice.tuning import Tuning
from livepitch.realtime.recording.takes import take_files
from tests.practice.planted import in_tune, sound
from tests.practice.rehearsing import A3, B3, C4, RATE, Clock, FakeGuide, FakeStream, step

LATE = 0.05  # s that devices were measured to be late


@pytest.fixture(scope="module")
def sung(tmp_path_factory):
    """A take of three notes, the second a fifth of a semitone flat; and the rehearsal after it."""
    clock = Clock()
    stream = FakeStream(clock)
    guide = FakeGuide(clock, offset=LATE)
    folder = tmp_path_factory.mktemp("takes")
    progress = Progress(folder / "practice.sqlite")
    rehearsal = Rehearsal(
        [step(A3, B3, C4)],
        Arrangement(transposition=2, output="Headphones"),
        judging=LEVELS["strict"],
        name="three-notes",
        folder=folder,
        keep=lambda outcome: remember(outcome, progress),
        accompany=lambda step, arrangement, name: guide,
        clock=clock,
    )
    notes = in_tune(rehearsal.target, gap=0.05)
    notes[1] = replace(notes[1], midi=notes[1].midi - 0.2)
    stream.sung = np.concatenate([np.zeros(round((2.0 + LATE) * RATE), np.float32), sound(notes, RATE)])
    rehearsal.begin(stream)
    while rehearsal.tick() is not State.JUDGING:
        rehearsal.observe(stream.frames(0.1))
    told = []
    rehearsal.judge(told.append)
    assert told[-1] == 1.0
    return rehearsal, progress


def test_the_take_lies_where_the_guide_was_heard_and_is_judged_there(sung):
    rehearsal, _ = sung
    outcome = rehearsal.outcome
    assert outcome.taken.times.zero == pytest.approx(2.0 + LATE, abs=0.001)
    first, second, third = outcome.score.notes
    assert [note.target.midi for note in outcome.score.notes] == [A3 + 2, B3 + 2, C4 + 2]
    for note in (first, second, third):
        assert abs(note.onset_delay) < 0.015
    assert abs(first.cents_off) < 2
    assert second.cents_off == pytest.approx(-20, abs=2)
    assert outcome.score.shift == 0.0  # nothing was guessed
    assert outcome.judging.tolerance_cents == LEVELS["strict"].tolerance_cents
    voiced = outcome.track.time[outcome.track.voiced]
    assert voiced[0] == pytest.approx(0.0, abs=0.03)
    assert voiced[-1] == pytest.approx(2.95, abs=0.03)
    assert len(outcome.level) == len(outcome.track)
    assert outcome.bleed.sentence is None


def test_what_was_asked_and_found_lies_beside_the_take(sung):
    rehearsal, _ = sung
    outcome = rehearsal.outcome
    path = kept_file(rehearsal.take)
    record = json.loads(path.read_text())
    assert path.name == f"{rehearsal.take.name}.practice.json"
    assert (record["sound"], record["name"]) == (take_files(rehearsal.take)[0].name, "three-notes")
    assert record["arrangement"]["transposition"] == 2
    assert record["offset"] == LATE
    assert json.dumps(record["step"]["target"]) == to_json(outcome.taken.step.target)
    assert record["times"]["recording"] == list(outcome.taken.times.recording)
    assert record["result"] == json.loads(json.dumps(outcome.score.to_json()))


def test_progress_knows_the_take(sung):
    rehearsal, progress = sung
    (session,) = progress.sessions()
    assert (session.exercise, session.step, session.transposition) == ("three-notes", "song", 2)
    assert session.score == pytest.approx(rehearsal.outcome.score.score)
    assert session.take == take_files(rehearsal.take)[0]


def test_a_temperament_moves_the_notes_that_are_asked_for():
    tuned = Arrangement(tuning=Tuning(442.0, MEANTONE)).of(step(60.0, 64.0)).target
    assert tuned.notes[1].midi - tuned.notes[0].midi == pytest.approx(3.8631, abs=1e-3)  # a pure third


def test_the_singers_range_is_remembered_and_a_damaged_file_forgotten(own_settings):
    assert remembered_range() is None
    assert remember_range(VocalRange(45, 69)) == singer_file()
    assert remembered_range() == VocalRange(45, 69)
    assert [path.name for path in own_settings.iterdir()] == [singer_file().name]
    for damaged in ("{", '{"version": 1, "low": 70, "high": 50}', '{"version": 1, "low": 4.5, "high": 50}', "[]"):
        singer_file().write_text(damaged)
        assert remembered_range() is None


def test_a_range_that_cannot_be_kept_says_so(own_settings):
    own_settings.write_text("a file where the folder belongs")
    with pytest.raises(SingerError, match="cannot be written"):
        remember_range(VocalRange(45, 69))
