"""The recordings that there are to look at: takes in their folder, and files that were opened before."""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile

from ...model.plain_file import open_plain
from .clock import clock_text

MOST = 30  # entries
REMEMBERED = 12  # files
TAKE = ".flac"
FLAC_HEAD = 26  # bytes


@dataclass(frozen=True)
class Entry:
    """One line of the list."""

    path: Path
    name: str
    length: str
    """Minutes and seconds, "0:12"; nothing where that is not known."""


def recordings(folder: Path, recent: Sequence[Path]) -> list[Entry]:
    """The newest takes of a folder, and after them the recent files that are elsewhere; reads headers only."""
    takes = sorted(_takes(folder), reverse=True)
    others = [path for path in recent if path not in takes and os.path.isfile(path)]
    return [Entry(path, _name(path, folder), _length(path)) for path in [*takes[: MOST - len(others)], *others]]


def with_recent(recent: Sequence[Path], path: Path) -> list[Path]:
    """The files opened before, this one first."""
    return [path, *(other for other in recent if other != path)][:REMEMBERED]


def _takes(folder: Path) -> list[Path]:
    """Names begin with date and time, so that their order is that of time."""
    try:
        return [
            path for path in folder.glob(f"*{TAKE}") if path.with_name(f"{path.name.removesuffix(TAKE)}.csv").exists()
        ]
    except OSError:
        return []


def _name(path: Path, folder: Path) -> str:
    return path.stem if path.parent == folder else path.name


def _length(path: Path) -> str:
    try:
        with open_plain(path) as file:
            seconds = _flac_seconds(file.read(FLAC_HEAD))
            if seconds is None and path.suffix != TAKE:  # of others' formats, once they were opened here
                file.seek(0)
                seconds = soundfile.info(file).duration
    except (OSError, RuntimeError):  # gone, or damaged: opening it says which
        return ""
    return "" if seconds is None else clock_text(round(seconds))


def _flac_seconds(head: bytes) -> float | None:
    """Length by the head of a FLAC file, RFC 9639, 8.2: 20 bits of rate, 8 of form, 36 of samples from byte 18 on.

    Read here, so that whatever lies in the folder of takes meets no decoder before somebody opens it.
    """
    if len(head) < FLAC_HEAD or not head.startswith(b"fLaC"):
        return None
    bits = int.from_bytes(head[18:], "big")
    rate, samples = bits >> 44, bits & (1 << 36) - 1
    return samples / rate if rate and samples else None
