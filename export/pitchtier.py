"""PitchTier of Praat: a point for each voiced frame, between which Praat draws straight lines.

As the manual of Praat has it ("PitchTier", "TextGrid file formats"): a text that names its fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..realtime.frame import PitchTrack
from .options import Options
from .sung import Sung, parts

SHORTEST = 0.01  # s; Praat takes no time domain of no length


def write(sung: Sung, file: BinaryIO, options: Options) -> None:
    """Write the voiced frames, seconds with 4 decimals and Hz with 3; unvoiced ones are left out."""
    voiced = np.flatnonzero(sung.track.voiced)
    file.write(b'File type = "ooTextFile"\nObject class = "PitchTier"\n\n')
    file.write(f"xmin = 0\nxmax = {max(sung.duration, SHORTEST):.4f}\npoints: size = {len(voiced)}\n".encode())
    file.writelines(line.encode() for line in _points(sung.track, voiced))


def _points(track: PitchTrack, voiced: NDArray[np.intp]) -> Iterator[str]:
    for part in parts(len(voiced)):
        pairs = zip(track.time[voiced[part]].tolist(), track.f0[voiced[part]].tolist(), strict=True)
        for number, (time, f0) in enumerate(pairs, part.start + 1):
            yield f"points [{number}]:\n    number = {time:.4f}\n    value = {f0:.3f}\n"
