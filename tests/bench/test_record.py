"""Bench files: what a real run writes, and what is said of files that are none."""

import json
import math

import pytest

from livepitch.bench.record import plain, read_record, write_record
from livepitch.bench.run import WARM_UP
from livepitch.model.errors import LivepitchError
from tests.bench.conftest import HOP, SECONDS
from tests.bench.schema import check_record


def strict(text):
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def test_a_run_fills_every_field(record):
    check_record(record)
    assert record["complete"] is True
    assert record["settings"]["hop"] == HOP
    assert record["settings"]["blocksize"] == 480
    assert record["settings"]["sample_rate"] == 48_000
    assert record["settings"]["warm_up_seconds"] == WARM_UP
    assert record["frames"] > 0
    if not record["skipped"]:
        assert record["frames"] == round(100 * SECONDS)
        assert record["seconds"] == pytest.approx(SECONDS, abs=0.011)


def test_the_stages_add_up_to_the_whole_way(record):
    """Stages are cut without a gap; the frames of a hop wait for each other, so the first has the longest way."""
    stages = record["stages"]
    assert record["algorithmic_latency_ms"] == pytest.approx(29.5 + 10 * (HOP - 1), abs=0.6)
    assert stages["lookahead"]["max"] == pytest.approx(record["algorithmic_latency_ms"], abs=0.6)
    assert stages["lookahead"]["p50"] < record["algorithmic_latency_ms"] - 50
    assert record["compute_ms"]["max"] < record["sound_to_frame_ms"]["max"]
    assert max(span["p50"] for span in stages.values()) <= record["sound_to_frame_ms"]["p50"] * 1.011
    assert sum(span["max"] for span in stages.values()) >= record["sound_to_frame_ms"]["max"]
    assert record["rtf"] > 0


def test_written_and_read_it_is_the_same(record, tmp_path):
    write_record(record, tmp_path / "a.json")
    assert strict((tmp_path / "a.json").read_text()) == record
    assert read_record(tmp_path / "a.json") == record
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(record, tmp_path):
    with pytest.raises(LivepitchError, match=r"none/a\.json: cannot be written \(No such file"):
        write_record(record, tmp_path / "none" / "a.json")
    write_record(record, tmp_path / "a.json")
    before = (tmp_path / "a.json").read_bytes()
    with pytest.raises(ValueError, match="JSON"):
        write_record({**record, "rtf": math.nan}, tmp_path / "a.json")
    assert (tmp_path / "a.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_what_could_not_be_measured_is_null():
    value = {"a": [math.nan, -math.inf, 1], "b": {"c": (0.123456789, None)}, "d": True, "e": "nan"}
    assert plain(value) == {"a": [None, None, 1], "b": {"c": [0.1235, None]}, "d": True, "e": "nan"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is no JSON"),
        ("la la la", "is no JSON"),
        ('{"kind": "livepitch be', "is no JSON"),
        ("\udcff", "is no JSON"),
        ("[]", "is no bench file"),
        ('{"seconds": 3}', "is no bench file"),
        ('{"kind": "livepitch bench", "schema": 2}', "has schema 2"),
        ('{"kind": "livepitch bench", "schema": 1}', "machine is missing"),
    ],
)
def test_a_file_that_is_none_is_told_in_a_line(text, told, tmp_path):
    (tmp_path / "old.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(LivepitchError, match=told) as error:
        read_record(tmp_path / "old.json")
    assert str(error.value).startswith(str(tmp_path / "old.json"))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["none.json", "."])
def test_a_file_that_cannot_be_read(name, tmp_path):
    with pytest.raises(LivepitchError, match="cannot be read"):
        read_record(tmp_path / name)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("rtf", "fast"),
        ("frames", None),
        ("xruns", True),
        ("seconds", "2"),
        ("stages", []),
        ("settings", None),
        ("sound_to_frame_ms", {"p50": 1.0}),
        ("stages.network", None),
        ("stages.network", {"p50": "1", "p95": 1.0, "p99": 1.0, "max": 1.0}),
        ("compute_ms", 5.0),
    ],
)
def test_a_damaged_field_is_named(record, where, value, tmp_path):
    part, _, name = where.partition(".")
    if name:
        record[part][name] = value
    else:
        record[part] = value
    (tmp_path / "old.json").write_text(json.dumps(record))
    with pytest.raises(LivepitchError, match=f"is damaged, {where} is missing or no number"):
        read_record(tmp_path / "old.json")


@pytest.mark.parametrize("name", ["late", "compute_ms", "sound_to_paint_ms", "model", "algorithmic_latency_ms"])
def test_a_missing_field_is_named(record, name, tmp_path):
    del record[name]
    (tmp_path / "old.json").write_text(json.dumps(record))
    with pytest.raises(LivepitchError, match=f"{name} is missing"):
        read_record(tmp_path / "old.json")
