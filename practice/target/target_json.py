"""A target, or a file of them, as JSON and back, strictly."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..scales import Key
from .target import Beat, Kind, Manner, Target, TargetNote
from .target_file import TargetError, TargetFile

VERSION = 1
MAX_ITEMS = 100_000  # notes, beats, lines


def to_json(target: Target) -> str:
    """One JSON object: `version`, and the target's fields by their names; what is NaN there is null."""
    values = {"version": VERSION} | _target_json(target) | {"beats": _beats_json(target.beats)}
    return json.dumps(values, ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Target:
    """The target of `to_json`'s text, every value checked. TargetError says which is damaged."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TargetError("a saved target is not JSON: choose its song again") from error
    if not isinstance(values, dict) or values.get("version") != VERSION:
        raise TargetError(f"a saved target is not of version {VERSION}: choose its song again")
    return _target(values, _beats(values))


def file_to_json(file: TargetFile) -> dict[str, Any]:
    """JSON values: the file's fields by their names, and `grids`: beats, which parts share and name by their index."""
    grids = {id(part.beats): part.beats for part in file.parts}
    index = {known: place for place, known in enumerate(grids)}
    return {
        "name": file.name,
        "voice": file.voice,
        "grids": [_beats_json(grid) for grid in grids.values()],
        "parts": [_target_json(part) | {"grid": index[id(part.beats)]} for part in file.parts],
    }


def file_from_json(values: Mapping[str, Any]) -> TargetFile:
    """The file of `file_to_json`'s values, every one checked. TargetError says which is damaged."""
    grids = [_beats({"beats": grid}) for grid in _list(values, "grids")]
    parts = []
    for part in _list(values, "parts"):
        if not isinstance(part, dict):
            raise _damaged("parts")
        parts.append(_target(part, grids[_index(part, "grid", len(grids))]))
    return TargetFile(_value(values, "name", str), tuple(parts), _index(values, "voice", len(parts)))


def _target_json(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "part": target.part,
        "source": None if target.source is None else str(target.source),
        "beat_seconds": _null(target.beat_seconds),
        "lines": list(target.lines),
        "key": [target.key.root, target.key.scale],
        "notes": [_note_json(note) for note in target.notes],
    }


def _target(values: Mapping[str, Any], beats: tuple[Beat, ...]) -> Target:
    source = _value(values, "source", str, type(None))
    beat_seconds = _number(values, "beat_seconds", empty=True)
    if beat_seconds <= 0:
        raise _damaged("beat_seconds")
    notes = tuple(_note(note) for note in _list(values, "notes"))
    if any(after.start < before.end - 1e-6 for before, after in pairwise(notes)):
        raise _damaged("notes")
    return Target(
        name=_value(values, "name", str), notes=notes, beats=beats, part=_value(values, "part", str),
        source=None if source is None else Path(source), beat_seconds=beat_seconds, lines=_lines(values, len(notes)),
        key=_key(values),
    )  # fmt: skip


def _beats_json(beats: tuple[Beat, ...]) -> list[list[float | bool]]:
    return [[beat.time, beat.downbeat] for beat in beats]


def _note_json(note: TargetNote) -> dict[str, Any]:
    return {
        "start": note.start, "end": note.end, "midi": _null(note.midi), "lyric": note.lyric,
        "kind": note.kind.value, "manner": note.manner.value, "glide": note.glide,
    }  # fmt: skip


def _note(values: Any) -> TargetNote:
    if not isinstance(values, dict):
        raise _damaged("notes")
    start, end, glide = (_number(values, key) for key in ("start", "end", "glide"))
    midi = _number(values, "midi", empty=True)
    if not 0 <= start < end or not (math.isnan(midi) or -128 <= midi <= 256):
        raise _damaged("notes")
    try:
        kind, manner = Kind(values.get("kind")), Manner(values.get("manner"))
    except ValueError as error:
        raise _damaged("kind") from error
    return TargetNote(start, end, midi, _value(values, "lyric", str), kind, manner, glide)


def _beats(values: Mapping[str, Any]) -> tuple[Beat, ...]:
    pairs = _list(values, "beats")
    if not all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], bool) for pair in pairs):
        raise _damaged("beats")
    beats = tuple(Beat(_number({"beats": time}, "beats"), downbeat) for time, downbeat in pairs)
    if any(after.time < before.time for before, after in pairwise(beats)):
        raise _damaged("beats")
    return beats


def _lines(values: Mapping[str, Any], notes: int) -> tuple[int, ...]:
    lines = _list(values, "lines")
    whole = all(isinstance(line, int) and not isinstance(line, bool) and 0 <= line < notes for line in lines)
    if not whole or any(after <= before for before, after in pairwise(lines)):
        raise _damaged("lines")
    return tuple(lines)


def _key(values: Mapping[str, Any]) -> Key:
    match _list(values, "key"):
        case [int(root), str(scale)]:
            try:
                return Key(root, scale)
            except ValueError as error:
                raise _damaged("key") from error
    raise _damaged("key")


def _value(values: Mapping[str, Any], key: str, *kinds: type) -> Any:
    if key not in values or not isinstance(values[key], kinds):
        raise _damaged(key)
    return values[key]


def _list(values: Mapping[str, Any], key: str) -> list[Any]:
    found: list[Any] = _value(values, key, list)
    if len(found) > MAX_ITEMS:
        raise _damaged(key)
    return found


def _index(values: Mapping[str, Any], key: str, count: int) -> int:
    """A place among so many."""
    value: int = _value(values, key, int)
    if isinstance(value, bool) or not 0 <= value < count:
        raise _damaged(key)
    return value


def _number(values: Mapping[str, Any], key: str, empty: bool = False) -> float:
    """A finite number; NaN for null where that is allowed."""
    value = values.get(key, "")
    if value is None and empty:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e9:
        raise _damaged(key)
    return float(value)


def _null(value: float) -> float | None:
    return None if math.isnan(value) else value


def _damaged(key: str) -> TargetError:
    return TargetError(f"{key!r} of a saved target is damaged: choose its song again")
