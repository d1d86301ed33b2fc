import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livepitch.practice.segmentation import SungNote
from livepitch.practice.target.fitting import fitted, region
from livepitch.practice.target.from_pitch import target_from_notes
from livepitch.practice.target.target import Beat, Kind, Manner, Target, TargetNote
from livepitch.practice.target.target_file import TargetError, TargetFile
from livepitch.practice.target.target_json import file_from_json, file_to_json, from_json, to_json
from livepitch.practice.target.typed import typed_target


def line(*pitches):
    return Target("x", tuple(TargetNote(index, index + 1, midi) for index, midi in enumerate(pitches)))


def test_typed_notes_rests_lengths_and_beats():
    target = typed_target("C4 D4:2 | E4:0.5 r:1,5 G4:1/2 A4.", tempo=60, bar=3)
    assert [(note.start, note.end, note.midi) for note in target.notes] == [
        (0, 1, 60),
        (1, 3, 62),
        (3, 3.5, 64),
        (5, 5.5, 67),
        (5.5, 7, 69),
    ]
    assert [(beat.time, beat.downbeat) for beat in target.beats] == [(n, n % 3 == 0) for n in range(7)]


@pytest.mark.parametrize(
    ("word", "midi"),
    [
        ("c4", 60), ("F#4", 66), ("f♯4", 66), ("Bb3", 58), ("bb3", 58), ("B♭3", 58), ("H4", 71), ("B4", 71),
        ("Fis4", 66), ("Es4", 63), ("As4", 68), ("Des4", 61), ("Ces4", 59), ("Cx4", 62), ("C##4", 62), ("Dbb4", 60),
        ("C-1", 0), ("G9", 127), ("Asas4", None), ("ases4", 67),
    ],
)  # fmt: skip
def test_names_of_notes(word, midi):
    if midi is None:
        with pytest.raises(TargetError, match="is no note"):
            typed_target(word)
    else:
        assert typed_target(word).notes[0].midi == midi


def test_german_b_is_flat_and_an_octave_is_remembered():
    assert [note.midi for note in typed_target("B4 H c5 d", german=True).notes] == [70, 71, 72, 74]


def test_typed_syllables():
    notes = typed_target("C4=Hal- D4:2=lo E4 F4=du").notes
    assert [note.lyric for note in notes] == ["Hal-", "lo ", "", "du "]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("C4 Q4 E4", "'Q4' is no note: write notes such as C4"),
        ("C4:0", "'C4:0' is no note"),
        ("C4:1/0", "'C4:1/0' is no note"),
        ("C4:9999", "is no note"),
        ("G#9", "'G#9' is no note that can be sung"),
        ("r r", "there is no note in 'r r'"),
        ("", "there is no note in ''"),
        ("C4 " * 10_001, "more than 10000"),
    ],
)
def test_what_is_not_understood_is_named(text, says):
    with pytest.raises(TargetError, match=says):
        typed_target(text)


@pytest.mark.parametrize(("tempo", "bar"), [(0, 4), (math.nan, 4), (90, 0)])
def test_tempi_and_bars_that_cannot_be_are_refused(tempo, bar):
    with pytest.raises(TargetError, match="choose 1 to 1000"):
        typed_target("C4", tempo, bar)


@settings(max_examples=200, deadline=None)
@given(text=st.text("ABCHrx#bes45:./=0 |la-", max_size=30))
def test_any_text_is_notes_or_one_line(text):
    try:
        target = typed_target(text)
    except TargetError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either is right
    else:
        assert all(note.end > note.start and 0 <= note.midi <= 127 for note in target.notes)


def test_a_recording_becomes_semitones_or_keeps_its_cents():
    heard = [SungNote(0.5, 1.0, 60.3), SungNote(1.0, 2.0, 61.8)]
    assert [note.midi for note in target_from_notes(heard, "take").notes] == [60, 62]
    kept = target_from_notes(heard, "take", keep_cents=True)
    assert [(note.start, note.end, note.midi) for note in kept.notes] == [(0.5, 1.0, 60.3), (1.0, 2.0, 61.8)]
    assert kept.beats == ()
    with pytest.raises(TargetError, match="no notes were heard in take"):
        target_from_notes([], "take")


@pytest.mark.parametrize(
    ("pitches", "low", "high", "shift"),
    [
        ((60, 64, 67), 55, 70, 0),
        ((60, 64, 67), 55, 66, -1),
        ((60, 64, 67), 43, 60, -12),  # as well as seven lower, and the key stays
        ((60, 64, 67), 72, 90, 12),
        ((48, 60, 72), 50, 70, -2),  # too wide: one note stays outside
        ((60, 61), 40, 41, -20),
        ((math.nan, 60), 50, 58, -2),
        ((), 50, 60, 0),
    ],
)
def test_a_target_is_laid_into_the_singers_range(pitches, low, high, shift):
    assert fitted(line(*pitches), low, high) == shift


def test_sirens_fit_with_both_their_ends():
    siren = Target("x", (TargetNote(0, 1, 60, manner=Manner.SIREN, glide=12),))
    assert fitted(siren, 60, 71) in (-1, 0)
    assert fitted(siren, 59, 71) == -1
    with pytest.raises(ValueError, match="low must not lie above high"):
        fitted(siren, 61, 60)


