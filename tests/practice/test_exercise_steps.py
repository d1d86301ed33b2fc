"""The exercises: what is sung of each, for every voice type and for small ranges."""

import math
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from livepitch.model.errors import LivepitchError
from livepitch.practice.exercise.exercises import (
    EXERCISES,
    Course,
    Exercise,
    Group,
    Options,
    Step,
    VocalRange,
    by_group,
    find,
)
from livepitch.practice.naming import NoteNames
from livepitch.practice.scales import SCALES
from livepitch.practice.target.target import Manner, one_voice
from livepitch.practice.voices import VOICES

ALTO = VocalRange.of_voice("alto")


@cache
def every_step() -> list[tuple[Exercise, VocalRange, Step]]:
    singers = [VocalRange.of_voice(voice) for voice in VOICES]
    return [(exercise, singer, step) for exercise in EXERCISES for singer in singers for step in exercise.steps(singer)]


def sung(step: Step) -> list[float]:
    return [note.midi for note in step.target.notes if note.scored]


def tonic(step: Step) -> float:
    return step.cue[0]


def test_every_step_of_every_voice_lies_in_its_range() -> None:
    count = 0
    for exercise, singer, step in every_step():
        low, high = step.target.range
        assert singer.low <= low <= high <= singer.high, (exercise.id, singer, step.title)
        assert all(note.midi in singer for note in step.target.notes), (exercise.id, step.title)
        count += 1
    assert count > 9 * len(EXERCISES)


def test_every_target_is_one_voice_of_positive_lengths() -> None:
    for exercise, _, step in every_step():
        notes = step.target.notes
        assert sung(step), exercise.id
        assert one_voice(notes) == notes, (exercise.id, step.title)
        assert all(note.length > 0.2 for note in notes), (exercise.id, step.title)


def test_beats_are_even_and_fill_whole_bars() -> None:
    for exercise, _, step in every_step():
        beats = step.target.beats
        gaps = [after.time - before.time for before, after in pairwise(beats)]
        assert gaps == pytest.approx([60 / step.tempo] * len(gaps)), exercise.id
        assert [beat.downbeat for beat in beats] == [place % step.bar == 0 for place in range(len(beats))]
        end = len(beats) * 60 / step.tempo
        assert len(beats) % step.bar == 0
        assert end - step.bar * 60 / step.tempo < step.target.notes[-1].end <= end + 1e-9, exercise.id


def test_steps_move_by_semitone_to_both_ends_of_the_range() -> None:
    for exercise in (exercise for exercise in EXERCISES if not exercise.picked):
        steps = exercise.steps(ALTO, Options(course=Course.UP_AND_DOWN))
        assert {abs(tonic(after) - tonic(before)) for before, after in pairwise(steps)} == {1.0}, exercise.id
        if len(exercise.phrases) == 1:
            ends = [step.target.range for step in steps]
            assert (min(ends)[0], max(ends)[1]) == (ALTO.low, ALTO.high), exercise.id
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))


def test_the_first_step_begins_in_the_lower_third_but_not_at_the_bottom() -> None:
    steps = find("five-note-scale").steps(ALTO)
    low = steps[0].target.range[0]
    assert ALTO.low < low <= ALTO.low + (ALTO.high - ALTO.low) / 3
    assert steps[0].title == "Five-note scale, A♭ major"
    assert steps[0].spoken == "Sing five notes up and down in one breath. Begin on A♭3."
    assert sung(steps[0]) == [56, 58, 60, 61, 63, 61, 60, 58, 56]
    assert "".join(note.lyric for note in steps[0].target.notes) == "ma me mi mo mu mo mi me ma "


@pytest.mark.parametrize("room", [0, 1, 2, 4, 5, 7, 9, 12, 16])
def test_a_small_range_is_kept_to_or_overstepped_evenly(room: int) -> None:
    singer = VocalRange(55, 55 + room)
    for exercise in EXERCISES:
        for step in exercise.steps(singer, Options(most=8)):
            pitches = [end for note in step.target.notes for end in (note.midi, note.midi + note.glide)]
            over, under = max(pitches) - singer.high, singer.low - min(pitches)
            fits = max(pitches) - min(pitches) <= room
            assert max(over, under) <= 0 if fits else abs(over - under) <= 1, (exercise.id, step.title)


def test_a_range_that_is_too_small_gives_one_step() -> None:
    assert len(find("major-scale").steps(VocalRange(55, 57))) == 1
    assert len(find("sustained-tone").steps(VocalRange(60, 60))) == 1


@pytest.mark.parametrize(
    ("course", "tonics"),
    [
        (Course.UP, [61, 62, 63, 64, 65]),
        (Course.DOWN, [61, 60]),
        (Course.UP_AND_DOWN, [61, 62, 63, 64, 65, 64, 63, 62, 61, 60]),
        (Course.DOWN_AND_UP, [61, 60, 61, 62, 63, 64, 65]),
    ],
)
def test_the_course(course: Course, tonics: list[int]) -> None:
    steps = find("triad").steps(VocalRange(60, 72), Options(course=course))
    assert [tonic(step) for step in steps] == tonics


