"""JAMS files, as the library of their makers reads and validates them."""

import jams
import numpy as np
import pytest

from livepitch.export.options import Options
from livepitch.export.sung import Sung
from tests.export.singing import NOTHING, song, written


def read(path):
    return jams.load(str(path), validate=True, strict=True)


def columns(annotation):
    """Seconds, values and confidences."""
    return zip(*((each.time, each.value, each.confidence) for each in annotation.data), strict=True)


def test_every_frame_is_there(tmp_path):
    heard = song()
    (contour,) = read(written(heard, "jams", tmp_path)).search(namespace="pitch_contour")
    time, value, confidence = columns(contour)
    track = heard.track
    assert np.abs(np.array(time) - track.time).max() < 1e-9
    assert [each["voiced"] for each in value] == track.voiced.tolist()
    hz = np.array([each["frequency"] for each in value])
    assert np.abs(hz - np.where(track.voiced, track.f0, track.candidate)).max() <= 0.0005001
    assert np.abs(np.array(confidence) - track.confidence).max() <= 0.0000501
    assert {each.duration for each in contour.data} == {0.01}


def test_the_notes_are_there_as_fractional_midi_numbers(tmp_path):
    heard = song()
    (notes,) = read(written(heard, "jams", tmp_path, Options(a4=415.0))).search(namespace="note_midi")
    found = [(each.time, each.time + each.duration, each.value) for each in notes.data]
    expected = [(note.start, note.end, note.midi) for note in heard.notes]
    assert np.abs(np.subtract(found, expected)).max() <= 0.00011


def test_researchers_tools_score_and_convert_it(tmp_path):
    score = read(written(song(), "jams", tmp_path))
    (contour,), (notes,) = score.search(namespace="pitch_contour"), score.search(namespace="note_midi")
    assert jams.eval.melody(contour, contour)["Overall Accuracy"] == 1
    hz = [each.value for each in jams.convert(notes, "note_hz").data]
    assert hz == pytest.approx([440 * 2 ** ((note.midi - 69) / 12) for note in song().notes], rel=1e-5)


@pytest.mark.parametrize("title", ['Ça & <là> "é" \\', "歌 🎵", "", "a\x00b", "\udcff"])
def test_the_recording_is_described(tmp_path, title):
    heard = Sung(song().track, title, model="rmvpe-small")
    score = read(written(heard, "jams", tmp_path))
    assert score.file_metadata.title == title.replace("\x00", "\\x00").replace("\udcff", "\\udcff")
    assert score.file_metadata.duration == pytest.approx(heard.duration)
    for annotation in score.annotations:
        assert annotation.annotation_metadata.annotation_tools == "livepitch"
        assert annotation.annotation_metadata.annotator["model"] == "rmvpe-small"
        assert annotation.duration == pytest.approx(heard.duration)


@pytest.mark.parametrize("which", NOTHING)
def test_no_note_and_no_frame_are_valid_too(tmp_path, which):
    score = read(written(NOTHING[which], "jams", tmp_path))
    assert len(score.search(namespace="pitch_contour")[0].data) == len(NOTHING[which].track)
    assert len(score.search(namespace="note_midi")[0].data) == 0


def test_a_frame_without_even_a_guess_has_no_frequency(tmp_path):
    track = song().track
    read_from_csv = type(track)(track.time, track.f0, track.voiced, track.confidence, track.f0)
    (contour,) = read(written(Sung(read_from_csv), "jams", tmp_path)).search(namespace="pitch_contour")
    assert {each.value["frequency"] for each in contour.data if not each.value["voiced"]} == {0.0}
