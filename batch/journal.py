"""What a run over many recordings means to write, kept beside it: a run that was killed goes on where it was.

The journal tells of each file, before work on it begins, from which recording and with which settings it will be made,
and which file was in its place then. So one that is there, and is not that one, is finished: files appear whole.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..model.plain_file import open_plain
from ..model.replacement import replacing
from ..realtime.settings_file import changing
from .work import Recipe, Work

log = logging.getLogger(__name__)

NAME = ".livepitch-track.jsonl"
ABOUT = {"format": "livepitch track journal", "version": 1}
ENTRY = ("from", "how", "was")  # the recording, recipe and format, and what was in its place


@dataclass(frozen=True)
class Plan:
    """What a run has to do."""

    works: list[Work]
    """Those that are left; `overwrite` where an earlier run was going to replace what is there."""
    done: int
    """How many others are finished already."""
    there: list[Path]
    """Files in the way: there already, and not of these recordings and settings."""


class Journal:
    """That of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def plan(self, works: Sequence[Work], recipe: Recipe) -> Plan:
        """What of `works` is left to do. Those that may overwrite are done anew if the last run came to its end."""
        complete, known = self._read()
        left, there = [], []
        for work in works:
            entries = self._entries(work, recipe)
            same = {key: _same(known.get(key), entry) for key, entry in entries.items()}
            if all(
                same[key] and entry["was"] not in (None, known[key]["was"]) for key, entry in entries.items()
            ) and not (work.overwrite and complete):
                continue
            left.append(replace(work, overwrite=work.overwrite or any(same.values())))
            if not work.overwrite:
                places = zip(work.places, entries.items(), strict=True)
                there += [place for (place, _), (key, entry) in places if entry["was"] is not None and not same[key]]
        return Plan(left, len(works) - len(left), there)

    def begin(self, works: Sequence[Work], recipe: Recipe) -> None:
        """Note down what will be written, on the disk itself. OSError."""
        with changing(self._folder / NAME):
            _, known = self._read()
            for work in works:
                known.update(self._entries(work, recipe))
            self._write(known, complete=False)

    def end(self) -> None:
        """Note down that the run came to its end. OSError."""
        with changing(self._folder / NAME):
            self._write(self._read()[1], complete=True)

    def _entries(self, work: Work, recipe: Recipe) -> dict[str, dict[str, Any]]:
        source = _stamp(work.path)
        return {
            self._key(place): {"from": source and source[1:], "how": _digest(recipe, name), "was": _stamp(place)}
            for place, name in work.places
        }

    def _key(self, place: Path) -> str:
        return str(place.relative_to(self._folder) if place.is_relative_to(self._folder) else place.absolute())

    def _read(self) -> tuple[bool, dict[str, dict[str, Any]]]:
        """Whether the last run came to its end, and the entry of each file; nothing where there is no journal."""
        try:
            with open_plain(self._folder / NAME) as file:
                about, *entries = (json.loads(line) for line in file)
            if {**about, **ABOUT} != about:
                raise ValueError("of another version")
            return bool(about["complete"]), {key: {name: entry[name] for name in ENTRY} for key, entry in entries}
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            log.warning("%s: cannot be used (%s)", self._folder / NAME, error)
        return True, {}

    def _write(self, known: dict[str, dict[str, Any]], complete: bool) -> None:
        with replacing(self._folder / NAME) as file:
            file.writelines(_lines({**ABOUT, "complete": complete}, known))


def _lines(about: dict[str, Any], known: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield json.dumps(about) + "\n"  # escaped: names may hold what is no text
    for entry in known.items():
        yield json.dumps(entry) + "\n"


def _same(known: dict[str, Any] | None, entry: dict[str, Any]) -> bool:
    """Whether both are about the same recording and settings."""
    return known is not None and entry["from"] is not None and all(known[key] == entry[key] for key in ("from", "how"))


def _stamp(path: Path) -> list[int] | None:
    """What tells a file from another in its place; None for no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_ino, found.st_size, found.st_mtime_ns]


def _digest(recipe: Recipe, name: str) -> str:
    """Of what settles a file's content besides the recording: a checkpoint's file is known by its size and time."""
    told = repr((recipe, _stamp(Path(recipe.model)), name))
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16]
