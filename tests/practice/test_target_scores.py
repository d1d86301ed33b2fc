import io
import os
import zipfile
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livepitch.practice.target.reading import read_targets, targets_of
from livepitch.practice.target.repeats import BarMarks, played
from livepitch.practice.target.target_file import TargetError

FOUR = "<attributes><divisions>2</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
ALIAS = {"q": 2, "h": 4, "w": 8, "e": 1}


def note(pitch, length="q", lyric="", syllabic="single", extra="", chord=False, voice=1, verses=()):
    """<note> of e.g. "C4", "F#4"; None rests."""
    alter = "<alter>1</alter>" if pitch and "#" in pitch else ""
    where = f"<pitch><step>{pitch[0]}</step>{alter}<octave>{pitch[-1]}</octave></pitch>" if pitch else "<rest/>"
    words = "".join(
        f'<lyric number="{number}"><syllabic>{syllabic}</syllabic><text>{word}</text></lyric>'
        for number, word in enumerate([lyric, *verses], 1)
        if word
    )
    ties = "".join(f'<tie type="{kind}"/>' for kind in ("start", "stop") if f"tie {kind}" in extra)
    marks = "<notations><fermata/></notations>" if "fermata" in extra else ""
    grace = "<grace/>" if "grace" in extra else ""
    duration = "" if grace else f"<duration>{ALIAS[length]}</duration>"
    return (
        f"<note>{grace}{'<chord/>' if chord else ''}{where}{duration}{ties}<voice>{voice}</voice>{marks}{words}</note>"
    )


def score(*parts, names=("Voice", "Piano"), head="", transpose=""):
    """MusicXML of parts, each a list of bars' contents."""
    listed = "".join(f'<score-part id="P{n}"><part-name>{names[n]}</part-name></score-part>' for n in range(len(parts)))
    body = "".join(
        f'<part id="P{n}">'
        + "".join(f'<measure number="{bar}">{content}</measure>' for bar, content in enumerate(bars, 1))
        + "</part>"
        for n, bars in enumerate(parts)
    )
    return (
        f'<?xml version="1.0"?>\n{head}<score-partwise version="4.0"><work><work-title>A song</work-title></work>'
        f"<part-list>{listed}</part-list>{body}</score-partwise>"
    )


def read_here(path):
    """Without the process that `read_targets` starts for scores, see test_target_process.py."""
    return targets_of(path, path.read_bytes())


