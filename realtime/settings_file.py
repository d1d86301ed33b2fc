"""Small JSON files that livepitch keeps for itself: replaced whole, and put aside where they cannot be used."""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from ..model.plain_file import plain_text
from ..model.replacement import replacing

log = logging.getLogger(__name__)

Parsed = TypeVar("Parsed")

Parse = Callable[[Mapping[str, Any]], Parsed]
"""What is in a file's object; ValueError, KeyError, TypeError or AttributeError for what livepitch never wrote."""


class UnusableError(Exception):
    """A settings file cannot be used. The text follows its name: what is wrong, and what it is called now."""


def read_settings(path: Path, version: int, parse: Parse[Parsed]) -> Parsed | None:
    """What `parse` makes of the JSON object in a file; None where there is no file.

    Raises:
        UnusableError: it is damaged or of another `version`, and was put aside under another name; or cannot be read.

    """
    seen = _identity(path)
    try:
        record = json.loads(plain_text(path))
        found = record["version"]
        if found == version:
            return parse(record)
        reason = "was written by another version of livepitch"
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnusableError(f"cannot be read ({error.strerror or error})") from None
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
        reason = "is damaged"
    raise UnusableError(f"{reason}{_put_aside(path, seen)}")


def write_settings(path: Path, record: Mapping[str, Any]) -> None:
    """Write a JSON object in place of what was there, with the folder if need be. OSError, TypeError, ValueError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise OSError(errno.EINVAL, "it is no file")
    with replacing(path) as file:
        json.dump(record, file, indent=1)  # escaped: names of devices may hold what is no text
        file.write("\n")


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Whoever reads the file to write it anew, other processes too, does so one after the other. OSError: no folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        with suppress(OSError):  # a disk in the network may know no locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _put_aside(path: Path, seen: tuple[int, ...] | None) -> str:
    """Give the file that was `seen` another name, and say it; another process may have written a good one since."""
    aside = next(name for name in _aside_names(path) if not os.path.lexists(name))
    try:
        if seen is not None and seen == _identity(path):
            os.replace(path, aside)
            log.warning("%s: cannot be used and is kept as %s", path, aside.name)
            return f" and is kept as {aside.name}"
    except OSError as error:
        return f" and cannot be put aside ({error.strerror or error})"
    return ""


def _aside_names(path: Path) -> Iterator[Path]:
    return (path.with_name(f"{path.name}.bad{number if number > 1 else ''}") for number in count(1))


def _identity(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
