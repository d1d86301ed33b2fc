"""Files that are replaced whole or not at all, whatever stops the writer: an error, a kill, a power cut."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from itertools import count
from pathlib import Path
from typing import BinaryIO, TextIO

LEFT = 60.0  # s for which nobody has touched a dead process's unfinished file before it is deleted
_numbers = count(1)  # two threads may write the same file


@contextmanager
def replacement(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A path to write a new file to, which takes the place of `path` when the block ends well, and goes when it fails.

    It is on the disk before it takes that place: a power cut leaves the old file or the new one. What a process that
    was killed has left of an earlier attempt is deleted.

    Raises:
        OSError: the folder is missing or may not be written.

    """
    target = Path(os.path.realpath(path))  # through a link, so that the link stays one
    _delete_leftovers(target)
    partial = target.with_name(f".{target.name}.{os.getpid()}-{next(_numbers)}.part")
    try:
        yield partial
        secure(partial)
        if target.exists():
            shutil.copymode(target, partial)
        os.replace(partial, target)
        with suppress(OSError):  # not every disk can do that
            secure(target.parent)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def replacing_bytes(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A binary file that takes the place of `path` when the block ends well and leaves no trace when it fails.

    Devices and pipes (`/dev/null`, `/dev/stdout`) are written as they are.

    Raises:
        OSError: the folder is missing or may not be written.

    """
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as file:
            yield file
    else:
        with replacement(path) as partial, open(partial, "xb") as file:
            yield file


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """The same for text, in UTF-8 with plain ends of lines."""
    with replacing_bytes(path) as file, TextIOWrapper(file, encoding="utf-8", newline="\n") as text:
        yield text


def secure(path: Path) -> None:
    """Have what is in a file, or the names that are in a folder, on the disk itself. OSError if that fails."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _delete_leftovers(target: Path) -> None:
    name = re.compile(rf"\.{re.escape(target.name)}\.(\d+)(-\d+)?\.part")
    with suppress(OSError):
        for found in os.scandir(target.parent):
            match = name.fullmatch(found.name)
            if match and not _alive(int(match[1])) and time.time() - found.stat().st_mtime > LEFT:
                os.unlink(found)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)  # only asks
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # somebody else's
        return True
    return True
