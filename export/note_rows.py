"""Notes as CSV: `start,end,midi,name,hz,cents`."""

from __future__ import annotations

from typing import BinaryIO

from .options import Options
from .sung import Sung
from .written import written_notes

HEADER = "start,end,midi,name,hz,cents\n"


def write(sung: Sung, file: BinaryIO, options: Options) -> None:
    """One row for each note: seconds with 4 decimals, its nearest note, Hz with 3, cents from that note with 1."""
    file.write(HEADER.encode())
    for note in written_notes(sung, options):
        cents = round(note.cents, 1) + 0.0  # no -0.0
        row = f"{note.start:.4f},{note.end:.4f},{note.number},{note.name},{note.hz:.3f},{cents:+.1f}\n"
        file.write(row.encode())
