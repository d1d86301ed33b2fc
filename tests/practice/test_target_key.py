"""The key that a target's notes are spelt in: from its file, through transposition and JSON, into the advice."""

import mido
import pytest

from livepitch.practice.exercise.exercises import VocalRange, find
from livepitch.practice.scales import CHROMATIC, Key
from livepitch.practice.target.reading import read_targets
from livepitch.practice.target.scores import read_score
from livepitch.practice.target.target_file import TargetError
from livepitch.practice.target.target_json import from_json, to_json
from livepitch.practice.target.typed import typed_target

SCORE = """<?xml version="1.0"?>
<score-partwise version="4.0"><part-list><score-part id="P1"><part-name>Voice</part-name>
</score-part></part-list><part id="P1"><measure number="1"><attributes><divisions>1</divisions><key><fifths>-3</fifths>
<mode>minor</mode></key><time><beats>4</beats><beat-type>4</beat-type></time></attributes><note><pitch><step>E</step>
<alter>-1</alter><octave>4</octave></pitch><duration>4</duration></note></measure></part></score-partwise>"""


@pytest.mark.parametrize(
    ("signature", "key"),
    [("Eb", Key(3, "major")), ("Cm", Key(0, "natural-minor")), ("F#", Key(6, "major")), (None, CHROMATIC)],
)
def test_a_midi_file_says_its_key(tmp_path, signature, key):
    song, track = mido.MidiFile(), mido.MidiTrack()
    if signature is not None:
        track.append(mido.MetaMessage("key_signature", key=signature))
    track += [mido.Message("note_on", note=63), mido.Message("note_off", note=63, time=480)]
    song.tracks.append(track)
    song.save(tmp_path / "song.mid")
    assert read_targets(tmp_path / "song.mid").part(None).key == key


def test_a_score_says_its_key(tmp_path):
    read = read_score(tmp_path / "song.musicxml", SCORE.encode())
    assert read.parts[0].key == Key(0, "natural-minor")


def test_typed_flats_stay_flats():
    assert typed_target("Bb3 C4").key.flats
    assert not typed_target("A#3 C4").key.flats


def test_an_exercise_is_spelt_in_the_key_of_its_step():
    for step in find("major-scale").steps(VocalRange.of_voice("tenor")):
        assert step.target.key == step.key


def test_the_key_follows_a_transposition():
    assert typed_target("Bb3 F4").transposed(2).key == Key(7, "major")


def test_the_key_is_saved_and_checked():
    target = typed_target("Bb3 F4")
    assert from_json(to_json(target)) == target
    for damaged in ('["F", "major"]', '[5, "no scale"]', '[12, "major"]', "[5]"):
        with pytest.raises(TargetError, match="key"):
            from_json(to_json(target).replace('[5, "major"]', damaged))
