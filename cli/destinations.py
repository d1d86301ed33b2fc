"""Which files the pitch of recordings goes to, as the command line asks for it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..batch.recordings import pitch_name, recordings_in
from ..batch.work import Work
from ..export.formats import format_named, format_of
from ..export.options import ExportError
from ..model.errors import LivepitchError
from .terminal import UsageError

PICTURES = ("png", "svg")
STDOUT = Path("-")


@dataclass(frozen=True)
class Asked:
    """What of the command line is about files."""

    output: Path | None
    format: str | None
    plot: Path | None
    force: bool

    @property
    def pictures_only(self) -> bool:
        """Whether nothing but pictures is written."""
        return self.plot is not None and self.output is None and self.format is None

    @property
    def printed(self) -> bool:
        """Whether the pitch of one recording goes to standard output."""
        return self.output in (None, STDOUT) and not self.pictures_only

    @property
    def name(self) -> str:
        """The format's. UsageError for one that there is not, or that a terminal cannot show."""
        try:
            found = format_named(self.format) if self.format else self.output and format_of(self.output)
        except ExportError as error:
            raise UsageError(f"--format {error}") from None
        if self.printed and found and not found.text and sys.stdout.isatty():
            raise UsageError(f"{found.name} is nothing to read: name a file, -o FILE.{found.ending}")
        return found.name if found else "csv"


@dataclass(frozen=True)
class Found:
    """A recording."""

    path: Path
    within: Path = Path()
    """Folders below the one that was named, which its files lie in again."""


def found_recordings(named: Sequence[Path]) -> tuple[list[Found], bool]:
    """The recordings that were named, those of folders too, and whether they may be several.

    LivepitchError for a single folder without any; among others it is a recording that cannot be read.
    """
    if len(named) == 1:
        return _below(named[0]), named[0].is_dir()
    return [found for path in named for found in _below_or_itself(path)], True


def _below(path: Path) -> list[Found]:
    return (
        [Found(each, each.parent.relative_to(path)) for each in recordings_in(path)] if path.is_dir() else [Found(path)]
    )


def _below_or_itself(path: Path) -> list[Found]:
    try:
        return _below(path)
    except LivepitchError:
        return [Found(path)]


def work_on_one(path: Path, asked: Asked) -> Work:
    """Where the pitch of a single recording goes; nowhere but to standard output if there is no place.

    Raises:
        UsageError: a choice that would overwrite the audio, or something else without being allowed to.

    """
    name, places = asked.name, []
    if asked.output is not None and not asked.printed:
        places.append((_within(asked.output, path, name), name))
    if asked.plot is not None:
        picture = _within(asked.plot, path, "png")
        places.append((picture, _picture_format(picture)))
    _refuse_twice(place for place, _ in places)
    for place, _ in places:
        if place.exists() and path.exists() and place.samefile(path):
            raise UsageError(f"{place} would overwrite the audio: choose another name")
        if place.is_file() and not asked.force:
            raise UsageError(f"{place} is there already: --force replaces it, or choose another name")
    return Work(path, tuple(places), asked.force)


def work_on_many(recordings: Sequence[Found], asked: Asked) -> tuple[Path, list[Work]]:
    """The folder that the pitch of several recordings goes to, and where in it. UsageError if it is none."""
    name = asked.name
    folders = [] if asked.pictures_only else [(_folder(asked.output, "-o", len(recordings)), name)]
    if asked.plot is not None:
        folders.append((_folder(asked.plot, "--plot", len(recordings)), "png"))
    works = [
        Work(
            each.path,
            tuple((folder / each.within / pitch_name(each.path, format), format) for folder, format in folders),
            asked.force,
        )
        for each in recordings
    ]
    _refuse_twice(place for work in works for place, _ in work.places)
    return folders[0][0], works


def _within(chosen: Path, path: Path, format: str) -> Path:
    return chosen / pitch_name(path, format) if chosen.is_dir() else chosen


def _picture_format(picture: Path) -> str:
    found = format_of(picture)
    if found is None or found.name not in PICTURES:
        raise UsageError(f"--plot {picture}: a picture's name ends in .svg or .png")
    return found.name


def _folder(chosen: Path | None, option: str, count: int) -> Path:
    if chosen is None or chosen == STDOUT or chosen.is_file() or (format_of(chosen) and not chosen.is_dir()):
        raise UsageError(f"{count} files need a folder to go to: {option} FOLDER")
    return chosen


def _refuse_twice(places: Iterable[Path]) -> None:
    twice = [place for place, times in Counter(places).items() if times > 1]
    if twice:
        raise UsageError(f"two of the files would both become {twice[0].name}: track them in separate calls")
