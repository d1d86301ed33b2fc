"""The course of a practice by a clock that the test moves on: what state follows which, what is said of it."""

import math

import numpy as np
import pytest
import soundfile

from livepitch.model.errors import LivepitchError
from livepitch.practice.rehearsal.arrangement import Arrangement
from livepitch.practice.rehearsal.recorded import RecordedError
from livepitch.practice.rehearsal.state import State
from livepitch.practice.scoring.judging import Judging
from livepitch.realtime.recording.takes import take_files
from tests.practice.rehearsing import A3, B3, C4, Practice

A3_HZ = 220.0


@pytest.fixture
def practice(tmp_path):
    return Practice(tmp_path)


def test_a_take_goes_from_the_count_in_to_its_result_and_on_to_the_next_step(practice, tmp_path):
    rehearsal = practice.rehearsal
    assert (rehearsal.state, rehearsal.count, rehearsal.note) == (State.READY, 0, None)
    assert math.isnan(rehearsal.position)
    assert rehearsal.coming.midi == A3
    rehearsal.begin(practice.stream)
    assert rehearsal.state is State.COUNT_IN
    assert practice.guide.sounds
    assert practice.stream.recording.path == rehearsal.take
    assert rehearsal.take.parent == tmp_path
    counts = []
    for _ in range(4):
        counts.append(rehearsal.count)
        assert rehearsal.tick() is State.COUNT_IN
        practice.sing(0.5)
    assert counts == [4, 3, 2, 1]  # beats of half a second
    assert (rehearsal.state, rehearsal.count) == (State.SINGING, 0)
    practice.sing(0.5)
    assert (rehearsal.note.midi, rehearsal.coming.midi) == (A3, B3)
    practice.sing(1.0)
    assert (rehearsal.note.midi, rehearsal.coming) == (B3, None)
    practice.sing(1.0)
    assert rehearsal.state is State.SINGING  # a note may be held too long
    practice.sing(0.2)
    assert rehearsal.state is State.JUDGING
    assert not practice.stream.recording.running
    outcome = rehearsal.judge()
    assert rehearsal.state is State.RESULT
    assert not practice.guide.sounds
    assert (rehearsal.outcome, rehearsal.outcomes, practice.kept) == (outcome, {0: outcome}, [outcome])
    rehearsal.next()
    assert (rehearsal.state, rehearsal.index, rehearsal.outcome) == (State.READY, 1, None)
    assert [note.midi for note in rehearsal.target.notes] == [C4]
    rehearsal.next()
    assert rehearsal.index == 1  # there is no other
    rehearsal.previous()
    assert rehearsal.index == 0


def test_frames_are_laid_over_the_notes_by_what_was_heard_when_they_were_sung(practice):
    practice.guide.offset = 0.25  # measured: what reaches the program was made so much earlier
    practice.rehearsal.begin(practice.stream)
    practice.sing(2.0)
    late, high = practice.sing(0.2, A3_HZ)[0], practice.sing(1.0, 1.01 * A3_HZ)[50]
    assert late.time == pytest.approx(-0.25)
    assert late.note is None
    assert math.isnan(late.cents)
    assert high.time == pytest.approx(0.45)
    assert high.note.midi == A3
    assert high.cents == pytest.approx(1200 * math.log2(1.01), abs=0.01)


def test_an_octave_is_forgiven_where_that_was_asked_for(tmp_path):
    for octave_free, cents in ((True, 0.0), (False, -1200.0)):
        practice = Practice(tmp_path, judging=Judging(octave_free=octave_free))
        practice.rehearsal.begin(practice.stream)
        practice.sing(2.0)
        assert practice.sing(0.5, A3_HZ / 2)[20].cents == pytest.approx(cents, abs=0.01)


def test_where_the_take_lies_comes_from_all_frames_together(practice):
    practice.rehearsal.begin(practice.stream)
    practice.clock.now += 0.3  # recorded, but not yet delivered
    noise = np.random.default_rng(1).normal(0, 0.002, 10_000)
    begun = practice.guide.begun
    practice.guide.position_at = lambda instant: instant - begun - 2.0 + noise[round(100 * instant) % 10_000]
    practice.sing(4.6)
    practice.rehearsal.judge()
    ((taken, judging),) = practice.asked
    assert taken.times.zero == pytest.approx(2.0, abs=0.0005)
    assert taken.times.rate == 1.0
    assert len(taken.step.target.notes) == 2
    assert judging == Judging()


def test_a_take_that_is_ended_early_is_judged_as_far_as_it_went(practice):
    practice.rehearsal.begin(practice.stream)
    practice.sing(3.5)  # into the second note
    practice.rehearsal.end()
    assert practice.rehearsal.state is State.JUDGING
    practice.rehearsal.judge()
    assert [note.midi for note in practice.asked[0][0].step.target.notes] == [A3]
    practice.rehearsal.again()
    practice.rehearsal.begin(practice.stream)
    practice.sing(2.5)
    practice.rehearsal.end()
    assert practice.rehearsal.judge() is None
    assert practice.rehearsal.state is State.READY
    assert practice.rehearsal.problem == "the take ended before its first note was over"
    assert len(practice.asked) == 1


