import codecs
import math
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livepitch.practice.target.reading import read_targets
from livepitch.practice.target.target import Kind
from livepitch.practice.target.target_file import TargetError

HEADER = "#TITLE:A song\n#ARTIST:Somebody\n#BPM:300\n#GAP:1000\n"  # a beat is 50 ms
BODY = (
    ": 0 4 0 Hel\n: 4 4 2 lo \n* 8 4 4 world\n- 14\nF 20 2 3 uh\nR 24 2 3 rap\nG 28 2 0 more\nE\n"
    ": 40 4 0 after\n"
)  # fmt: skip


@pytest.fixture
def song(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "song.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding, errors="replace"))
        return read_targets(path)

    return write


def times(target):
    return [(round(note.start, 6), round(note.end, 6)) for note in target.notes]


def words(target):
    return [note.lyric for note in target.notes]


def test_notes_kinds_words_lines_and_the_gap(song):
    target = song(HEADER + BODY).part()
    assert target.name == "A song"
    assert times(target) == [(1.0, 1.2), (1.2, 1.4), (1.4, 1.6), (2.0, 2.1), (2.2, 2.3), (2.4, 2.5)]
    assert [note.midi for note in target.notes[:4]] == [60, 62, 64, 63]
    assert all(math.isnan(note.midi) for note in target.notes[4:])
    assert [note.kind for note in target.notes] == [
        Kind.NORMAL, Kind.NORMAL, Kind.GOLDEN, Kind.FREESTYLE, Kind.RAP, Kind.RAP_GOLDEN,
    ]  # fmt: skip
    assert words(target) == ["Hel", "lo ", "world", "uh", "rap", "more"]
    assert target.lines == (0, 3)
    assert target.beats == ()
    assert target.beat_seconds == pytest.approx(0.05)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_endings_keep_the_blanks_behind_words(song, end):
    assert words(song((HEADER + BODY).replace("\n", end)).part())[:3] == ["Hel", "lo ", "world"]


def test_blanks_before_words_go_behind_the_one_before(song):
    target = song(HEADER + ": 0 4 0 Hel\n: 4 4 0 lo\n: 8 4 0  world\n: 12 2 0 ~\n: 16 2 0  x\nE").part()
    assert words(target) == ["Hel", "lo ", "world", "~ ", "x"]


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "cp1252"),
        (b"", "utf-16-le"),
    ],
)
def test_byte_order_marks_and_windows_text(song, mark, codec):
    data = mark + (HEADER.replace("A song", "Straße") + ": 0 4 0 Grüß\nE\n").encode(codec)
    target = song(data).part()
    assert (target.name, words(target)) == ("Straße", ["Grüß"])


def test_the_encoding_tag_counts_until_version_one(song):
    text = "#ENCODING:CP1250\n" + HEADER + ": 0 4 0 żółć\nE"
    assert words(song(text, "cp1250").part()) == ["żółć"]
    assert words(song("#VERSION:1.0.0\n" + text).part()) == ["żółć"]


def test_encodings_that_are_none_are_passed_over(song):
    for name in ("AUTO", "zip", "../x", "rot13", "idna", "\0", "x" * 9999):
        assert words(song(f"#ENCODING:{name}\n" + HEADER + ": 0 4 0 é\nE").part()) == ["é"]


def test_headers_in_any_case_with_comma_decimals(song):
    target = song("#title: x \n#Bpm: 187,5\n#gap:12,5\n: 0 1 0 a\nE").part()
    assert target.name == "x"
    assert times(target) == [(0.0125, 0.0925)]


def test_a_negative_gap_is_kept_unless_notes_would_come_before_the_start(song):
    assert times(song(HEADER.replace("1000", "-500") + ": 20 4 0 a\nE").part()) == [(0.5, 0.7)]
    target = song(HEADER.replace("1000", "-500") + ": 4 4 0 a\n- 10\n: 20 4 0 b\nE").part()
    assert times(target) == [(0.0, 0.2), (0.8, 1.0)]
    assert target.lines == (0, 1)


def test_relative_mode_counts_from_each_line(song):
    relative = ": 0 4 0 a\n: 4 4 0 b\n- 8 20\n: 0 4 0 c\n- 6\n: 2 4 0 d\nE"
    target = song("#RELATIVE:YES\n" + HEADER + relative).part()
    assert times(target) == [(1.0, 1.2), (1.2, 1.4), (2.0, 2.2), (2.4, 2.6)]
    assert target.lines == (0, 2, 3)
    absolute = song("#VERSION:1.0.0\n#RELATIVE:YES\n" + HEADER + relative).part()
    assert [start for start, _ in times(absolute)] == [1.0, 1.1, 1.2]


