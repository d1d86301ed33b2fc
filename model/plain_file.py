"""Files opened for reading only if they are files: a pipe would be waited for, and a device has no end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

SETTINGS = 4_000_000  # bytes, far more than livepitch writes into any file of settings
KINDS = {
    stat.S_IFDIR: "it is a folder",
    stat.S_IFIFO: "it is a pipe, not a file",
    stat.S_IFSOCK: "it is a socket, not a file",
    stat.S_IFCHR: "it is a device, not a file",
    stat.S_IFBLK: "it is a device, not a file",
}


def open_plain(path: Path | str) -> BinaryIO:
    """An ordinary file, or a link to one, open for reading; nothing is waited for.

    OSError for whatever cannot be opened, with what is wrong as its `strerror`: also for folders, pipes, sockets and
    devices, and for names that no file can have.
    """
    try:
        _refuse_others(path, os.stat(path))  # opening a device may already do something
        # Should a pipe have taken the file's place since, it is not waited for either.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except ValueError as error:  # a zero byte, or letters that are none
        raise OSError(errno.EINVAL, "no file can have this name", str(path)) from error
    try:
        _refuse_others(path, os.fstat(descriptor))
        return os.fdopen(descriptor, "rb")
    except OSError:
        os.close(descriptor)
        raise


def plain_bytes(path: Path | str, most: int) -> bytes:
    """All of such a file. OSError as `open_plain` has it, and for one of more than `most` bytes."""
    with open_plain(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most / 1e6:g} MB", str(path))
    return data


def plain_text(path: Path | str, most: int = SETTINGS) -> str:
    """All of such a file as text. OSError as `plain_bytes` has it, ValueError for what is not UTF-8."""
    return plain_bytes(path, most).decode("utf-8")


def _refuse_others(path: Path | str, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        reason = KINDS.get(stat.S_IFMT(found.st_mode), "it is no ordinary file")
        raise OSError(errno.EINVAL, reason, str(path))
