"""Targets from scores, read by music21: MusicXML (.musicxml, .xml, .mxl), MEI (.mei) and ABC (.abc).

music21 is slow to import, so only functions do it. Its `converter.parse` is not used: it takes strings for addresses to
fetch, and loads and writes pickles beside its settings. The parsers behind it do neither.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from xml.etree import ElementTree

from .abc_lyrics import add_lyrics
from .assembly import Draft, assembled
from .score_files import root_of, unpacked
from .score_parts import drafts_of
from .target_file import TargetError, TargetFile
from .text import decoded

if TYPE_CHECKING:
    from music21.stream import Score

MEI = "{http://www.music-encoding.org/ns/mei}"
T = TypeVar("T")
MAX_ABC = 2_000_000  # bytes: some thousand tunes
MAX_ABC_NOTES = 2_000  # of a tune: the time grows faster than the notes
MAX_ABC_BAR = 200  # notes: music21 needs seconds for a bar of more
MAX_TUNES = 1000  # about 30 s of reading
TUNE = re.compile(r"^X:", re.MULTILINE)
ABC_TITLE = re.compile(r"^T:\s*(.*?)\s*$", re.MULTILINE)
ABC_WORDS = re.compile(r"^[A-Za-z+]:.*$|%.*$|\"[^\"\n]*\"|\[r:[^\]]*\]", re.MULTILINE)
ABC_NUMBER = re.compile(r"\d{5,}")  # of a length or a repeat: nobody sings ten thousand beats


def read_score(path: Path, data: bytes) -> TargetFile:
    """The parts of a score, in this process: ABC if its file is called so and holds no XML, else `read_xml`'s.

    TargetError as `read_xml` and `read_abc` have it; MemoryError where there is too little.
    """
    abc = path.suffix.lower() == ".abc" and not is_xml(data)
    return read_abc(path, data) if abc else read_xml(path, data)


def is_xml(data: bytes) -> bool:
    """Whether bytes begin as XML does, in UTF-8 or UTF-16, or as an archive of it."""
    if data.startswith(b"PK\x03\x04"):
        return True
    return data[:200].lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"").lstrip().startswith(b"<")


def read_xml(path: Path, data: bytes) -> TargetFile:
    """The parts of a MusicXML or MEI document, told apart by its root. TargetError for others, or for a damaged one."""
    if data.startswith(b"PK"):
        data = unpacked(path, data)
    root = root_of(path, data)
    tag = root.tag.rsplit("}", 1)[-1]
    if tag == "score-partwise":
        score = _read(path, lambda: _musicxml(root))
    elif tag in ("mei", "music"):
        score = _read(path, lambda: _mei(root))
    elif tag == "score-timewise":
        raise TargetError(f"{path} is MusicXML by time, not by part: export it anew")
    else:
        raise TargetError(f"{path} is no MusicXML or MEI score (it is <{tag[:40]}>): export it as MusicXML")
    return assembled(path, _title(score) or _mei_title(root), _read(path, lambda: drafts_of(score)))


def read_abc(path: Path, data: bytes) -> TargetFile:
    """The voices of each tune of an ABC file; where there are several tunes, parts have their titles.

    TargetError where no tune can be read; a tune that cannot is left out beside others that can.
    """
    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    header, *tunes = TUNE.split(text)
    if not tunes and not re.search(r"^K:", header, re.MULTILINE):
        raise TargetError(f"{path} is no ABC file: it has no line X: or K:; choose another file")
    if len(data) > MAX_ABC or len(tunes) > MAX_TUNES:
        raise TargetError(f"{path} has {len(tunes)} tunes, more than {MAX_TUNES}: save those wanted to a file")
    bodies = [header + "X:" + tune for tune in tunes] or [header]
    if len(bodies) == 1:
        return assembled(path, _abc_title(bodies[0]), _tune(path, bodies[0]))
    drafts = [draft for body in bodies for draft in _of_book(path, body)]
    return replace(assembled(path, "", drafts), voice=0)  # no tune of a book is likelier than another


def _of_book(path: Path, body: str) -> list[Draft]:
    """One tune among others; none of a tune that cannot be read."""
    title = _abc_title(body)
    with contextlib.suppress(TargetError):
        found = _tune(path, body)
        return [replace(draft, part=f"{title}: {draft.part}" if len(found) > 1 else title) for draft in found]
    return []


def _abc_title(body: str) -> str:
    title = ABC_TITLE.search(body)
    return title[1] if title else ""


def _tune(path: Path, body: str) -> list[Draft]:
    music = ABC_WORDS.sub("", body)
    if ABC_NUMBER.search(music):
        raise TargetError(f"{path} has a note of a length nobody sings: mend that tune")
    notes = [sum(bar.count(letter) for letter in "ABCDEFGabcdefg") for bar in music.split("|")]
    if sum(notes) > MAX_ABC_NOTES or max(notes) > MAX_ABC_BAR:
        raise TargetError(f"{path} has {max(notes)} notes in a bar, {sum(notes)} in all: save less of that tune")
    return _read(path, lambda: drafts_of(_abc(body)))


def _read(path: Path, reading: Callable[[], T]) -> T:
    """What `reading` gives. TargetError for whatever goes wrong: the library raises anything at the unforeseen."""
    try:
        with _quiet():
            return reading()
    except (TargetError, MemoryError):
        raise
    except ValueError as error:
        raise _refused(path, str(error)) from error
    except Exception as error:
        raise _refused(path, f"{type(error).__name__}: {error}") from error


def _refused(path: Path, reason: str) -> TargetError:
    short = " ".join(reason.split())[:160]
    return TargetError(f"{path} has something that cannot be read ({short}): export it anew, or as MIDI")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the library's remarks about what it leaves out, which it writes to standard error."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def _musicxml(root: ElementTree.Element) -> Score:
    from music21.musicxml.xmlToM21 import MusicXMLImporter

    importer = MusicXMLImporter()  # type: ignore[no-untyped-call]
    importer.xmlRootToScore(root, importer.stream)  # type: ignore[no-untyped-call]
    return importer.stream


def _mei(root: ElementTree.Element) -> Score:
    from music21.mei import MeiToM21Converter

    text = ElementTree.tostring(root, encoding="unicode")
    return MeiToM21Converter(text).run()  # type: ignore[no-untyped-call,return-value]


def _abc(text: str) -> Score:
    from music21 import abcFormat, stream

    score = stream.Score()
    abcFormat.translate.abcToStreamScore(abcFormat.ABCFile().readstr(text), score)  # type: ignore[no-untyped-call]
    add_lyrics(score, text)
    return score


def _mei_title(root: ElementTree.Element) -> str:
    """The title of an MEI file, which music21 looks for elsewhere."""
    return (root.findtext(f".//{MEI}titleStmt/{MEI}title") or "").strip()


def _title(score: Score) -> str:
    metadata = score.metadata
    return str(metadata.bestTitle or "") if metadata is not None else ""
