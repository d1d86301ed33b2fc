"""Scores' files made safe before a library sees them: bounded XML without entities, and .mxl archives opened."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from .target_file import TargetError
from .text import shown

MAX_BYTES = 48_000_000  # unpacked
MAX_ELEMENTS = 3_000_000
MAX_DEPTH = 60
MAX_SCORE_NOTES = 100_000  # more than are read in the time there is, see `score_process`


def root_of(path: Path, data: bytes) -> ElementTree.Element:
    """The root of an XML document that declares no entities, in whichever encoding it says.

    TargetError for what is no XML, declares entities (a few lines of them fill any memory, or fetch other files), is
    nested deeper than MAX_DEPTH, or has more than MAX_ELEMENTS elements or MAX_SCORE_NOTES notes.
    """
    try:
        _look_through(path, data)
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, expat.ExpatError, LookupError, ValueError) as error:
        raise TargetError(f"{path} is no score that can be read ({shown(str(error))}): export it anew") from error


def _look_through(path: Path, data: bytes) -> None:
    parser = expat.ParserCreate()
    depth = elements = notes = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements, notes
        depth, elements = depth + 1, elements + 1
        notes += name.endswith("note")
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS or notes > MAX_SCORE_NOTES:
            raise TargetError(f"{path} is too large for a score ({notes} notes so far): save the parts you want")

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def entity(*declared: object) -> None:
        raise TargetError(f"{path} declares XML entities, which no score needs: export it anew")

    def attributes(*declared: object) -> None:  # a long default is copied into every element
        raise TargetError(f"{path} declares XML attributes, which no score needs: export it anew")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.EntityDeclHandler, parser.AttlistDeclHandler = entity, attributes
    parser.Parse(data, True)


def unpacked(path: Path, data: bytes) -> bytes:
    """The score in a compressed MusicXML archive: the first root file that its container names, else the first score.

    Nothing is written to disk, so names within it matter to nobody. TargetError for what is no such archive, or would
    unpack to more than MAX_BYTES.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _member(path, archive, _score_name(path, archive))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise TargetError(
            f"{path} is no compressed score that can be read ({shown(str(error))}): export it anew"
        ) from error


def _score_name(path: Path, archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if "META-INF/container.xml" in names:
        container = root_of(path, _member(path, archive, "META-INF/container.xml"))
        roots = [element.get("full-path", "") for element in container.iter() if element.tag.endswith("rootfile")]
        if roots and roots[0] in names:
            return roots[0]
    scores = [name for name in names if name.lower().endswith(("xml", ".mei")) and not name.startswith("META-INF")]
    if not scores:
        raise TargetError(f"{path} has no score in it: export it anew")
    return scores[0]


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    """One file of an archive, read no further than MAX_BYTES whatever size it claims."""
    with archive.open(name) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TargetError(f"{path} unpacks to more than {MAX_BYTES // 1_000_000} MB: save the parts wanted to a file")
    return data