def test_a_dropped_take_stays_on_the_disk_unjudged(practice):
    rehearsal = practice.rehearsal
    rehearsal.begin(practice.stream)
    practice.sing(3.0)
    rehearsal.drop()
    assert (rehearsal.state, practice.guide.sounds, practice.asked) == (State.READY, False, [])
    assert soundfile.info(take_files(rehearsal.take)[0]).duration == pytest.approx(3.0)
    rehearsal.begin(practice.stream)
    rehearsal.close()
    assert (rehearsal.state, practice.guide.sounds) == (State.READY, False)


def test_whatever_fails_ends_the_take_and_is_told(practice):
    rehearsal = practice.rehearsal
    rehearsal.begin(practice.stream)
    practice.sing(3.2)
    practice.guide.error = LivepitchError("Headphones: stopped by the system")
    assert rehearsal.tick() is State.JUDGING
    assert rehearsal.problem == "Headphones: stopped by the system"
    practice.guide.error = None
    rehearsal.judge()  # the note that was over
    assert rehearsal.problem == "Headphones: stopped by the system"
    rehearsal.again()
    rehearsal.begin(practice.stream)
    practice.sing(1.0)
    practice.stream.running = False
    assert rehearsal.tick() is State.JUDGING
    assert rehearsal.problem == "the microphone's stream has ended"


def test_a_guide_without_a_device_begins_nothing(practice):
    def refuse():
        raise LivepitchError("no output device")

    practice.guide.start = refuse
    with pytest.raises(LivepitchError, match="no output device"):
        practice.rehearsal.begin(practice.stream)
    assert practice.rehearsal.state is State.READY
    assert practice.stream.recording is None


def test_a_take_without_sound_says_so(practice):
    practice.rehearsal.begin(practice.stream)
    practice.clock.now += 10
    practice.rehearsal.tick()
    take_files(practice.rehearsal.take)[0].unlink()
    with pytest.raises(RecordedError, match="was not recorded"):
        practice.rehearsal.judge()
    assert practice.rehearsal.state is State.READY


def test_a_result_is_shown_even_if_it_cannot_be_remembered(tmp_path):
    def refuse(outcome):
        raise LivepitchError("practice.sqlite: cannot be written")

    practice = Practice(tmp_path, keep=refuse)
    practice.rehearsal.begin(practice.stream)
    practice.sing(4.7)
    assert practice.rehearsal.judge() is practice.rehearsal.outcome
    assert practice.rehearsal.state is State.RESULT
    assert practice.rehearsal.problem == "practice.sqlite: cannot be written"


def test_an_arrangement_changes_key_tempo_and_region(practice):
    practice.rehearsal.arrange(Arrangement(tempo=2.0, transposition=-2, loop=(1.0, 2.0), guide=False))
    (note,) = practice.rehearsal.target.notes
    assert (note.start, note.end, note.midi) == (0.0, 0.5, B3 - 2)
    assert practice.rehearsal.step.cue == (B3 - 2,)
    assert practice.rehearsal.step.tempo == 240.0
    assert not practice.rehearsal.step.guide
    with pytest.raises(ValueError, match="no note begins between 5 and 6 s"):
        practice.rehearsal.arrange(Arrangement(loop=(5.0, 6.0)))
    assert practice.rehearsal.arrangement.tempo == 2.0
    practice.rehearsal.begin(practice.stream)
    with pytest.raises(RuntimeError, match="the practice is count-in, not ready or result"):
        practice.rehearsal.arrange(Arrangement())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"tempo": 9.0}, "tempo must be 0.25 to 4 times"),
        ({"count_in": -1}, "count_in must be 0 at least"),
        ({"loop": (3.0, 2.0)}, "not from 3.0 to 2.0"),
        ({"guide_volume": 1.5}, "guide_volume must lie in 0..1"),
    ],
)
def test_an_arrangement_that_cannot_be_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        Arrangement(**wrong)


@pytest.mark.parametrize(
    ("arrangement", "told"),
    [(Arrangement(), True), (Arrangement(silent=True), False), (Arrangement(guide_volume=0), False)],
)
def test_a_guide_in_the_microphone_is_told_in_the_count_in_of_this_take(practice, arrangement, told):
    rehearsal = practice.rehearsal
    rehearsal.arrange(arrangement)
    rehearsal.begin(practice.stream)
    practice.sing(0.4, A3_HZ)
    assert rehearsal.state is State.COUNT_IN
    assert rehearsal.guide_heard is told
    rehearsal.drop()
    rehearsal.begin(practice.stream)
    assert not rehearsal.guide_heard
    practice.sing(0.4)
    practice.sing(1.6, A3_HZ)  # the singer joins in
    assert not rehearsal.guide_heard