def test_tempo_key_repeats_and_most() -> None:
    steps = find("triad").steps(ALTO, Options(tempo=120, key=2, repeats=2, most=3))
    assert [step.title for step in steps[::2]] == ["Triad, D major", "Triad, E♭ major", "Triad, E major"]
    assert [step.target for step in steps[::2]] == [step.target for step in steps[1::2]]
    assert [step.number for step in steps] == [1, 2, 3, 4, 5, 6]
    assert steps[0].target.notes[1].start == 0.5


@pytest.mark.parametrize("wrong", [{"tempo": 5.0}, {"tempo": math.nan}, {"repeats": 0}, {"key": 12}, {"most": 0}])
def test_options_that_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Options(**wrong)  # type: ignore[arg-type]


def test_ids_are_unique_words_and_every_group_has_exercises() -> None:
    ids = [exercise.id for exercise in EXERCISES]
    assert len(set(ids)) == len(ids)
    assert len({exercise.title for exercise in EXERCISES}) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in ids)
    assert all(re.fullmatch(r"[A-Z][^.]*\.", exercise.sentence) for exercise in EXERCISES)
    listed = [exercise for group in by_group().values() for exercise in group]
    assert listed == list(EXERCISES)
    assert all(by_group()[group] for group in Group)


def test_the_page_about_the_exercises_has_every_one() -> None:
    page = (Path(__file__).parents[2] / "docs/practice-exercises.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", page, flags=re.MULTILINE)
    assert rows == [(exercise.id, exercise.sentence) for exercise in EXERCISES]


def test_a_name_that_is_nearly_right_is_answered_with_those_like_it() -> None:
    assert find("rossini-arpeggio").title == "Rossini arpeggio"
    with pytest.raises(LivepitchError, match="no exercise is called rosini-arpegio; did you mean rossini-arpeggio"):
        find("rosini-arpegio")
    with pytest.raises(LivepitchError, match="practice list"):
        find("zzzz")


def test_every_interval_up_and_down_is_spelt_by_its_letters() -> None:
    letters = {"unison": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "seventh": 6, "octave": 7}
    for semitones, exercise in enumerate(by_group()[Group.INTERVALS]):
        step = exercise.steps(VocalRange(48, 72), Options(key=2))[0]
        root = tonic(step)
        assert sung(step) == [root, root + semitones, root + semitones, root]
        names = NoteNames(key=step.key)
        low, high = (("CDEFGAB").index(names.name(int(note))[0]) for note in (root, root + semitones))
        assert (high - low) % 7 == letters[exercise.title.split()[-1].lower()] % 7, exercise.title


def test_notes_of_scales_belong_to_the_key_that_names_them() -> None:
    for exercise in EXERCISES:
        for step in exercise.steps(ALTO):
            assert step.key.scale in SCALES
            assert all(step.key.contains(int(note.midi)) for note in step.target.notes), (exercise.id, step.title)


def test_the_rossini_arpeggio_is_an_octave_and_a_half_in_threes() -> None:
    step = find("rossini-arpeggio").steps(ALTO)[0]
    root = tonic(step)
    assert [midi - root for midi in sung(step)] == [0, 4, 7, 12, 16, 19, 17, 14, 11, 7, 5, 2, 0]
    assert step.target.notes[-1].start == pytest.approx(step.target.beats[4].time)


def test_chromatic_and_minor_scales() -> None:
    def shape(name: str) -> list[float]:
        step = find(name).steps(ALTO)[0]
        return [midi - tonic(step) for midi in sung(step)]

    assert shape("chromatic-scale") == [*range(13), *range(11, -1, -1)]
    assert shape("natural-minor-scale")[:8] == [0, 2, 3, 5, 7, 8, 10, 12]
    assert shape("harmonic-minor-scale")[:8] == [0, 2, 3, 5, 7, 8, 11, 12]


@pytest.mark.parametrize(("name", "glides"), [("siren-fifth", [7, -7]), ("siren-octave-down", [-12, 12])])
def test_sirens_glide_without_a_break(name: str, glides: list[int]) -> None:
    there, back = find(name).steps(ALTO)[0].target.notes
    assert [there.glide, back.glide] == glides
    assert there.manner is back.manner is Manner.SIREN
    assert there.midi + there.glide == back.midi
    assert there.end == back.start


@pytest.mark.parametrize(
    ("name", "manners"),
    [
        ("messa-di-voce", {Manner.SWELL}),
        ("staccato-arpeggio", {Manner.STACCATO}),
        ("vibrato", {Manner.VIBRATO}),
        ("straight-then-vibrato", {Manner.HELD, Manner.VIBRATO}),
        ("major-scale", {Manner.HELD}),
    ],
)
def test_manners(name: str, manners: set[Manner]) -> None:
    assert {note.manner for note in find(name).steps(ALTO)[0].target.notes} == manners
