"""Audacity's labels, as mir_eval and a reader of Audacity's documented form understand them."""

import mir_eval
import numpy as np
import pytest

from livepitch.export.options import Options
from tests.export.singing import NOTHING, song, written


def test_mir_eval_reads_every_note(tmp_path):
    heard = song()
    intervals, labels = mir_eval.io.load_labeled_intervals(str(written(heard, "labels", tmp_path)), delimiter="\t")
    assert np.abs(intervals - [(note.start, note.end) for note in heard.notes]).max() < 1e-6
    assert labels == ["A4 +12", "C5 -20", "C4 +0", "D5 +30", "F♯3 +0"]


def test_each_line_is_two_seconds_and_a_text_between_tabs(tmp_path):
    text = written(song(), "labels", tmp_path).read_bytes().decode()
    assert text.endswith("\n")
    assert [len(line.split("\t")) for line in text.splitlines()] == [3] * 5


@pytest.mark.parametrize("which", NOTHING)
def test_no_note_is_an_empty_file(tmp_path, which):
    assert written(NOTHING[which], "labels", tmp_path).read_bytes() == b""


def test_range_and_concert_pitch_are_minded(tmp_path):
    text = written(song(), "labels", tmp_path, Options(a4=415.0, lowest=70, highest=72)).read_text("utf-8")
    assert [line.split("\t")[2].split()[0] for line in text.splitlines()] == ["A♯4"]
