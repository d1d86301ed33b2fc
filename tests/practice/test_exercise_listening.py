"""Exercises that begin with the ear: drones, call and response, ear training."""

from itertools import pairwise

import pytest

from livepitch.practice.exercise.exercises import EXERCISES, Group, Options, Step, VocalRange, by_group, find
from livepitch.practice.naming import NoteNames
from livepitch.practice.target.target import Manner, TargetNote
from livepitch.practice.voices import VOICES

TENOR = VocalRange.of_voice("tenor")


def parts(step: Step) -> tuple[list[TargetNote], list[TargetNote]]:
    """What is heard, and what is sung."""
    notes = step.target.notes
    return [note for note in notes if note.manner is Manner.LISTEN], [note for note in notes if note.scored]


def test_call_and_response_sings_back_what_was_heard_a_whole_number_of_bars_later() -> None:
    for exercise in by_group()[Group.CALL]:
        for step in exercise.steps(TENOR):
            heard, sung = parts(step)
            bar = step.bar * 60 / step.tempo
            bars = (sung[0].start - heard[0].start) / bar
            assert bars >= 1
            assert abs(bars - round(bars)) < 1e-9, step.title
            assert [note.midi for note in heard] == [note.midi for note in sung]
            assert [note.length for note in heard] == pytest.approx([note.length for note in sung])
            assert all(not note.lyric for note in heard)
            assert not step.guide
            assert not step.hidden


def test_only_call_and_response_and_ear_training_have_notes_to_listen_to() -> None:
    for exercise in EXERCISES:
        heard, _ = parts(exercise.steps(TENOR)[0])
        assert bool(heard) == (exercise.group in (Group.CALL, Group.EAR)), exercise.id


def test_ear_training_hides_its_notes_and_names_none_of_them() -> None:
    for exercise in EXERCISES:
        for step in exercise.steps(TENOR):
            assert step.hidden == (exercise.group is Group.EAR)
            if step.hidden:
                names = {NoteNames(key=step.key).name(int(note.midi)) for note in step.target.notes}
                assert not any(name in step.title + step.spoken for name in names), step.title
                assert not step.guide


def test_what_is_asked_for_by_name_is_what_is_to_be_sung() -> None:
    semitones = {"minor third": 3, "augmented fourth": 6, "perfect fifth": 7, "octave": 12}
    found = set()
    for step in find("ear-named-interval").steps(TENOR, Options(most=200)):
        heard, sung = parts(step)
        for name in semitones:
            if name in step.spoken:
                assert sung[0].midi - heard[0].midi == semitones[name], step.spoken
                found.add(name)
    assert found == set(semitones)


def test_the_note_of_a_chord() -> None:
    places = {"lowest": 0, "middle": 1, "highest": 2}
    for step in find("ear-chord-note").steps(TENOR, Options(most=40)):
        heard, sung = parts(step)
        word = next(word for word in places if word in step.spoken)
        assert sung[0].midi == heard[places[word]].midi
        assert step.cue == tuple(note.midi for note in heard)


def test_a_seed_draws_the_same_steps_again_and_another_draws_others() -> None:
    exercise = find("ear-interval")
    assert exercise.steps(TENOR, Options(seed=3)) == exercise.steps(TENOR, Options(seed=3))
    assert exercise.steps(TENOR, Options(seed=3)) != exercise.steps(TENOR, Options(seed=4))
    assert len(exercise.steps(TENOR)) == 10
    assert len(exercise.steps(TENOR, Options(most=4))) == 4


def test_what_was_just_drawn_is_not_asked_again_at_once() -> None:
    asked = [step.spoken for step in find("ear-scale-degree").steps(TENOR, Options(most=60))]
    assert all(before != after for before, after in pairwise(asked))
    assert len(set(asked)) == 6


def test_a_drone_is_the_tonic_under_the_voice() -> None:
    for exercise in EXERCISES:
        for voice in VOICES:
            step = exercise.steps(VocalRange.of_voice(voice), Options(most=1))[0]
            if exercise.group is not Group.DRONE:
                assert step.drone_midi is None
                continue
            assert step.drone_midi is not None
            assert (step.drone_midi - step.cue[0]) % 12 == 0
            assert step.drone_midi <= min(step.target.range[0], 54)
            assert not step.guide
