"""Pitch and notes as JAMS, the JSON of music research: annotations `pitch_contour` and `note_midi`.

Written here row by row, since the library `jams` holds every row as objects; the tests have it read and validate this.
Source: JAMS 0.3, its schema and namespaces.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import chain, islice
from typing import Any, BinaryIO

from ..model.convert import hz_to_midi
from ..model.errors import printable
from .options import Options
from .sung import FRAMES_PER_SECOND, Sung
from .written import written_notes

JAMS_VERSION = "0.3.4"  # of the schema
TOGETHER = 1000  # values of a column, or rows, that are turned into text at once


def write(sung: Sung, file: BinaryIO, options: Options) -> None:
    """One object: what the recording is, its frames (Hz of the best guess where unvoiced), its notes."""
    about = {
        "title": printable(sung.title),
        "artist": "",
        "release": "",
        "duration": sung.duration,
        "identifiers": {},
        "jams_version": JAMS_VERSION,
    }
    file.write(f'{{"file_metadata": {_text(about)}, "sandbox": {{}}, "annotations": [\n'.encode())
    _annotation(file, sung, "pitch_contour", _columns(sung))
    file.write(b",\n")
    _annotation(file, sung, "note_midi", _notes(sung, options))
    file.write(b"\n]}\n")


def _annotation(file: BinaryIO, sung: Sung, namespace: str, data: Iterable[str]) -> None:
    metadata = {
        "curator": {"name": "", "email": ""},
        "annotator": {"model": sung.model} if sung.model else {},
        "version": version("livepitch"),
        "corpus": "",
        "annotation_tools": "livepitch",
        "annotation_rules": "",
        "validation": "",
        "data_source": "program",
    }
    head = {"namespace": namespace, "annotation_metadata": metadata, "sandbox": {}, "time": 0.0}
    file.write(f'{_text({**head, "duration": sung.duration})[:-1]}, "data": '.encode())
    for part in data:
        file.write(part.encode())
    file.write(b"}")


def _columns(sung: Sung) -> Iterator[str]:
    """Every column by itself, as JAMS has dense annotations."""
    track = sung.track
    columns: dict[str, Iterator[Any]] = {
        "time": (round(float(time), 4) for time in track.time),
        "duration": (1 / FRAMES_PER_SECOND for _ in track.time),
        "value": (
            {"index": 0, "frequency": _hz(f0 if voiced else candidate), "voiced": bool(voiced)}
            for f0, candidate, voiced in zip(track.f0, track.candidate, track.voiced, strict=True)
        ),
        "confidence": (round(float(confidence), 4) for confidence in track.confidence),
    }
    for number, (name, values) in enumerate(columns.items()):
        yield from chain([f'{", " if number else "{"}"{name}": '], _list(values))
    yield "}"


def _hz(hz: float) -> float:
    """0 where there is not even a guess, which JSON has no other number for."""
    return round(float(hz), 3) if math.isfinite(hz) else 0.0


def _notes(sung: Sung, options: Options) -> Iterator[str]:
    """Fractional MIDI numbers, which every reader of JAMS takes to be by A4 = 440 Hz."""
    return _list(
        {
            "time": round(note.start, 4),
            "duration": round(note.end - note.start, 4),
            "value": round(hz_to_midi(note.hz), 4),
            "confidence": None,
        }
        for note in written_notes(sung, options)
    )


def _list(values: Iterator[Any]) -> Iterator[str]:
    yield "["
    between = ""
    while part := list(islice(values, TOGETHER)):
        yield between + _text(part)[1:-1]
        between = ",\n"
    yield "]"


def _text(value: Any) -> str:
    return json.dumps(value, allow_nan=False)
