"""What can be saved of a recording, sorted for people, and which of it a file's name means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from ...export.formats import FORMATS
from ...export.options import ExportError

SOUNDS = {"flac": "PCM_24", "wav": "PCM_24"}
MARKERS = "markers"
RANGE = ("lowest", "highest")


@dataclass(frozen=True, slots=True)
class Kind:
    """One of them. Of FORMATS by its name there, or sound, or markers."""

    name: str
    ending: str
    title: str
    options: tuple[str, ...] = ()
    """Fields of `export.options.Options` that it takes to heart, concert pitch apart."""


OPTIONS = {
    "midi": ("tempo", "bend_range", *RANGE),
    "midi-notes": ("tempo", *RANGE),
    "musicxml": ("tempo", *RANGE),
    **dict.fromkeys(("textgrid", "labels", "notes", "jams"), RANGE),
}


def _format(name: str) -> Kind:
    return Kind(name, FORMATS[name].ending, FORMATS[name].title, OPTIONS.get(name, ()))


GROUPS: dict[str, tuple[Kind, ...]] = {
    "pitch": tuple(_format(name) for name in ("csv", "json", "jsonl", "pitchtier", "svl")),
    "notes": tuple(_format(name) for name in ("midi", "midi-notes", "musicxml", "notes", "textgrid", "labels", "jams")),
    "sound": (Kind("flac", "flac", "Sound, FLAC"), Kind("wav", "wav", "Sound, WAV")),
    "markers": (Kind(MARKERS, "txt", "Markers, Audacity labels"),),
    "picture": tuple(_format(name) for name in ("svg", "png")),
}
KINDS = {kind.name: kind for kinds in GROUPS.values() for kind in kinds}


def meant(path: Path, chosen: Kind, markers: bool) -> tuple[Path, Kind]:
    """What a name means, and its path: what was chosen where it ends so, or has no ending at all; else its ending.

    markers: whether there are any; then they are what a `.txt` is, unless something else was chosen. ExportError for
    an ending that nothing here has.
    """
    if _ends(path, chosen):
        return path, chosen
    fitting = [kind for kind in KINDS.values() if _ends(path, kind) and (kind.name != MARKERS or markers)]
    if fitting:
        kind = max(fitting, key=lambda kind: (len(kind.ending), kind.name == MARKERS))
        return path, kind
    if re.fullmatch(r"\.[A-Za-z]\w*", path.suffix):
        endings = ", ".join(dict.fromkeys(f".{kind.ending}" for kind in KINDS.values()))
        raise ExportError(f"{path.name}: can end in {endings}; choose one of these")
    return free_name(path.with_name(f"{path.name}.{chosen.ending}"), chosen.ending), chosen


def renamed(path: Path, kind: Kind) -> Path:
    """The same name with the ending of another kind, in place of any that it has."""
    old = max((each for each in KINDS.values() if _ends(path, each)), key=lambda each: len(each.ending), default=None)
    stem = path.name if old is None else path.name[: -len(old.ending) - 1]
    return path.with_name(f"{stem}.{kind.ending}")


def free_name(path: Path, ending: str) -> Path:
    """The path, or with a number where there is such a file: a take's own pitch is not to be offered for replacing."""
    stem = path.name.removesuffix(f".{ending}")
    names = (path if number == 1 else path.with_name(f"{stem} ({number}).{ending}") for number in count(1))
    return next(name for name in names if not name.exists())


def _ends(path: Path, kind: Kind) -> bool:
    return path.name.lower().endswith(f".{kind.ending.lower()}")
