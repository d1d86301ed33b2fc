"""JSON: one object that holds the whole track, a list for each column."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from ..realtime.frame import PitchTrack
from .options import Options
from .sung import Sung, parts

ABOUT = {"format": "livepitch pitch track", "version": 1, "hop": 0.01, "units": {"time": "s", "f0": "Hz"}}

Values = Callable[[slice], list[Any]]


def write(sung: Sung, file: BinaryIO, options: Options) -> None:
    """Write one object: `format`, `version`, `hop` and `units`, and a list for each column of the CSV.

    f0 is null where unvoiced; figures are rounded as in the CSV.
    """
    file.write(json.dumps(ABOUT)[:-1].encode())
    for name, values in _columns(sung.track).items():
        file.write(f', "{name}": ['.encode())
        file.writelines(_items(values, len(sung.track)))
        file.write(b"]")
    file.write(b"}\n")


def _columns(track: PitchTrack) -> dict[str, Values]:
    return {
        "time": lambda part: [round(time, 4) for time in track.time[part].tolist()],
        "f0": lambda part: [
            round(f0, 3) if voiced else None
            for f0, voiced in zip(track.f0[part].tolist(), track.voiced[part].tolist(), strict=True)
        ],
        "confidence": lambda part: [round(confidence, 4) for confidence in track.confidence[part].tolist()],
        "voiced": lambda part: track.voiced[part].tolist(),
    }


def _items(values: Values, count: int) -> Iterator[bytes]:
    for part in parts(count):
        items = json.dumps(values(part), allow_nan=False)[1:-1]
        yield f"{', ' if part.start else ''}{items}".encode()
