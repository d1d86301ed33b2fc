import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livepitch.practice.scala import ScalaError, read_scala
from livepitch.practice.temperament import MEANTONE, Temperament

AARON = """! meanquar.scl
!
1/4-comma meantone scale. Pietro Aaron's temperament (1523)
 12
!
 76.04900
 193.15686
 310.26471
 5/4
 503.42157
 579.47057
 696.57843
 25/16
 889.73529
 1006.84314
 1082.89214
 2/1
"""


@pytest.fixture
def scl(tmp_path):
    def write(content: str | bytes, name: str = "scale.scl"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def scale(*pitches: str, count: int | None = None) -> str:
    return "\n".join(["A scale", str(len(pitches) if count is None else count), *pitches, ""])


def test_a_published_file(scl):
    meantone = read_scala(scl(AARON, "meanquar.scl"))
    assert meantone.name == "meanquar"
    assert meantone.title.startswith("1/4-comma meantone scale")
    assert meantone.period == 1200.0
    assert meantone.twelve
    assert meantone.cents == pytest.approx(MEANTONE.cents, abs=1e-4)


@pytest.mark.parametrize(
    ("line", "cents"),
    [
        ("81/64", 407.820),
        ("408.0", 408.0),
        ("408.", 408.0),
        (".5e", None),
        ("3", 701.955),  # 3/1, moved into the octave
        ("-5.0", 1195.0),
        ("10/20", None),  # an octave below the root: the root
        ("100.0 cents", 100.0),
        (" 100.0 C#", 100.0),
        ("\t5/4   E\\", 386.314),
        ("5 / 4", 386.314),
        ("5/4! a remark", 386.314),
        ("701.955, the fifth", 701.955),
        ("2147483647/1431655765", 701.955),
    ],
)
def test_every_way_to_write_a_pitch(scl, line, cents):
    degrees = read_scala(scl(scale(line, "2/1"))).cents
    assert degrees == pytest.approx((0.0,) if cents is None else (0.0, cents), abs=1e-3)


@pytest.mark.parametrize("line", ["701,955", "1.2.3", "3/2/1", "-3/2", "0/1", "3/0", "fifth", "3-2", "9" * 500, "1e3"])
def test_a_pitch_that_is_none_is_refused_with_its_line(scl, line):
    with pytest.raises(ScalaError, match="line 3 should be a ratio such as 3/2 or cents") as refusal:
        read_scala(scl(scale(line, "2/1")))
    assert line[:40] in str(refusal.value)


def test_another_period_than_the_octave(scl):
    bohlen_pierce = read_scala(scl(scale(*(f"{146.304 * step:.3f}" for step in range(1, 13)), "3/1")))
    assert len(bohlen_pierce.cents) == 13
    assert bohlen_pierce.period == pytest.approx(1901.955, abs=1e-3)
    assert not bohlen_pierce.twelve


def test_pitches_in_any_order_are_sorted_into_the_period(scl):
    assert read_scala(scl(scale("700.0", "-100.0", "1500.0", "1/1", "700.2", "1200."))).cents == (0, 300, 700, 1100)


def test_line_ends_comments_blank_lines_and_what_follows(scl):
    for end in ("\r\n", "\r", "\n"):
        text = end.join(["! first", "", " 2 ", "!", "", "600.0", "! between", "1200.0", "700.0", "no pitch", "\x1a"])
        read = read_scala(scl(text, "tritone.scl"))
        assert read == Temperament("tritone", "tritone", (0.0, 600.0))  # no description: the file's name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_descriptions_in_old_and_new_encodings(scl, encoding):
    assert read_scala(scl("Gehör, reine Töne\n1\n2/1\n".encode(encoding))).title == "Gehör, reine Töne"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "ends before the number of notes"),
        ("! only a remark", "is empty"),
        ("A scale\n", "ends before the number of notes"),
        ("A scale\ntwelve\n", "line 2 should be the number of notes, not “twelve”"),
        ("A scale\n-3\n", "line 2 should be the number of notes"),
        (scale(count=0), "has no notes"),
        (scale("2/1", count=3), "promises 3 notes but has 1"),
        (scale("2/1", count=1001), "has 1001 notes, more than the 1000"),
        (scale("3/2", "1/1"), "cannot be the period"),
        (scale("3/2", "-1200.0"), "cannot be the period"),
        (scale("3/2", "99999.0"), "cannot be the period"),
        (b"RIFF\x00\n\x00\x01" + bytes(range(127, 256)), "line 2 should be the number of notes"),
        ("x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(scl, content, reason):
    path = scl(content)
    with pytest.raises(ScalaError, match=reason) as refusal:
        read_scala(path)
    assert str(refusal.value).startswith(str(path))
    assert "\n" not in str(refusal.value)


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.scl")
    (tmp_path / "zero.scl").symlink_to("/dev/zero")
    (tmp_path / "round.scl").symlink_to("round.scl")
    reasons = {
        tmp_path: "it is a folder",
        tmp_path / "missing.scl": "No such file",
        tmp_path / "pipe.scl": "it is a pipe, not a file",
        tmp_path / "zero.scl": "it is a device, not a file",
        tmp_path / "round.scl": "symbolic links",
        "a\0b.scl": "no file can have this name",
        "\ud800.scl": "no file can have this name",
        "x" * 10_000: "name too long",
        "": "No such file",
    }
    for path, reason in reasons.items():
        with pytest.raises(ScalaError, match=reason):
            read_scala(path)


# Mostly pitches, ascending or not, so that many of the files are scales.
PITCHES = st.one_of(
    st.floats(-100.0, 2500.0).map(lambda cents: f"{cents:.3f}"),
    st.from_regex(r"\A[ \t]?[1-9][0-9]{0,4}(/[1-9][0-9]{0,4})?( .{0,5})?\Z"),
)
LINES = st.lists(st.one_of(PITCHES, PITCHES, PITCHES, PITCHES, st.text(max_size=20), st.floats().map(str)), max_size=8)
FILES = st.builds(
    lambda title, lines, fewer: "\n".join([title, str(len(lines) - fewer), *lines]).encode("utf-8", "replace"),
    st.text(st.characters(exclude_characters="\r\n!"), max_size=100),
    LINES,
    st.sampled_from([0, 0, 0, 1, -1]),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.binary(max_size=200), FILES, FILES))
def test_any_file_gives_a_scale_or_one_line(scl, content):
    path = scl(content)
    try:
        read = read_scala(path)
    except ScalaError as refusal:
        text = str(refusal)
        assert text.isprintable()
        assert len(text) < len(str(path)) + 200
    else:
        assert read.title
        assert read.title.isprintable()
        assert len(read.cents) <= 1000