@given(pitches=st.lists(st.integers(40, 80), min_size=1, max_size=8), low=st.integers(40, 70), width=st.integers(0, 30))
def test_no_shift_leaves_fewer_notes_outside(pitches, low, width):
    def outside(shift):
        return sum(not low <= pitch + shift <= low + width for pitch in pitches)

    best = fitted(line(*pitches), low, low + width)
    assert outside(best) == min(outside(shift) for shift in range(-40, 41))
    if outside(0) == outside(best):
        assert best == 0


def test_a_region_of_bars_begins_with_its_downbeat():
    target = typed_target("C4 D4 E4 F4 G4 A4", tempo=60, bar=2)
    assert region(target, 2, 2) == (2, 4)
    assert [note.midi for note in target.between(*region(target, 2, 3)).notes] == [64, 65, 67, 69]
    pickup = replace(target, beats=tuple(Beat(n, n % 2 == 1) for n in range(6)))
    assert region(pickup, 0, 1) == (0, 3)
    assert region(pickup, 3, 3) == (5, 6)
    with pytest.raises(ValueError, match="bars 3 to 9 are not among"):
        region(target, 3, 9)
    with pytest.raises(ValueError, match="no bars"):
        region(line(60), 1, 1)


def test_lines_stay_with_their_notes_in_a_stretch():
    target = replace(line(*range(60, 70)), lines=(0, 3, 5, 8))
    assert target.between(1, 6).lines == (0, 2, 4)
    assert target.between(3, 9).lines == (0, 2, 5)
    assert target.between(6, 8).lines == (0,)
    assert target.between(2, 2).lines == ()
    assert target.transposed(1).at_tempo(2).lines == (0, 3, 5, 8)
    assert line(60, 62).between(0, 1).lines == ()


WHOLE = Target(
    "Ein Lied",
    (
        TargetNote(0.25, 1 / 3, 60.0, "Hal-", Kind.GOLDEN),
        TargetNote(0.5, 1.5, math.nan, "lo ", Kind.RAP),
        TargetNote(2.0, 3.0, 62.5, "", Kind.NORMAL, Manner.SIREN, -12.0),
    ),
    (Beat(0.0, True), Beat(0.5)),
    "Alt",
    Path("songs/lied.mid"),
    0.05,
    (0, 2),
)


def test_json_gives_the_same_target_again():
    text = to_json(WHOLE)
    again = from_json(text)
    assert to_json(again) == text
    assert math.isnan(again.notes[1].midi)
    assert replace(again, notes=()) == replace(WHOLE, notes=())
    assert again.notes[::2] == WHOLE.notes[::2]
    plain = line(60)
    assert from_json(to_json(plain)).notes == plain.notes


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", 3), ("part", None), ("source", 1), ("beat_seconds", 0), ("beat_seconds", "x"), ("beat_seconds", True),
        ("lines", [2, 0]), ("lines", [9]), ("lines", [-1]), ("lines", [True]), ("lines", {}), ("beats", [[0.0]]),
        ("beats", [["a", True]]), ("beats", [[1.0, True], [0.5, False]]), ("notes", [1]), ("notes", 5),
    ],
)  # fmt: skip
def test_damaged_values_are_named(key, value):
    values = json.loads(to_json(WHOLE)) | {key: value}
    with pytest.raises(TargetError, match=f"'{key}' of a saved target is damaged"):
        from_json(json.dumps(values))


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("start", -1, "notes"), ("end", 0.1, "notes"), ("end", "1", "end"), ("midi", 999, "notes"),
        ("midi", True, "midi"), ("kind", "gold", "kind"), ("manner", 3, "kind"), ("lyric", None, "lyric"),
        ("glide", None, "glide"), ("end", 0.75, "notes"), ("start", float("inf"), "start"),
    ],
)  # fmt: skip
def test_damaged_notes_are_named(key, value, says):
    values = json.loads(to_json(WHOLE))
    values["notes"][0][key] = value
    with pytest.raises(TargetError, match=f"'{says}' of a saved target is damaged"):
        from_json(json.dumps(values))


@pytest.mark.parametrize("text", ["", "[]", "null", '{"version": 2}', "[" * 100_000, '{"version": 1}'])
def test_what_is_no_saved_target_is_refused(text):
    with pytest.raises(TargetError, match="choose its song again"):
        from_json(text)


def test_a_file_comes_back_with_beats_that_parts_share():
    beats = (Beat(0.0, True), Beat(0.5))
    one, two = (replace(line(60, 62), beats=beats, part=part) for part in ("Alto", "Bass"))
    file = TargetFile("A song", (one, line(64), two), voice=2)
    values = json.loads(json.dumps(file_to_json(file)))
    assert values["grids"] == [[[0.0, True], [0.5, False]], []]
    again = file_from_json(values)
    assert again == file
    assert again.parts[0].beats is again.parts[2].beats


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", 1), ("voice", 1), ("voice", -1), ("voice", True), ("parts", [1]), ("parts", {}), ("parts", None),
        ("grids", 1), ("grid", 1), ("grid", "0"), ("notes", 5),
    ],
)  # fmt: skip
def test_damaged_values_of_a_file_are_named(key, value):
    values = file_to_json(TargetFile("A song", (line(60),)))
    (values["parts"][0] if key in ("grid", "notes") else values)[key] = value
    with pytest.raises(TargetError, match=f"'{key}' of a saved target is damaged"):
        file_from_json(values)
