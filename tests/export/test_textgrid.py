"""TextGrids, as Praat reads them."""

import numpy as np
import parselmouth
import pytest
from parselmouth.praat import call

from livepitch.export.options import Options
from tests.export.singing import NOTHING, held, song, sung, written


def tier(grid, number):
    """(start, end, text) of each interval."""
    count = call(grid, "Get number of intervals", number)
    asked = ("Get start time of interval", "Get end time of interval", "Get label of interval")
    return [tuple(call(grid, what, number, k + 1) for what in asked) for k in range(count)]


def test_praat_reads_the_names_and_cents_of_the_notes(tmp_path):
    heard = song()
    grid = parselmouth.read(str(written(heard, "textgrid", tmp_path)))
    assert [call(grid, "Get tier name", number) for number in (1, 2)] == ["notes", "cents"]
    names, cents = tier(grid, 1), tier(grid, 2)
    assert [text for *_, text in names if text] == ["A4", "C5", "C4", "D5", "F♯3"]
    assert [text for *_, text in cents if text] == ["+12", "-20", "+0", "+30", "+0"]
    places = [(start, end) for start, end, text in names if text]
    assert np.abs(np.subtract(places, [(note.start, note.end) for note in heard.notes])).max() < 1e-6
    assert [each[:2] for each in names] == [each[:2] for each in cents]


def test_intervals_fill_the_recording_without_a_gap(tmp_path):
    heard = song()
    intervals = tier(parselmouth.read(str(written(heard, "textgrid", tmp_path))), 1)
    assert intervals[0][0] == 0
    assert [end for _, end, _ in intervals[:-1]] == [start for start, _, _ in intervals[1:]]
    assert intervals[-1][1] == pytest.approx(heard.duration)


def test_notes_that_touch_have_nothing_between_them_and_a_voice_to_the_end_none_after(tmp_path):
    names = tier(parselmouth.read(str(written(sung(held(60, 0.5), held(64, 0.5)), "textgrid", tmp_path))), 1)
    assert [text for *_, text in names[:2]] == ["C4", "E4"]
    assert len([text for *_, text in names if not text]) <= 1  # half a hop after the last frame


@pytest.mark.parametrize("which", NOTHING)
def test_no_note_is_one_empty_interval(tmp_path, which):
    grid = parselmouth.read(str(written(NOTHING[which], "textgrid", tmp_path)))
    assert tier(grid, 1) == [(0, pytest.approx(max(NOTHING[which].duration, 0.01)), "")]


def test_range_and_concert_pitch_are_minded(tmp_path):
    options = Options(a4=415.0, lowest=61, highest=73)
    names = tier(parselmouth.read(str(written(song(), "textgrid", tmp_path, options))), 1)
    assert [text for *_, text in names if text] == ["A♯4", "C♯5", "C♯4"]
