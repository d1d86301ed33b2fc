"""Targets for the fuzzer: songs and scores, tunings, settings, and the file of what was practised."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

from fuzz_target import Read, Target

SCORE = (
    '<?xml version="1.0"?><score-partwise version="4.0"><part-list><score-part id="P1"><part-name>Voice</part-name>'
    '</score-part></part-list><part id="P1"><measure number="1"><attributes><divisions>2</divisions><key><fifths>1'
    "</fifths></key><time><beats>4</beats><beat-type>4</beat-type></time></attributes>{}</measure></part>"
    "</score-partwise>"
)
NOTE = (
    "<note><pitch><step>C</step><alter>1</alter><octave>4</octave></pitch><duration>2</duration><voice>1</voice>"
    '<lyric number="1"><syllabic>single</syllabic><text>la</text></lyric></note>'
)
BARS = '<barline location="right"><repeat direction="backward" times="2"/></barline>'
MEI = (
    '<mei xmlns="http://www.music-encoding.org/ns/mei"><music><body><mdiv><score><scoreDef meter.count="4"'
    ' meter.unit="4"><staffGrp><staffDef n="1" lines="5" clef.shape="G" clef.line="2"/></staffGrp></scoreDef><section>'
    '<measure n="1"><staff n="1"><layer n="1"><note pname="c" oct="4" dur="4"/><note pname="d" oct="4" dur="2" dots="1"'
    "/></layer></staff></measure></section></score></mdiv></body></music></mei>"
)
ABC = "X:1\nT:A song\nM:4/4\nL:1/4\nQ:1/4=90\nK:G\n|: c d [ce] z | (3cde f2 :|1 g4 :|2 G4 |]\nw: one two_ three- four\n"
SONG = (
    "#TITLE:A song\n#ARTIST:Somebody\n#BPM:300,5\n#GAP:1000\n#VERSION:1.0.0\n#P1:One\n#P2:Two\nP1\n: 0 4 0 Hel\n"
    ": 4 4 2 lo \n* 8 4 4 world\n- 14\nF 20 2 3 uh\nR 24 2 3 rap\nP2\n: 28 2 0 more\nB 30 200\nE\n"
)
OLD_SONG = "#TITLE:A song\n#ENCODING:CP1252\n#RELATIVE:YES\n#BPM:300\n#GAP:-50\n: 0 4 0 Hel\n- 4 6\n: 2 4 2 lo\nE\n"
SCALES = (
    "! just.scl\nJust\n 7\n!\n 9/8\n 5/4 remark\n 4/3\n 701.955\n 5/3\n 15/8\n 2/1\n",
    "\n3\n400.\n800.\n2\n",
)
CONTAINER = '<container><rootfiles><rootfile full-path="a.xml"/></rootfiles></container>'


def _files(**files: str | bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        for name, text in files.items():
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    return write


def _midi(folder: Path) -> None:
    from mido import Message, MetaMessage, MidiFile, MidiTrack

    words = [MetaMessage("lyrics", text="la", time=0), MetaMessage("set_tempo", tempo=400_000, time=9)]
    marks = [MetaMessage("time_signature", numerator=6, denominator=8), MetaMessage("key_signature", key="Gm")]
    notes = [Message(kind, note=pitch, time=48) for pitch in (60, 64) for kind in ("note_on", "note_off")]
    names = [MetaMessage("track_name", name="Voice"), MetaMessage("text", text="@TA song")]
    for form in (0, 1, 2):
        head, sung = MidiTrack([*names, *marks]), MidiTrack([*words, *notes])
        MidiFile(type=form, tracks=[MidiTrack([*head, *sung])] if form == 0 else [head, sung]).save(folder / str(form))


def _mxl(folder: Path) -> None:
    for kind in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", kind) as archive:
            archive.writestr("META-INF/container.xml", CONTAINER)
            archive.writestr("a.xml", "<score-partwise/>")
        (folder / str(kind)).write_bytes(data.getvalue())


def _read_target() -> Read:
    """As the score's own process reads it: there a lack of memory is told in a line, too."""
    from livepitch.practice.target.reading import targets_of
    from livepitch.practice.target.target_file import TargetError
    from livepitch.practice.target.target_json import file_from_json, file_to_json

    def read(path: Path) -> object:
        try:
            return file_from_json(json.loads(json.dumps(file_to_json(targets_of(path, path.read_bytes())))))
        except MemoryError:
            pass
        raise TargetError(f"{path} needs more memory to read than a song should")

    return read


