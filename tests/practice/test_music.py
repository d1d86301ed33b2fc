import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livepitch.practice.music import Music
from livepitch.practice.scala import ScalaError
from livepitch.practice.scales import Key
from livepitch.practice.temperament import JUST
from livepitch.practice.tuning import Tuning
from livepitch.practice.voices import VOICES

SLENDRO = "Five equal\n5\n240.0\n480.0\n720.0\n960.0\n2/1\n"


@pytest.fixture
def slendro(tmp_path):
    path = tmp_path / "slendro.scl"
    path.write_text(SLENDRO)
    return path


def test_without_choices_it_is_concert_pitch_in_english():
    music = Music()
    assert music.tuning == Tuning()
    assert music.name(70) == "A♯4"
    assert music.transposition == 0
    assert Music.from_dict({}) == music


def test_choices_reach_tuning_and_names():
    music = Music(a4=415.0, temperament="just", key=Key(10, "major"), names="german", instrument="b-flat")
    assert music.tuning == Tuning(415.0, JUST, 10)
    assert music.name(58) == music.note_names.name(58) == "C4"
    assert music.name(57) == "H3"
    assert music.contains(63)
    assert not music.contains(64)
    assert music.tonic(58)
    assert not music.tonic(60)


def test_a_scala_file_gives_the_tuning(slendro):
    music = Music(temperament="scala", scala=str(slendro), key=Key(2, "major"))
    assert music.tuning.temperament.title == "Five equal"
    assert music.tuning.pitch(60) == 62.0
    assert [music.name(note) for note in (60, 62, 65)] == ["1·4", "3·4", "1·5"]
    assert [note for note in range(55, 70) if music.tonic(note)] == [55, 60, 65]
    assert all(music.contains(note) for note in range(55, 70))


def test_a_scala_file_is_read_once(slendro):
    music = Music(temperament="scala", scala=str(slendro))
    slendro.unlink()
    assert replace(music, names="german", key=Key(2)).tuning.temperament.title == "Five equal"
    with pytest.raises(ScalaError):
        replace(music, scale_read=None)


def test_a_note_is_told_by_interval_and_by_how_it_sounds():
    music = Music(key=Key(10, "major"), instrument="b-flat")
    assert [music.interval(note) for note in (58, 62, 69, 70, 64)] == [
        "tonic",
        "major third",
        "major seventh",
        "tonic",
        "diminished fifth",
    ]
    assert (music.name(63), music.sounding(63)) == ("F4", "E♭4")
    assert Music(instrument="horn", names="movable").sounding(61) == "C♯4"
    assert (Music().interval(64), Music().sounding(64)) == ("", "")
    assert Music(names="german").tonic_name(Key(10, "major")) == "B"
    assert Music(names="sargam").tonic_name(Key(1, "natural-minor")) == "C♯"


def test_a_scala_file_that_cannot_be_read_is_told_at_once(tmp_path):
    with pytest.raises(ScalaError, match=r"gone\.scl: cannot be read"):
        Music(temperament="scala", scala=str(tmp_path / "gone.scl"))
    assert Music(scala=str(tmp_path / "gone.scl")).tuning == Tuning()  # remembered, not used


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("a4", 391.9),
        ("a4", 466.1),
        ("a4", float("nan")),
        ("temperament", "werckmeister"),
        ("names", "french"),
        ("instrument", "kazoo"),
        ("voice", "robot"),
    ],
)
def test_bad_values_are_named(field, value):
    with pytest.raises(ValueError, match=f"{field} must be .* not .*{value}"):
        Music(**{field: value})


def test_settings_survive_a_file(slendro):
    chosen = Music(430.0, "scala", str(slendro), Key(3, "dorian"), "sargam", "horn", "tenor")
    assert Music.from_dict(json.loads(json.dumps(chosen.to_dict()))) == chosen
    assert Music.from_dict({field: str(value) for field, value in chosen.to_dict().items()}) == chosen


def test_a_bad_value_in_a_file_costs_only_itself(slendro):
    chosen = Music(430.0, "scala", str(slendro), Key(3, "dorian"), "sargam", "horn", "tenor").to_dict()
    kept = Music.from_dict({**chosen, "a4": "high", "scale": "odd", "voice": None, "extra": 1})
    assert kept == Music(440.0, "scala", str(slendro), Key(3, "chromatic"), "sargam", "horn", "any")
    slendro.unlink()
    assert Music.from_dict(chosen) == Music(430.0, "equal", str(slendro), Key(3, "dorian"), "sargam", "horn", "tenor")


values = st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(), st.lists(st.integers(), max_size=2))


@given(st.one_of(values, st.dictionaries(st.one_of(st.sampled_from(sorted(Music().to_dict())), st.text()), values)))
def test_no_settings_file_stops_the_program(values):
    music = Music.from_dict(values)
    assert 392.0 <= music.tuning.a4 <= 466.0
    assert Music.from_dict(music.to_dict()) == music


def test_voices_lie_as_choirs_do():
    low_to_high = ["bass", "baritone", "tenor", "countertenor", "alto", "mezzo-soprano", "soprano"]
    assert sorted(low_to_high, key=lambda voice: VOICES[voice].low) == low_to_high
    assert (VOICES["bass"].low, VOICES["tenor"].high, VOICES["soprano"].high) == (40, 72, 84)
    everyone = VOICES["any"]
    assert all(everyone.low <= voice.low < voice.high <= everyone.high for voice in VOICES.values())