@pytest.fixture
def save(tmp_path):
    def write(text, name="song.musicxml", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def sung(target):
    return [(round(one.start, 4), round(one.end, 4), one.midi) for one in target.notes]


def test_pitches_lengths_words_and_beats_at_120_without_a_tempo(save):
    bar = FOUR + note("C4", "q", "Hal", "begin") + note("F#4", "q", "lo", "end") + note(None) + note("A4", "q", "du")
    file = read_here(save(score([bar])))
    target = file.part()
    assert (file.name, target.part) == ("A song", "Voice")
    assert sung(target) == [(0, 0.5, 60), (0.5, 1, 66), (1.5, 2, 69)]
    assert [one.lyric for one in target.notes] == ["Hal-", "lo ", "du "]
    assert [(beat.time, beat.downbeat) for beat in target.beats] == [(0, True), (0.5, False), (1, False), (1.5, False)]


def test_tempo_marks_change_the_seconds(save):
    def mark(tempo):
        return (
            "<direction><direction-type><metronome><beat-unit>quarter</beat-unit>"
            f"<per-minute>{tempo}</per-minute></metronome></direction-type></direction>"
        )

    bars = [FOUR + mark(60) + note("C4", "h") + mark(120) + note("D4", "h"), note("E4", "w")]
    assert sung(read_here(save(score(bars))).part()) == [(0, 2, 60), (2, 3, 62), (3, 5, 64)]


def test_a_pickup_has_no_downbeat(save):
    bars = [FOUR + note("G4"), note("C5", "w"), note("D5", "w")]
    target = read_here(save(score(bars))).part()
    assert [beat.time for beat in target.beats if beat.downbeat] == [0.5, 2.5]
    assert target.beats[0].time == 0


def test_a_bar_parted_by_a_repeat_has_one_downbeat(save):
    end = '<barline location="right"><repeat direction="backward"/></barline>'
    bars = [FOUR + note("G4"), note("C5", "h") + note("E5") + end, note("A4"), note("C5", "w")]
    target = read_here(save(score(bars))).part()
    quarters = [round(beat.time * 2) for beat in target.beats if beat.downbeat]
    assert [round(one.start * 2) for one in target.notes] == [0, 1, 3, 4, 5, 7, 8, 9]
    assert quarters == [1, 5, 9]


def test_repeats_and_endings_are_played_with_their_verses(save):
    start, back = '<barline location="left"><repeat direction="forward"/></barline>', '<repeat direction="backward"/>'

    def ending(number, close=""):
        return (
            f'<barline location="left"><ending number="{number}" type="start"/></barline>',
            f'<barline location="right"><ending number="{number}" type="stop"/>{close}</barline>',
        )

    (first, stop_first), (second, stop_second) = ending(1, back), ending(2)
    bars = [
        FOUR + note("C4", "w"),
        start + note("D4", "w", "one", verses=["two"]),
        first + note("E4", "w") + stop_first,
        second + note("F4", "w") + stop_second,
        note("G4", "w"),
    ]
    target = read_here(save(score(bars))).part()
    assert [one.midi for one in target.notes] == [60, 62, 64, 62, 65, 67]
    assert [one.lyric for one in target.notes] == ["", "one ", "", "two ", "", ""]
    assert target.duration == 12


def test_ties_are_one_note_and_grace_notes_none(save):
    bars = [
        FOUR + note("C4", "h") + note("D4", extra="grace") + note("E4", "h", extra="tie start"),
        note("E4", "h", extra="tie stop") + note("E4", "h"),
    ]
    assert sung(read_here(save(score(bars))).part()) == [(0, 1, 60), (1, 3, 64), (3, 4, 64)]


def test_the_highest_note_of_a_chord_is_sung(save):
    bar = FOUR + note("C4", "w") + note("G4", "w", chord=True) + note("E4", "w", chord=True)
    assert sung(read_here(save(score([bar]))).part()) == [(0, 2, 67)]


def test_voices_that_overlap_are_parts(save):
    both = FOUR + note("G4", "w") + "<backup><duration>8</duration></backup>" + note("C4", "h", voice=2)
    file = read_here(save(score([both + note("D4", "h", voice=2)])))
    assert [(part.part, [one.midi for one in part.notes]) for part in file.parts] == [
        ("Voice, voice 1", [67]),
        ("Voice, voice 2", [60, 62]),
    ]


def test_voices_that_take_turns_are_one_part(save):
    turns = FOUR + note("G4", "h") + note("C4", "h", voice=2)
    assert [one.midi for one in read_here(save(score([turns]))).part().notes] == [67, 60]


def test_transposing_instruments_sound_where_they_sound(save):
    down = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose></attributes>"
    horn = FOUR.replace("</attributes>", down)
    assert [one.midi for one in read_here(save(score([horn + note("C4", "w")]))).part().notes] == [58]


def test_lines_begin_after_fermatas(save):
    bar = FOUR + note("C4") + note("D4", extra="fermata") + note("E4") + note("F4")
    assert read_here(save(score([bar]))).part().lines == (0, 2)


def test_the_part_with_words_is_the_likeliest(save):
    piano = [FOUR + note("C6") + note("D6") + note("E6") + note("F6")]
    file = read_here(save(score([FOUR + note("C4", "w", "la")], piano, names=("Foo", "Bar"))))
    assert file.part().part == "Foo"
    assert file.part("2").part == "Bar"


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_encodings(save, encoding):
    text = score([FOUR + note("C4", "w", "früh")]).replace('"1.0"?', f'"1.0" encoding="{encoding}"?')
    assert read_here(save(text, encoding=encoding)).part().notes[0].lyric == "früh "


def archive(*files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files:
            opened.writestr(name, content)
    return buffer.getvalue()


CONTAINER = '<container><rootfiles><rootfile full-path="in/song.xml"/></rootfiles></container>'


def test_compressed_scores(save):
    text = score([FOUR + note("C4", "w")])
    path = save(archive(("a.xml", "<no/>"), ("in/song.xml", text), ("META-INF/container.xml", CONTAINER)), "song.mxl")
    assert sung(read_here(path).part()) == [(0, 2, 60)]
    bare = save(archive(("../../evil.xml", text)), "song.mxl")
    assert sung(read_here(bare).part()) == [(0, 2, 60)]
    assert not (bare.parent.parent / "evil.xml").exists()


BOMB = '<!DOCTYPE a [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
MEI = '<mei xmlns="http://www.music-encoding.org/ns/mei"/>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (score([FOUR + note("C4", "w", "&c;")], head=BOMB), "declares XML entities"),
        (score([FOUR], head='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "declares XML entities"),
        (score([FOUR], head=f'<!DOCTYPE a [<!ATTLIST note x CDATA "{"y" * 99}">]>'), "declares XML attributes"),
        ("<a>" * 5000, "too large|no score"),
        (score([FOUR + note("C4", "w")])[:-60], "no score that can be read"),
        (score([FOUR + note(None, "w")]), "no notes to sing"),
        (score([FOUR + note("C4", "w").replace(">8<", ">1e300<")]), "cannot be read|hours|quarters"),
        (score([FOUR + note("C9", "w").replace(">9<", ">99<")]), "far beyond all voices"),
        (score([FOUR.replace(">2<", ">0<") + note("C4", "w")]), "cannot be read"),
        (score([FOUR + '<barline><repeat direction="backward" times="99999"/></barline>' + note("C4")]), "99999 times"),
        ("<html><body>404</body></html>", "it is <html>"),
        ("<score-timewise/>", "by time, not by part"),
        (MEI, "cannot be read"),
        (b"PK\x03\x04" + bytes(99), "no compressed score"),
        (archive(("readme.txt", "x")), "no score in it"),
        (archive(("song.xml", b"<a>" + b" " * 49_000_000)), "unpacks to more than 48 MB"),
    ],
)
def test_hostile_and_wrong_files_are_refused_with_one_line(save, content, says):
    path = save(content)
    with pytest.raises(TargetError, match=says) as error:
        read_here(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.mid", "No such file"),
        (".", "it is a folder"),
        ("\0", "no file can have this name"),
        ("x" * 10_000, "name too long"),
        ("pipe.mid", "it is a pipe, not a file"),
        ("zero.mid", "it is a device, not a file"),
        ("round.mid", "symbolic links"),
        ("sparse.mid", "larger than 32 MB"),
    ],
)
def test_what_is_no_file_is_refused(tmp_path, name, says):
    os.mkfifo(tmp_path / "pipe.mid")
    (tmp_path / "zero.mid").symlink_to("/dev/zero")
    (tmp_path / "round.mid").symlink_to("round.mid")
    with (tmp_path / "sparse.mid").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(TargetError, match=says):
        read_targets(tmp_path / name)


@pytest.mark.parametrize("ending", [".xml", ".mxl", ".mei", ".abc", ".mid", ".txt"])
@pytest.mark.parametrize("name", ["a\x1b[31mred\x07", "two\nlines", "bidi\u202egpj", "\udcff"])
def test_no_name_of_a_file_speaks_to_the_terminal(save, name, ending):
    with pytest.raises(TargetError) as error:
        read_here(save("<nonsense/>" if ending in (".xml", ".mxl", ".mei") else "nonsense", name + ending))
    assert str(error.value).isprintable()


def test_other_kinds_are_refused(save):
    with pytest.raises(TargetError, match="not a kind of song"):
        read_here(save(b"\x89PNG\r\n", "picture.png"))


MEI_SONG = """<?xml version="1.0"?><mei xmlns="http://www.music-encoding.org/ns/mei"><meiHead><fileDesc><titleStmt>
<title>An MEI song</title></titleStmt><pubStmt/></fileDesc></meiHead><music><body><mdiv><score>
<scoreDef meter.count="3" meter.unit="4"><staffGrp>
<staffDef n="1" lines="5" label="Cantus" clef.shape="G" clef.line="2"/></staffGrp>
</scoreDef><section><measure n="1"><staff n="1"><layer n="1">
<note pname="c" oct="4" dur="4"><verse n="1"><syl wordpos="i">A</syl></verse></note>
<note pname="e" oct="4" dur="2"/></layer></staff></measure></section></score></mdiv></body></music></mei>"""


def test_mei(save):
    file = read_here(save(MEI_SONG, "song.mei"))
    assert file.name == "An MEI song"
    assert sung(file.part()) == [(0, 0.5, 60), (0.5, 1.5, 64)]
    assert [beat.downbeat for beat in file.part().beats] == [True, False, False]


ABC = "X:1\nT:A tune\nM:3/4\nL:1/4\nQ:1/4=60\nK:G\nD|:GAB|c3|def|g3:|\n"


def test_abc(save):
    file = read_here(save(ABC, "tune.abc"))
    assert file.name == "A tune"
    target = file.part()
    assert [one.midi for one in target.notes] == [62] + [67, 69, 71, 72, 74, 76, 78, 79] * 2
    assert (target.notes[0].end, target.duration) == (1, 25)
    assert [beat.time for beat in target.beats if beat.downbeat] == [1, 4, 7, 10, 13, 16, 19, 22]


def test_abc_books_have_a_part_for_each_tune_that_can_be_read(save):
    broken = "X:2\nT:Broken\nM:4/4\nL:1/4\nK:C\nC99999999D|\n"
    file = read_here(save(ABC + "\n" + broken + "\n" + ABC.replace("A tune", "Another"), "book.abc"))
    assert [part.part for part in file.parts] == ["A tune", "Another"]
    assert file.voice == 0


def test_abc_words_lie_under_their_notes(save):
    words = "w:One Twin-kle * lit-tle_ | star\nw:a b\nC2 z C| [CE] {d}D EF|\nw: | what~is it-self\n"
    tune = "X:1\nM:4/4\nL:1/4\nK:C\n|:C|CC GG|A2 AB|G4:|\n" + words
    target = read_here(save(tune, "tune.abc")).part()
    once = ["One ", "Twin-", "kle ", "", "lit-", "tle ", "", "", "star "]
    again = ["a ", "b ", *once[2:]]
    assert [note.lyric for note in target.notes] == [*once, *again, "", "", "what is ", "it-", "self ", ""]


def test_abc_bars_without_end_are_refused_at_once(save):
    with pytest.raises(TargetError, match="has 5001 notes in a bar"):
        read_here(save(ABC + "|" + "A" * 5001, "tune.abc"))


def test_text_that_is_no_abc_is_refused(save):
    with pytest.raises(TargetError, match="is no ABC file"):
        read_here(save("C D E F", "x.abc"))


def bars(words):
    marks = {"|:": {"start": True}, ":|": {"times": 2}, "DC": {"jump": "capo"}, "DS": {"jump": "segno"}}
    marks |= {"fine": {"fine": True}, "segno": {"segno": True}, "coda": {"coda": True}}
    found = []
    for bar in words.split(","):
        values = {}
        for word in bar.split():
            values |= marks.get(word) or {"endings": frozenset(int(digit) for digit in word)}
        found.append(BarMarks(**values))
    return found


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (",,", [0, 1, 2]),
        (",:|,", [0, 1, 0, 1, 2]),
        ("|:,:|,|:,:|", [0, 1, 0, 1, 2, 3, 2, 3]),
        (":|,:|", [0, 0, 1, 1]),
        ("|:,1 :|,2,", [0, 1, 0, 2, 3]),
        ("|:,12 :|,3,:|", [0, 1, 0, 1, 0, 2, 3, 3]),
        ("|:,1,1 :|,2,2,|:,:|", [0, 1, 2, 0, 3, 4, 5, 6, 5, 6]),
        (",fine,DC", [0, 1, 2, 0, 1]),
        (",segno,,DS fine", [0, 1, 2, 3, 1, 2, 3]),
        (",segno,coda,DS,coda,", [0, 1, 2, 3, 1, 2, 4, 5]),
        ("|:,1 :|,2,DC", [0, 1, 0, 2, 3, 0, 2, 3]),
    ],
)
def test_the_order_of_bars(words, order):
    assert played(bars(words)) == order