def _read_xml() -> Read:
    """The bounds alone, without the library behind them."""
    from livepitch.practice.target.score_files import root_of, unpacked

    def read(path: Path) -> object:
        data = path.read_bytes()
        return root_of(path, unpacked(path, data) if data.startswith(b"PK") else data)

    return read


def _read_scala() -> Read:
    from livepitch.practice.scala import read_scala

    return read_scala


def _read_typed() -> Read:
    from livepitch.practice.target.target_json import from_json, to_json
    from livepitch.practice.target.typed import typed_target

    return lambda path: from_json(to_json(typed_target(path.read_bytes().decode("utf-8", "replace"))))


def _read_saved() -> Read:
    from livepitch.practice.target.target_json import from_json, to_json

    return lambda path: to_json(from_json(path.read_bytes().decode("utf-8", "replace")))


def _saved(folder: Path) -> None:
    from livepitch.practice.target.target_json import to_json
    from livepitch.practice.target.typed import typed_target

    (folder / "saved").write_text(to_json(typed_target("C4=la D4:2 r E4")), encoding="utf-8")


def _settings(made: Callable[[list[str]], Callable[[Path], object]]) -> Callable[[], Read]:
    """A reader of one of the files of settings: what it complains of is its line."""

    def reader() -> Read:
        from livepitch.model.errors import LivepitchError

        said: list[str] = []
        ask = made(said)

        def read(path: Path) -> object:
            said.clear()
            os.environ["LIVEPITCH_CONFIG"] = str(path.parent)
            try:
                found = ask(path)
            finally:
                for aside in path.parent.glob(f"{path.name}.*"):  # put aside as damaged
                    aside.unlink()
            if said:
                raise LivepitchError(said[0])
            return found

        return read

    return reader


def _ask_tuned(said: list[str]) -> Callable[[Path], object]:
    from livepitch.realtime.tuned import read_tuned

    return lambda _: read_tuned(said.append)


def _ask_offsets(said: list[str]) -> Callable[[Path], object]:
    from livepitch.practice.sound.offset import OffsetStore

    return lambda _: OffsetStore(said.append).get("in", "out")


def _ask_singer(said: list[str]) -> Callable[[Path], object]:
    from livepitch.practice.rehearsal.singer import remembered_range

    return lambda _: remembered_range()


def _ask_window(said: list[str]) -> Callable[[Path], object]:
    from livepitch.gui.viewmodel.preferences import Preferences

    def ask(path: Path) -> object:
        file = Preferences(path, said.append)
        try:
            return file.read()
        finally:
            file.close()

    return ask


def _ask_progress(said: list[str]) -> Callable[[Path], object]:
    """All that is ever asked of the file, then a take is added to it and everything is given out."""
    from livepitch.practice.progress.store import Progress

    def ask(path: Path) -> object:
        progress = Progress(path, said.append)
        asked = progress.sessions, progress.by_exercise, progress.by_note, progress.by_day, progress.ranges
        found = [question() for question in asked]
        progress.add_range(40.0, 60.0, found[0][0].when if found[0] else _now())
        progress.export_json(path.with_name("all.json"))
        return found

    return ask


def _now() -> object:
    from datetime import datetime, timezone

    return datetime.now(timezone.utc)


def _practised(folder: Path) -> None:
    """Files of both versions of the tables, small pages, a take and a range in one of them."""
    import sqlite3
    from contextlib import closing

    from livepitch.practice.progress import schema

    for version in (1, 2):
        with closing(sqlite3.connect(folder / str(version), isolation_level=None)) as file:
            file.execute("PRAGMA page_size = 512")
            schema.migrate(file, version)
            file.execute(
                "INSERT INTO session (sung_at, offset_minutes, exercise, target, score, seconds)"
                " VALUES ('2026-11-03T10:00:00.000Z', 60, 'scale', 'A song', 80.0, 12.0)"
            )
            file.execute("INSERT INTO note (session, place, midi, hit, points) VALUES (1, 0, 60.0, 1, 1.0)")


