"""Scores read in a process of their own: the time, memory and interpreter that music21 takes are not the window's.

The library sets itself no bounds: a score can be written so that it takes hours, or more memory than there is.

Threads: "livepitch-score", which talks to the process, as long as the call lasts.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ...model.child import child_command, may_start
from .scores import read_score
from .target_file import TargetError, TargetFile
from .target_json import file_from_json

LIMIT = 90  # s of a processor
PATIENCE = 4  # times as long it may take while the machine is busy with other things
MEMORY = 1_000_000_000  # bytes; a score of 100,000 notes needs half of them
LOOK_EVERY = 0.1  # s
OUT_OF_TIME = -getattr(signal, "SIGXCPU", 0) or None
# It looks for modules where this process does, not in the folder that it happens to be started in.
START = "import sys; sys.path[:] = {!r}; from {}.score_child import main; main({}, {}, {}, {})"


def read_apart(path: Path, data: bytes, cancelled: Callable[[], bool] = lambda: False) -> TargetFile:
    """What `scores.read_score` makes of a file's bytes, within LIMIT seconds of a processor and MEMORY bytes.

    cancelled: asked ten times a second. TargetError for what cannot be read within those, or is cancelled. When this
    returns or raises, the process has ended.
    """
    if not may_start():
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
        told = _waited(process, path, request, cancelled)
    if process.returncode == OUT_OF_TIME:
        raise _slow(path)
    if process.returncode or not told:
        raise _broken(path, f"its reader ended with code {process.returncode}")
    return told


def _started(path: Path) -> subprocess.Popen[bytes]:
    order = (os.getpid(), LIMIT, PATIENCE, MEMORY)
    code = START.format([str(place) for place in sys.path], __package__, *order)
    command = child_command(code, f"{__package__}.score_child", order)
    unseen = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would open a console
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, creationflags=unseen)
    except OSError as error:
        raise _broken(path, f"no process can be started, {error.strerror}") from error


def _waited(process: subprocess.Popen[bytes], path: Path, request: bytes, cancelled: Callable[[], bool]) -> bytes:
    """What the process says by its end, which is now if there is no more waiting, or Ctrl-C."""
    told: list[bytes] = []

    def talk_over() -> None:
        told.append(process.communicate(request)[0])

    talk = threading.Thread(target=talk_over, name="livepitch-score", daemon=True)  # a closed window waits for nobody
    talk.start()
    end = time.monotonic() + PATIENCE * LIMIT
    try:
        while talk.is_alive():
            if cancelled():
                raise TargetError(f"{path} was not opened: opening it was cancelled")
            if time.monotonic() > end:
                raise _slow(path)
            talk.join(LOOK_EVERY)
    finally:
        process.kill()
        talk.join()
    return b"".join(told)


def _slow(path: Path) -> TargetError:
    return TargetError(f"{path} takes longer than {LIMIT} s to read: export it as MIDI")


def _broken(path: Path, why: str) -> TargetError:
    return TargetError(f"{path} cannot be read, it broke its reader ({why}): export it as MIDI")
