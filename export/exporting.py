"""Writing the pitch of a recording to a file: whole or not at all, and never over another by mistake."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..model.replacement import replacing_bytes
from ..realtime.frame import PitchTrack
from .formats import FORMATS, Format, format_named, format_of
from .options import ExportError, Options
from .sung import Sung, every_frame


def export_track(
    track: PitchTrack,
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    overwrite: bool = False,
    tempo: float = 120.0,
    bend_range: float = 2.0,
    lowest: int = 0,
    highest: int = 127,
    a4: float = 440.0,
) -> None:
    """Write a pitch track to a file of another program: CSV, JSON, MIDI, MusicXML, Praat, JAMS, a picture and more.

    The file is written beside its place and moved there when it is complete.

    Args:
        track: from `estimate`, or `track_of` the frames of a session: what was skipped is written as unvoiced; may be
            empty.
        path: of the file; its name without ending is the title inside.
        format: a name from the list of formats, "midi-notes" say; None for what the file's ending means.
        overwrite: whether a file that is there already may be replaced.
        tempo: of MIDI and MusicXML, 20..400 quarter notes per minute.
        bend_range: of MIDI's pitch bend to either side, 1..96 semitones.
        lowest: MIDI number of the lowest note written, 0..127.
        highest: MIDI number of the highest note written, `lowest`..127.
        a4: concert pitch, 392..466 Hz.

    Raises:
        ExportError: no such format, a file that is there already, a folder that may not be written.
        ValueError: an option out of its range; columns of the track that do not match, times that do not ascend.

    """
    if not isinstance(track, PitchTrack):
        raise TypeError(f"track must be a PitchTrack, not {type(track).__name__}: track_of makes one of frames")
    options = Options(a4=a4, tempo=tempo, bend_range=bend_range, lowest=lowest, highest=highest)
    target = Path(path)
    save(
        Sung(every_frame(track), title=target.stem),
        target,
        chosen_format(target, format),
        options,
        overwrite=overwrite,
    )


def save(sung: Sung, path: Path, format: Format, options: Options | None = None, *, overwrite: bool = False) -> None:
    """Write what was sung, as `export_track` does. ExportError as there."""
    with new_file(path, overwrite=overwrite) as file:
        format.write(sung, file, options or Options())


def chosen_format(path: Path, name: str | None = None) -> Format:
    """The format of this name, or the one that the file's ending asks for. ExportError where there is none."""
    found = format_of(path) if name is None else format_named(name)
    if found is None:
        endings = ", ".join(dict.fromkeys(f".{each.ending}" for each in FORMATS.values()))
        raise ExportError(f"{path}: its ending names no format; name a format, or let it end in one of {endings}")
    return found


def expect_room(path: Path, *, overwrite: bool = False) -> None:
    """That a file can be put there, asked before work begins.

    ExportError: it is there already and may not be replaced, it is a folder, or its folder is missing.
    """
    with _in_one_line(path):
        if path.is_dir():
            raise ExportError(f"{path}: is a folder; name a file in it")
        if not path.parent.is_dir():
            raise ExportError(f"{path}: cannot be written, there is no folder {path.parent}")
        if path.is_file() and not overwrite:
            raise ExportError(f"{path}: is there already and was left as it is; allow overwriting, or name another")


@contextmanager
def new_file(path: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """A binary file that takes its place when the block ends well, and leaves no trace when it fails.

    Devices and pipes (`/dev/null`, `/dev/stdout`) are written as they are. ExportError as in `expect_room`, or where
    writing fails, the disk full say.
    """
    expect_room(path, overwrite=overwrite)
    with _in_one_line(path), replacing_bytes(path) as file:
        yield file


@contextmanager
def _in_one_line(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(f"{path}: cannot be written ({error.strerror or error})") from error