XML = (b"<!DOCTYPE", b"<!ENTITY", b"SYSTEM", b"&a;", b"<?xml", b"encoding=", b"utf-16", b"cp037", b"xmlns:")
MUSIC = tuple(b"<backup> <forward> <chord/> <grace/> <tie <repeat <ending <sound <transpose>".split())
ZIP = (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"META-INF/")
ABC_WORDS = (b"\nX:", b"\nK:", b"\nV:", b"[K:", b"(9:8:7")
TABLES = (b"CREATE TABLE", b"CREATE TRIGGER", b"CREATE VIEW", b"session", b"note", b"vocal_range", b"LPPR")
VALUES = (b"null", b"NaN", b"Infinity", b"1e999", b"true", b"-1", b"\\ud800", b'"\\u0000"', b"[[[[", b'{"version": 1')
TUNED = (
    '{"version": 1, "tuned": [{"device": "in", "model": "stream", "sample_rate": 48000, "blocksize": 128, "hop": 1,'
    ' "sound_to_frame_ms": 39.5}]}'
)
OFFSETS = (
    '{"version": 1, "offsets": [{"input": "in", "output": "out", "seconds": 0.1, "spread": 0.001, "heard": 9,'
    ' "played": 10}]}'
)
SINGER = '{"version": 1, "low": 48, "high": 67}'
WINDOW = '{"version": 1, "rooms": {"sound": {"gain": 3.0, "gate": -60.0}, "music": {"a4": 440.0}}}'
TYPED = "C4 Eb4:2 r:1/2 fis4..=la | H3:1,5 gx"
OURS = ("livepitch.practice.target",)
JSON = ("livepitch", "json")
RENAMES = ("os.rename", "os.remove", "os.chmod")  # a damaged file is put aside, a good one replaced as a whole


def _song(name: str, ending: str, write: Callable[[Path], None], words: tuple[bytes, ...], library: str = "") -> Target:
    """One that the library reads is small: the library's time grows faster than the file."""
    watched = (*OURS, f"music21.{library}") if library else OURS
    return Target(name, write, _read_target, f"song.{ending}", watched, words, largest=1 << (13 if library else 16))


TARGETS = (
    _song("midi", "mid", _midi, (b"MThd", b"MTrk", b"\xff\x2f\0", b"\xff\x51\3", b"RIFF")),
    _song("ultrastar", "txt", _files(a=SONG, b=OLD_SONG), (b"#", b"\nP", b"\n-", b"\nB ", b"UTF-7")),
    _song("musicxml", "xml", _files(a=SCORE.format(NOTE * 2), b=SCORE.format(NOTE + BARS)), XML + MUSIC, "musicxml"),
    _song("mei", "mei", _files(a=MEI), XML, "mei"),
    Target(
        "abc", _files(a=ABC, b=ABC.replace("4/4", "4/5")), _read_target, "song.abc", OURS, ABC_WORDS, largest=1 << 11
    ),
    Target("xml", _mxl, _read_xml, "song.mxl", OURS, XML + ZIP),
    Target("scala", _files(a=SCALES[0], b=SCALES[1]), _read_scala, "a.scl", ("livepitch.practice",), (b"\n!", b"/")),
    Target("typed", _files(a=TYPED), _read_typed, "typed", OURS, (b"isis", b":1/0")),
    Target("saved-target", _saved, _read_saved, "saved.json", (*OURS, "json"), VALUES),
    Target("tuned", _files(a=TUNED), _settings(_ask_tuned), "tuned.json", JSON, VALUES, allowed=RENAMES),
    Target("offsets", _files(a=OFFSETS), _settings(_ask_offsets), "offsets.json", JSON, VALUES, allowed=RENAMES),
    Target("singer", _files(a=SINGER), _settings(_ask_singer), "singer.json", JSON, VALUES, allowed=RENAMES),
    Target("window", _files(a=WINDOW), _settings(_ask_window), "window.json", JSON, VALUES, allowed=RENAMES),
    Target(
        "progress",
        _practised,
        _settings(_ask_progress),
        "practice.sqlite",
        ("livepitch.practice.progress",),
        TABLES,
        allowed=("sqlite3.connect", "os.mkdir", *RENAMES),
    ),
)
