"""Where takes go, what they are called, and their pitches read again."""

import io
import tracemalloc
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from platformdirs import user_music_path

from livepitch.realtime import csv_track
from livepitch.realtime.csv_track import TrackFileError, csv_lines, read_take_track
from livepitch.realtime.frame import PitchTrack
from livepitch.realtime.recording.takes import new_take, recordings_folder, take_files

NOW = datetime(2026, 11, 23, 14, 5, 12)
HEADER = "time,f0,confidence,voiced\n"


def test_the_folder_is_among_the_user_s_music_or_where_the_variable_says(monkeypatch):
    monkeypatch.delenv("LIVEPITCH_RECORDINGS", raising=False)
    assert recordings_folder() == user_music_path() / "livepitch"
    monkeypatch.setenv("LIVEPITCH_RECORDINGS", "~/takes")
    assert recordings_folder() == Path.home() / "takes"


def test_a_take_is_named_after_its_time_and_never_twice(tmp_path):
    first = new_take(tmp_path / "not yet there", NOW)
    assert first == tmp_path / "not yet there" / "Take 2026-11-23 14.05.12"
    assert [path.name for path in take_files(first)] == [f"Take 2026-11-23 14.05.12.{end}" for end in ("flac", "csv")]
    take_files(new_take(tmp_path, NOW))[0].touch()
    take_files(new_take(tmp_path, NOW))[1].touch()
    assert new_take(tmp_path, NOW).name == "Take 2026-11-23 14.05.12 (3)"


def test_a_track_is_read_as_it_was_written(tmp_path):
    f0 = np.array([np.nan, 220.125, 1234.5], np.float32)
    confidence = np.array([0.25, 1.0, 0.5], np.float32)
    written, text = PitchTrack(np.arange(3) / 100, f0, ~np.isnan(f0), confidence, f0), io.StringIO()
    text.writelines(csv_lines(written))
    for ending in ("", "0.0300,4", "0.0300,440.0,0.5,"):  # its writer died
        (tmp_path / "take.csv").write_text(text.getvalue() + ending)
        track = read_take_track(tmp_path / "take.csv")
        for name in ("time", "f0", "voiced", "confidence", "candidate"):
            np.testing.assert_array_equal(getattr(track, name), getattr(written, name))
            assert getattr(track, name).dtype == getattr(written, name).dtype
    (tmp_path / "take.csv").write_text(HEADER)
    assert len(read_take_track(tmp_path / "take.csv")) == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "does not begin with `time,f0,confidence,voiced`"),
        (b"time;f0\n", "does not begin with"),
        (b"\xff\xfe\x00", "is no text"),
        *(
            (
                f"{HEADER}0.0000,220.0,0.5,1\n{row}\n0.0200,,0.5,0\n".encode(),
                f"line 3 is no row of a pitch track: {row!r}",
            )
            for row in (
                "",
                "0.01,,0.5,1",
                "0.01,a,0.5,1",
                "0.01,2,0.5",
                "0.01,2,1.5,1",
                "nan,2,1,1",
                "0.01,-2,1,1",
                "0,1,1,2",
            )
        ),
    ],
)
def test_what_is_no_track_is_said_in_a_line(tmp_path, content, told):
    (tmp_path / "take.csv").write_bytes(content)
    with pytest.raises(TrackFileError) as error:
        read_take_track(tmp_path / "take.csv")
    assert str(error.value).startswith(f"{tmp_path}/take.csv: {told}")
    assert "\n" not in str(error.value)


def test_reading_takes_little_more_memory_than_the_values(tmp_path):
    path, rows = tmp_path / "take.csv", 20_000
    path.write_text(HEADER + "".join(f"{n / 100:.4f},220.125,0.5000,1\n" for n in range(rows)))
    read_take_track(path)  # what is loaded at first use is loaded
    tracemalloc.start()
    try:
        track = read_take_track(path)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(track) == rows
    assert most < 60 * rows  # as Python's objects they were 300 bytes a row


def test_more_rows_than_anybody_sings_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_track, "ROWS", 3)
    path = tmp_path / "take.csv"
    path.write_text(HEADER + "0.0000,,0.5000,0\n" * 3)
    assert len(read_take_track(path)) == 3
    path.write_text(HEADER + "0.0000,,0.5000,0\n" * 4)
    with pytest.raises(TrackFileError, match=r"take\.csv: holds more than 48 hours; cut it into parts"):
        read_take_track(path)


@pytest.mark.parametrize("begin", ["", HEADER], ids=["at once", "behind the header"])
@pytest.mark.parametrize("letter", ["0", "é"])
def test_a_line_without_an_end_is_not_read_to_its_end(tmp_path, begin, letter):
    path = tmp_path / "take.csv"
    path.write_text(begin + letter * 5_000_000, encoding="utf-8")
    tracemalloc.start()
    try:
        with pytest.raises(TrackFileError, match="line 2 is no row" if begin else "does not begin with"):
            read_take_track(path)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_track_that_is_not_there(tmp_path):
    with pytest.raises(TrackFileError, match=r"take\.csv: cannot be read \(No such file or directory\)"):
        read_take_track(tmp_path / "take.csv")