def test_repeats_without_end_are_refused():
    with pytest.raises(ValueError, match="20000 bars"):
        played([BarMarks()] * 15_000 + [BarMarks(times=3)])


SONG = score([FOUR + note("C4", "q", "la", extra="tie start") + note("D4", "h", extra="fermata"), note("E4")])


EDITS = st.lists(st.tuples(st.integers(0, 5000), st.sampled_from("0123456789<>/-.x n\0&é")), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_damaged_scores_open_or_are_refused_with_one_line(save, edits):
    changed = list(SONG)
    for place, sign in edits:
        changed[place % len(changed)] = sign
    one_line_or_notes(save("".join(changed)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text("ABCDefg|:[]123/-(){}^_=zx ~.!'\",<>\n", max_size=60))
def test_any_abc_opens_or_is_refused_with_one_line(save, body):
    one_line_or_notes(save("X:1\nM:4/4\nL:1/8\nK:D\n" + body, "tune.abc"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_damaged_mei_opens_or_is_refused_with_one_line(save, edits):
    changed = list(MEI_SONG)
    for place, sign in edits:
        changed[place % len(changed)] = sign
    one_line_or_notes(save("".join(changed), "song.mei"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200), name=st.sampled_from(["a.mid", "a.mxl", "a.xml", "a.abc", "a.txt", "a.mei"]))
def test_any_bytes_are_refused_with_one_line(save, data, name):
    one_line_or_notes(save(data, name))


def one_line_or_notes(path):
    try:
        file = read_here(path)
    except TargetError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either is right
        return
    for part in file.parts:
        assert all(one.end > one.start >= 0 for one in part.notes)
        assert all(before.end <= after.start for before, after in pairwise(part.notes))
