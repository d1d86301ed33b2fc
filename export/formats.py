"""Every format that pitch is written in: what it is called, how its files end, and what writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .options import ExportError, Options

if TYPE_CHECKING:
    from .sung import Sung  # which loads what finds notes

Writer = Callable[["Sung", BinaryIO, Options], None]


@dataclass(frozen=True, slots=True)
class Format:
    """One of them."""

    name: str
    """What `--format` takes."""
    ending: str
    """Of the file's name, without the dot, as the programs that read it spell it."""
    title: str
    """For people, in menus."""
    home: str
    """Module of this room that has its function `write`, or `MODULE.FUNCTION`; imported when it is needed."""
    text: bool = True
    """Whether it is text, which a terminal can show."""

    @property
    def write(self) -> Writer:
        """Writes one to a binary file that only grows; each leaves its file open."""
        module, _, function = self.home.partition(".")
        writer: Writer = getattr(import_module(f".{module}", __package__), function or "write")
        return writer


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("csv", "csv", "Pitch, CSV", "csv_rows"),
        Format("json", "json", "Pitch, JSON", "json_rows"),
        Format("jsonl", "jsonl", "Pitch, JSON Lines", "json_lines"),
        Format("midi", "mid", "Notes with pitch bend, MIDI", "midi", text=False),
        Format("midi-notes", "mid", "Plain notes, MIDI", "midi.write_plain", text=False),
        Format("musicxml", "musicxml", "Notes, MusicXML", "musicxml"),
        Format("pitchtier", "PitchTier", "Pitch, Praat PitchTier", "pitchtier"),
        Format("textgrid", "TextGrid", "Notes, Praat TextGrid", "textgrid"),
        Format("jams", "jams", "Pitch and notes, JAMS", "jams_file"),
        Format("labels", "txt", "Notes, Audacity labels", "labels"),
        Format("svl", "svl", "Pitch, Sonic Visualiser layer", "svl"),
        Format("notes", "notes.csv", "Notes, CSV", "note_rows"),
        Format("svg", "svg", "Picture, SVG", "plot.write_svg", text=False),
        Format("png", "png", "Picture, PNG", "plot.write_png", text=False),
    )
}
"""By name. Where several end alike, the first is meant by the ending alone."""


def format_named(name: str) -> Format:
    """The format of this name, or of this ending. ExportError, naming those that there are, where there is none."""
    wanted = name.lower().removeprefix(".")
    if wanted in FORMATS:
        return FORMATS[wanted]
    found = [each for each in FORMATS.values() if each.ending.lower() == wanted]
    if not found:
        raise ExportError(f"{name}: is no format; it can be {', '.join(FORMATS)}")
    return found[0]


def format_of(path: Path) -> Format | None:
    """The format that a file's name asks for by its ending, the longest that fits; None where it asks for none."""
    name = path.name.lower()
    fitting = [each for each in FORMATS.values() if name.endswith(f".{each.ending.lower()}")]
    return max(fitting, key=lambda each: len(each.ending), default=None)
