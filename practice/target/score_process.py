"""Scores read in a process of their own: the time, memory and interpreter that music21 takes are not the window's.

The library sets itself no bounds: a score can be written so that it takes hours, or more memory than there is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .scores import read_score
from .target_file import TargetError, TargetFile
from .target_json import file_from_json

LIMIT = 90.0  # s
LOOK_EVERY = 0.1  # s
# It looks for modules where this process does, not in the folder that it happens to be started in.
START = "import sys; sys.path[:] = {!r}; from {}.score_child import main; main({}, {})"


def read_apart(path: Path, data: bytes, cancelled: Callable[[], bool] = lambda: False) -> TargetFile:
    """What `scores.read_score` makes of a file's bytes, within LIMIT seconds and the memory that the child allows itself.

    cancelled: asked ten times a second. TargetError for what cannot be read, or not so soon, or when cancelled. When
    this returns or raises, the process has ended.
    """
    if getattr(sys, "frozen", False) or not sys.executable:  # this program is no ordinary Python, and cannot start one
        return read_score(path, data)
    answer = json.loads(_answered(path, data, cancelled))
    if "file" not in answer:
        raise TargetError(answer["refused"])
    try:
        return file_from_json(answer["file"])
    except TargetError as error:
        raise _broken(path, str(error)) from error


def _answered(path: Path, data: bytes, cancelled: Callable[[], bool]) -> bytes:
    request = json.dumps(str(path)).encode() + b"\n" + data
    with _started(path) as process:
        try:
            told = _waited(process, path, request, cancelled)
        finally:
            process.kill()  # whatever ends the wait, Ctrl-C too
    if process.returncode or not told:
        raise _broken(path, f"its reader ended with code {process.returncode}")
    return told


def _started(path: Path) -> subprocess.Popen[bytes]:
    code = START.format([str(place) for place in sys.path], __package__, os.getpid(), LIMIT)
    unseen = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would open a console
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    try:
        return subprocess.Popen(
            [sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=nowhere, creationflags=unseen
        )
    except OSError as error:
        raise _broken(path, f"no process can be started, {error.strerror}") from error


def _waited(
    process: subprocess.Popen[bytes], path: Path, request: bytes | None, cancelled: Callable[[], bool]
) -> bytes:
    end = time.monotonic() + LIMIT
    while True:
        try:
            return process.communicate(request, LOOK_EVERY)[0]
        except subprocess.TimeoutExpired:
            request = None  # what is left of it, the process has noted
        if cancelled():
            raise TargetError(f"{path} was not opened: opening it was cancelled")
        if time.monotonic() > end:
            raise _slow(path)


def _slow(path: Path) -> TargetError:
    return TargetError(f"{path} takes longer than {LIMIT:.0f} s to read: export it as MIDI")


def _broken(path: Path, why: str) -> TargetError:
    return TargetError(f"{path} cannot be read, it broke its reader ({why}): export it as MIDI")
