"""The child's side of `score_process`: reads one score from standard input, and answers with one JSON object.

Threads: the one that reads; "livepitch-score-parent", which ends the process once its parent is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from .scores import read_score
from .target_file import TargetError
from .target_json import file_to_json

MAX_ANSWER = 32_000_000  # bytes: the parent needs ten times as much for a moment
LOOK_EVERY = 0.25  # s
SPARE = 5  # s after the parent's patience: it should have ended this process long since
GIVE_WAY = 5  # added to the nice value: a window and its engine go first


def main(parent: int, limit: int, patience: int, memory: int) -> None:
    """Read, answer and end.

    parent: process id; limit: s of a processor; patience: times as long that the parent waits; memory: bytes.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no part of the answer
    if os.name == "posix":
        _bound(limit, patience, memory)
        threading.Thread(target=_end_with, args=(parent,), name="livepitch-score-parent", daemon=True).start()
    name, _, data = sys.stdin.buffer.read().partition(b"\n")
    with answers:
        answers.write(_answer(Path(json.loads(name)), data))
    os._exit(0)  # what is left are a million objects to take apart


def _answer(path: Path, data: bytes) -> bytes:
    try:
        answer = json.dumps({"file": file_to_json(read_score(path, data))}).encode()
        if len(answer) <= MAX_ANSWER:
            return answer
        refused = f"{path} has more notes and beats in all its parts than can be shown: save the parts wanted to a file"
    except TargetError as error:
        refused = str(error)
    except MemoryError:
        refused = f"{path} needs more memory to read than a song should: export it as MIDI"
    return json.dumps({"refused": refused}).encode()


def _bound(limit: int, patience: int, memory: int) -> None:
    """Let the system keep this process within time and memory, whatever it is busy with."""
    import resource

    os.nice(GIVE_WAY)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells every process; the parent ends this one
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limit * patience + SPARE)
    # What runs out of processor time is aborted, which may leave a picture of its memory on the disk.
    bounds = {resource.RLIMIT_CPU: limit, resource.RLIMIT_DATA: memory, resource.RLIMIT_CORE: 0}
    for kind, most in bounds.items():
        with contextlib.suppress(OSError, ValueError):  # a system without it, or with a lower one
            resource.setrlimit(kind, (most, most + 1))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os._exit(1)
