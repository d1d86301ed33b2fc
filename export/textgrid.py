"""Notes as Praat's TextGrid: a tier of their names and a tier of their cents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from .options import Options
from .sung import Sung
from .written import WrittenNote, written_notes

SHORTEST = 0.01  # s: a TextGrid cannot be empty of time

Interval = tuple[str, str, str]  # seconds as they are written, and the text


def write(sung: Sung, file: BinaryIO, options: Options) -> None:
    """Tiers `notes` ("F♯3") and `cents` ("+12"), empty text between the notes, in Praat's text form and UTF-8."""
    end = f"{max(sung.duration, SHORTEST):.6f}"
    tiers: dict[str, Callable[[WrittenNote], str]] = {
        "notes": lambda note: note.name,
        "cents": lambda note: f"{round(note.cents):+d}",
    }
    head = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
    file.write(f"{head}xmin = 0\nxmax = {end}\ntiers? <exists>\nsize = {len(tiers)}\nitem []:\n".encode())
    for number, (name, text) in enumerate(tiers.items(), 1):
        count = sum(1 for _ in _intervals(sung, options, end, text))
        file.write(f'    item [{number}]:\n        class = "IntervalTier"\n        name = "{name}"\n'.encode())
        file.write(f"        xmin = 0\n        xmax = {end}\n        intervals: size = {count}\n".encode())
        for index, interval in enumerate(_intervals(sung, options, end, text), 1):
            file.write(_lines(index, interval).encode())


def _lines(index: int, interval: Interval) -> str:
    start, end, text = interval
    place = f"            xmin = {start}\n            xmax = {end}\n"
    return f'        intervals [{index}]:\n{place}            text = "{text}"\n'


def _intervals(sung: Sung, options: Options, end: str, text: Callable[[WrittenNote], str]) -> Iterator[Interval]:
    """What fills a tier from 0 to its end without a gap, as Praat wants it."""
    here = f"{0.0:.6f}"
    for note in written_notes(sung, options):
        start, stop = f"{note.start:.6f}", f"{note.end:.6f}"
        if start != here:
            yield here, start, ""
        yield start, stop, text(note)
        here = stop
    if here != end:
        yield here, end, ""
