"""CSV, JSON and JSON Lines: every frame, to the letter, as any reader of them finds it."""

import csv
import io
import json

import numpy as np
import pytest

from livepitch.realtime.csv_track import csv_lines, read_take_track
from tests.export.written import NAN, sung_curve, track_of, written

HOURS = 3_600_000  # frames of ten


def test_csv_to_the_letter():
    rows = "0.0000,,0.1250,0\n0.0100,220.000,0.9000,1\n0.0200,440.123,0.9000,1\n"
    assert written("csv", [NAN, 220.0, 440.12345]).decode() == "time,f0,confidence,voiced\n" + rows


def test_csv_of_ten_hours_keeps_the_grid():
    """Rows stay 10 ms apart to the last digit however far from 0."""
    rows = list(csv.DictReader(csv_lines(track_of([220.0] * 3, start=HOURS))))
    assert [row["time"] for row in rows] == ["36000.0000", "36000.0100", "36000.0200"]


@pytest.mark.parametrize("f0", [[], [NAN], [220.0], [NAN] * 50, sung_curve()])
def test_a_csv_is_read_again_as_it_was(tmp_path, f0):
    (tmp_path / "a.csv").write_bytes(written("csv", f0))
    read, wrote = read_take_track(tmp_path / "a.csv"), track_of(f0)
    np.testing.assert_allclose(read.time, wrote.time, atol=1e-9)
    np.testing.assert_array_equal(read.voiced, wrote.voiced)
    np.testing.assert_allclose(read.f0, wrote.f0, atol=6e-4)
    np.testing.assert_allclose(read.confidence, wrote.confidence, atol=6e-5)


@pytest.mark.parametrize("f0", [[], [NAN], [220.0], [NAN] * 50, sung_curve()])
def test_json_holds_the_columns_of_the_csv(f0):
    data = written("json", f0)
    assert data.endswith(b"}\n")
    found = json.loads(data, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert {key: found[key] for key in ("format", "version", "hop", "units")} == {
        "format": "livepitch pitch track", "version": 1, "hop": 0.01, "units": {"time": "s", "f0": "Hz"},
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(written("csv", f0).decode())))
    assert found["time"] == [float(row["time"]) for row in rows]
    assert found["f0"] == [float(row["f0"]) if row["f0"] else None for row in rows]
    assert found["confidence"] == [float(row["confidence"]) for row in rows]
    assert found["voiced"] == [row["voiced"] == "1" for row in rows]


@pytest.mark.parametrize("f0", [[], [NAN], [220.0], [NAN] * 50, sung_curve()])
def test_json_lines_hold_the_same_in_rows(f0):
    columns = json.loads(written("json", f0))
    names = ("time", "f0", "confidence", "voiced")
    lines = written("jsonl", f0).decode().splitlines()
    rows = [dict(zip(names, row, strict=True)) for row in zip(*(columns[name] for name in names), strict=True)]
    assert [json.loads(line) for line in lines] == rows


def test_json_lines_tell_the_level_where_it_is_known():
    lines = written("jsonl", [220.0, NAN, 220.0], level=[-12.344, -np.inf, -90.0]).splitlines()
    assert [json.loads(line)["level"] for line in lines] == [-12.34, None, -90.0]


@pytest.mark.parametrize("name", ["json", "jsonl", "csv"])
def test_a_long_track_is_written_in_parts_that_join(name):
    f0 = np.full(25_001, 220.0)
    f0[::3] = np.nan
    text = written(name, f0).decode()
    if name == "json":
        assert json.loads(text)["f0"] == [None if n % 3 == 0 else 220.0 for n in range(len(f0))]
    else:
        assert len(text.splitlines()) == len(f0) + (name == "csv")
        assert "250.0" in text.splitlines()[-1]
