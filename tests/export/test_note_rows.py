"""Notes as CSV, as Python's own reader and mir_eval understand them."""

import csv

import mir_eval
import numpy as np
import pytest

from livepitch.export.options import Options
from tests.export.singing import NOTHING, song, written


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_note_has_its_row(tmp_path):
    heard = song()
    found = rows(written(heard, "notes", tmp_path))
    assert list(found[0]) == ["start", "end", "midi", "name", "hz", "cents"]
    assert [row["name"] for row in found] == ["A4", "C5", "C4", "D5", "F♯3"]
    for row, note in zip(found, heard.notes, strict=True):
        assert float(row["start"]) == pytest.approx(note.start, abs=0.0000501)
        assert float(row["end"]) == pytest.approx(note.end, abs=0.0000501)
        assert int(row["midi"]) + float(row["cents"]) / 100 == pytest.approx(note.midi, abs=0.000501)
        assert float(row["hz"]) == pytest.approx(440 * 2 ** ((note.midi - 69) / 12), abs=0.000501)


def test_mir_eval_finds_the_notes_that_were_sung(tmp_path):
    heard = song()
    found = rows(written(heard, "notes", tmp_path))
    intervals = np.array([(float(row["start"]), float(row["end"])) for row in found])
    hz = np.array([float(row["hz"]) for row in found])
    expected = np.array([(note.start, note.end) for note in heard.notes])
    pitches = mir_eval.util.midi_to_hz(np.array([note.midi for note in heard.notes]))
    score = mir_eval.transcription.evaluate(expected, pitches, intervals, hz, onset_tolerance=0.001)
    assert score["F-measure"] == 1


@pytest.mark.parametrize("which", NOTHING)
def test_no_note_is_a_header_alone(tmp_path, which):
    assert written(NOTHING[which], "notes", tmp_path).read_text() == "start,end,midi,name,hz,cents\n"


def test_range_and_concert_pitch_are_minded(tmp_path):
    found = rows(written(song(), "notes", tmp_path, Options(a4=415.0, lowest=70, highest=75)))
    assert [(row["name"], row["midi"]) for row in found] == [("A♯4", "70"), ("C♯5", "73"), ("D♯5", "75")]
    assert float(found[0]["cents"]) == pytest.approx(100 * (69.12 - 70 - 12 * np.log2(415 / 440)), abs=0.06)
    assert float(found[0]["hz"]) == pytest.approx(440 * 2 ** (0.12 / 12), abs=0.01)
