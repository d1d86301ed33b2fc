"""The recordings in a folder, and what the files of their pitch are called."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..export.formats import FORMATS
from ..model.errors import LivepitchError
from ..realtime.audio_file import ENDINGS

COMMON = ("csv", "json", "jsonl")  # formats whose ending tells nothing of pitch


def recordings_in(folder: Path) -> list[Path]:
    """Every audio file in a folder and those within it, by name; none that is hidden, no folder by a link.

    Raises:
        LivepitchError: a folder that cannot be read, or no recording at all.

    """
    found = [
        Path(place, name)
        for place, _, names in _walk(folder)
        for name in names
        if not name.startswith(".") and Path(name).suffix.lower() in ENDINGS
    ]
    if not found:
        raise LivepitchError(f"{folder}: there is no recording in it ({', '.join(ENDINGS)})")
    return sorted(found)


def title_of(path: Path) -> str:
    """The name of a recording: that of its file, or of its pitch's, without an ending that those have."""
    # No `stem` of a name without ending: seconds in it would be taken for one.
    ending = path.suffix.lower()
    return path.stem.removesuffix(".f0") if ending == ".csv" else path.stem if ending in ENDINGS else path.name


def pitch_name(path: Path, format: str) -> str:
    """What a recording's pitch is called: `song.f0.csv`, `song.mid`."""
    ending = FORMATS[format].ending
    return f"{title_of(path)}.{f'f0.{ending}' if format in COMMON else ending}"


def _walk(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    for found in os.walk(folder, onerror=_refuse):
        found[1][:] = [name for name in found[1] if not name.startswith(".")]  # the others are not gone into
        yield found


def _refuse(error: OSError) -> None:
    raise LivepitchError(f"{error.filename}: cannot be read ({error.strerror}); name the recordings themselves")
