"""Notes as a label track of Audacity: `start<tab>end<tab>A4 +12`, cents from the note's own pitch."""

from __future__ import annotations

from typing import BinaryIO

from .options import Options
from .sung import Sung
from .written import written_notes


def write(sung: Sung, file: BinaryIO, options: Options) -> None:
    """One line for each note, seconds with six decimals as Audacity writes them."""
    for note in written_notes(sung, options):
        file.write(f"{note.start:.6f}\t{note.end:.6f}\t{note.name} {round(note.cents):+d}\n".encode())
