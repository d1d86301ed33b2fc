"""CSV: a row for each frame, as recordings have beside their sound."""

from __future__ import annotations

from typing import BinaryIO

from ..realtime.csv_track import csv_lines
from .options import Options
from .sung import Sung


def write(sung: Sung, file: BinaryIO, options: Options) -> None:
    """Write `time,f0,confidence,voiced`: one row per 10 ms, the first at 0, f0 empty where unvoiced."""
    file.writelines(line.encode() for line in csv_lines(sung.track))