def test_relative_duets_count_for_each_singer(song):
    body = "P1\n: 0 4 0 a\n- 8 20\n: 0 4 0 b\nP2\n: 0 4 0 c\n- 4 10\n: 0 4 0 d\nE"
    file = song("#RELATIVE:YES\n" + HEADER + body)
    assert [times(part) for part in file.parts] == [[(1.0, 1.2), (2.0, 2.2)], [(1.0, 1.2), (1.5, 1.7)]]


@pytest.mark.parametrize("tag", ["DUETSINGERP", "P", "DUETSINGER"])
@pytest.mark.parametrize("voice", ["P", "P "])
def test_duets(song, tag, voice):
    body = f"{voice}1\n: 0 4 0 a\n- 6\n: 8 4 0 b\n{voice}2\n: 4 4 7 c\n{voice}3\n: 20 4 5 both\nE"
    file = song(f"#{tag}1:Ann\n#{tag}2:Bob\n" + HEADER + body)
    assert [(part.part, words(part)) for part in file.parts] == [("Ann", ["a", "b", "both"]), ("Bob", ["c", "both"])]
    assert file.part("bob") is file.part("2") is file.parts[1]
    assert file.parts[0].lines == (0, 1)
    with pytest.raises(TargetError, match="A song has no part 'Eve': choose one of 1 Ann, 2 Bob"):
        file.part("Eve")


def test_from_version_one_a_third_voice_is_its_own(song):
    file = song("#VERSION:1.1.0\n" + HEADER + "P1\n: 0 4 0 a\nP3\n: 4 4 0 c\nE")
    assert [(part.part, words(part)) for part in file.parts] == [("P1", ["a"]), ("P3", ["c"])]


def test_old_changes_of_tempo(song):
    target = song(HEADER + ": 0 4 0 a\nB 10 150\n: 10 4 0 b\n: 20 4 0 c\nE").part()
    assert times(target) == [(1.0, 1.2), (1.5, 1.9), (2.5, 2.9)]


def test_from_version_two_beats_are_not_quartered_and_start_is_in_milliseconds(song):
    body = ": 0 2 0 a\n: 10 2 0 b\nE"
    assert times(song("#VERSION:2.0.0\n" + HEADER + body).part()) == [(1.0, 1.4), (3.0, 3.4)]
    assert words(song("#VERSION:2.0.0\n#START:2000\n" + HEADER + body).part()) == ["b"]


def test_start_and_end_leave_out_what_is_not_sung(song):
    assert words(song("#START:1,9\n#END:2250\n" + HEADER + BODY).part()) == ["uh", "rap"]
    assert len(song("#START:900\n" + HEADER + BODY).part().notes) == 6  # nothing would be left: a slip


def test_unsorted_notes_zero_lengths_missing_end_and_unknown_kinds(song):
    target = song(HEADER + ": 8 4 4 c\n: 0 4 0 a\n: 4 0 9 no\nX 4 4 2 b").part()
    assert words(target) == ["a", "b", "c"]
    assert target.notes[1].kind is Kind.FREESTYLE


def test_pitches_far_out_are_moved_by_octaves(song):
    assert [note.midi for note in song(HEADER + ": 0 4 -70 a\n: 4 4 100 b\nE").part().notes] == [62, 64]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("#TITLE:x\n: 0 4 0 a\nE", "#BPM"),
        ("#BPM:nan\n: 0 4 0 a\nE", "#BPM"),
        ("#BPM:0\n: 0 4 0 a\nE", "#BPM"),
        (HEADER + ": 0 four 0 a\nE", "line 5 is no note: ': 0 four 0 a'"),
        (HEADER + "E", "no notes to sing"),
        (HEADER + ": 999999999 4 0 a\nE", "hours"),
        ("just a text", "is no UltraStar song"),
        ("", "is empty"),
    ],
)
def test_refusals_name_the_file_and_the_line(song, tmp_path, text, says):
    with pytest.raises(TargetError, match=says) as error:
        song(text)
    assert str(tmp_path / "song.txt") in str(error.value)
    assert "\n" not in str(error.value)


LINES = st.one_of(
    st.sampled_from(["P1", "P2", "P 3", "E", "- 4", "- 4 9", "#GAP:-1e9", "#RELATIVE:yes", "B 4 0,5", "B -3 200", "-"]),
    st.builds(
        "{} {} {} {} {}".format,
        st.sampled_from(list(":*FRGx")),
        st.integers(-50, 400),
        st.integers(-1, 40),
        st.integers(-99, 99),
        st.text(max_size=4),
    ),
    st.text(max_size=12),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, max_size=14))
def test_any_lines_open_or_are_refused_with_one_line(song, lines):
    try:
        file = song(HEADER + "\n".join(lines), "utf-16")
    except TargetError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either is right
        return
    for part in file.parts:
        assert part.notes[0].start >= 0
        assert all(before.end <= after.start for before, after in pairwise(part.notes))
        assert all(0 <= line < len(part.notes) for line in part.lines)
