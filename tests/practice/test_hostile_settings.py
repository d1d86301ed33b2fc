"""Files of settings that anybody may have written: read within bounds, or told of in one line and put aside."""

import json
import math
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livepitch.practice.exercise.vocal_range import VocalRange
from livepitch.practice.rehearsal.singer import remembered_range
from livepitch.practice.sound.offset import LARGEST, OffsetStore
from livepitch.realtime.tuned import LARGEST as MOST
from livepitch.realtime.tuned import Tuned, read_tuned

TUNED = {"device": "in", "model": "stream", "sample_rate": 48_000, "blocksize": 128, "hop": 1, "sound_to_frame_ms": 39}
OFFSET = {"input": "in", "output": "out", "seconds": 0.1, "spread": 0.001, "heard": 9, "played": 10}
SINGER = {"low": 48, "high": 67}
TEXTS = st.one_of(st.text(st.characters(), max_size=20), st.just("\udcff\x1b"))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.just(10**400), st.floats(), TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


def changed(record):
    """The record with some of its values replaced by anything, or left out."""
    replaced = st.dictionaries(st.sampled_from(sorted(record)), VALUES, max_size=3)
    return st.builds(
        lambda new, gone: {key: value for key, value in {**record, **new}.items() if key != gone},
        replaced,
        st.one_of(st.none(), st.none(), st.sampled_from(sorted(record))),
    )


def listed(name, entry):
    lists = st.lists(st.one_of(changed(entry), VALUES), max_size=3)
    return st.one_of(VALUES, st.fixed_dictionaries({"version": st.sampled_from([1, 1, 2, True]), name: lists | VALUES}))


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setenv("LIVEPITCH_CONFIG", str(tmp_path))

    def writing(name, record):
        data = record if isinstance(record, bytes) else json.dumps(record).encode()
        (tmp_path / name).write_bytes(data)

    return writing


def assert_lines(said):
    assert len(said) <= 1
    assert all("\n" not in line and "; " in line for line in said), said


ANY = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@ANY
@given(st.one_of(st.binary(max_size=100), listed("tuned", TUNED)))
def test_any_file_of_tuned_settings(write, record):
    write("tuned.json", record)
    said = []
    found = read_tuned(said.append)
    assert_lines(said)
    assert not (found and said)
    for entry in found:
        assert isinstance(entry, Tuned)
        assert all(1 <= getattr(entry, name) <= most for name, most in MOST.items())
        assert f"{entry.sound_to_frame_ms:.1f}" not in ("nan", "inf")


@ANY
@given(st.one_of(st.binary(max_size=100), listed("offsets", OFFSET)))
def test_any_file_of_offsets(write, record):
    write("offsets.json", record)
    said = []
    seconds = OffsetStore(said.append).get("in", "out")
    assert_lines(said)
    assert math.isfinite(seconds)
    assert abs(seconds) <= LARGEST


@pytest.mark.parametrize("number", [10**400, math.nan, math.inf, -1, True, "1", None])
def test_numbers_that_no_clock_gives(write, number):
    write("offsets.json", {"version": 1, "offsets": [{**OFFSET, "seconds": number}, {**OFFSET, "input": "other"}]})
    write("tuned.json", {"version": 1, "tuned": [{**TUNED, "sound_to_frame_ms": number}]})
    said = []
    assert abs(OffsetStore(said.append).get("in", "out")) <= LARGEST
    assert all(0 <= entry.sound_to_frame_ms < 1e9 for entry in read_tuned(said.append))
    assert len(said) == (1 if number == -1 else 2)


@pytest.mark.filterwarnings("ignore::livepitch.realtime.tuned.DamagedSettingsWarning")
@ANY
@given(st.one_of(st.binary(max_size=100), VALUES, changed({"version": 1, **SINGER})))
def test_any_file_of_the_singers_range(write, record):
    write("singer.json", record)
    found = remembered_range()
    assert found is None or isinstance(found, VocalRange)


@pytest.mark.filterwarnings("ignore::livepitch.realtime.tuned.DamagedSettingsWarning")
@pytest.mark.parametrize("kind", ["pipe", "device", "loop", "folder", "sparse", "nested", "digits"])
def test_what_could_hold_livepitch_up_is_not_read(tmp_path, write, kind):
    for name in ("tuned.json", "offsets.json", "singer.json"):
        path = tmp_path / name
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "device":
            path.symlink_to("/dev/zero")
        elif kind == "loop":
            path.symlink_to(name)
        elif kind == "folder":
            path.mkdir()
        elif kind == "sparse":
            with path.open("wb") as file:
                file.truncate(1 << 40)
        else:
            write(name, b"[" * 100_000 if kind == "nested" else b'{"version": ' + b"9" * 10_000 + b"}")
    said = []
    assert read_tuned(said.append) == []
    assert OffsetStore(said.append).get("in", "out") == 0
    assert remembered_range() is None
    assert len(said) == 2
    assert all("\n" not in line for line in said)
